/** metrics.k8s.io: what nodes and pods use. Never stored: nodes are asked (apiserver/usage). */
import { add, format, parse, tryParse } from '../../quantity.js';
import type { NodeMetrics, PodMetrics, Usage } from '../../types.js';
import { nameColumn, text } from '../columns.js';
import { defineKind } from '../define.js';

const common = { group: 'metrics.k8s.io', version: 'v1beta1', verbs: ['get', 'list'] };

const nothing = parse('0');

const total = (usages: readonly (Usage | undefined)[], resource: string): string =>
  format(usages.map(usage => tryParse(usage?.[resource]) ?? nothing).reduce(add, nothing));

const usagesOf = ({ containers }: PodMetrics): (Usage | undefined)[] => (containers ?? []).map(({ usage }) => usage);

export const nodeMetricsRow = defineKind<NodeMetrics>({
  ...common,
  kind: 'NodeMetrics',
  plural: 'nodes',
  namespaced: false,
  model: 'V1beta1NodeMetrics',
  columns: [
    nameColumn,
    text('CPU', ({ usage }) => usage?.cpu ?? ''),
    text('Memory', ({ usage }) => usage?.memory ?? ''),
    text('Window', ({ window }) => window ?? ''),
  ],
});

export const podMetricsRow = defineKind<PodMetrics>({
  ...common,
  kind: 'PodMetrics',
  plural: 'pods',
  model: 'V1beta1PodMetrics',
  columns: [
    nameColumn,
    text('CPU', metrics => total(usagesOf(metrics), 'cpu')),
    text('Memory', metrics => total(usagesOf(metrics), 'memory')),
    text('Window', ({ window }) => window ?? ''),
  ],
});
