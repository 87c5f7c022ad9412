/** How the flags of `get` want its table to look. Pure. */
import { type Target, typeName } from '../objects/resolve.js';
import type { TableStyle } from '../output/table.js';
import type { GetFlags } from './get.js';

export const tableStyle = (
  flags: GetFlags,
  { resource }: Target,
  wide: boolean,
  severalKinds: boolean,
): TableStyle => ({
  wide,
  namespaces: (flags.allNamespaces ?? false) && resource.namespaced,
  labels: flags.showLabels ?? false,
  labelColumns: flags.labelColumns ?? [],
  events: flags.outputWatchEvents ?? false,
  headings: flags.headers !== false,
  ...(severalKinds || flags.showKind ? { prefix: typeName(resource) } : {}),
  ...(flags.sortBy === undefined ? {} : { sortBy: flags.sortBy }),
});
