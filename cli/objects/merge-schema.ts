/** How the lists of a built-in kind merge; kinds that the server brings (custom resources) have no such knowledge here. */
import { kindOf } from '../../api/kinds/index.js';
import type { MergeSchema } from '../../api/patch/index.js';
import { mergeSchemaOf } from '../../api/schema/index.js';
import type { AnyObject } from '../../api/types.js';

export function mergeSchemaFor(object: AnyObject): MergeSchema | undefined {
  const row = kindOf(object);
  return row && mergeSchemaOf(row);
}
