/** Two states of an object, fit to be shown beside each other: nobody need see what a Secret holds to see that it changes. Pure. */
import { clone } from '../../api/json.js';
import type { AnyObject } from '../../api/types.js';

type Data = Record<string, string>;

const isSecret = (object: AnyObject | undefined): boolean => object?.apiVersion === 'v1' && object.kind === 'Secret';

/** Values that stay are '***'; of those that change the two states say which they are. */
export function masked(
  before: AnyObject | undefined,
  after: AnyObject,
): { before: AnyObject | undefined; after: AnyObject } {
  if (!isSecret(after)) return { before, after };
  const [old, now] = [(before?.data ?? {}) as Data, (after.data ?? {}) as Data];
  const changed = (key: string): boolean => key in old && key in now && old[key] !== now[key];
  const hide = (data: Data, when: 'before' | 'after'): Data =>
    Object.fromEntries(Object.keys(data).map(key => [key, changed(key) ? `*** (${when})` : '***']));
  const hidden = (object: AnyObject, when: 'before' | 'after'): AnyObject =>
    object.data === undefined ? object : { ...clone(object), data: hide(object.data as Data, when) };
  return { before: before && hidden(before, 'before'), after: hidden(after, 'after') };
}
