/** Where two JSON values differ, for messages about what may not change. */
import { isObject, own, semanticEqual } from './json.js';

/** The paths at which two values differ, the outermost that says enough. */
export function differences(now: unknown, before: unknown, path: string): string[] {
  if (semanticEqual(now, before)) return [];
  if (Array.isArray(now) && Array.isArray(before) && now.length === before.length) {
    return now.flatMap((item, index) => differences(item, before[index], `${path}[${index}]`));
  }
  if (!isObject(now) || !isObject(before)) return [path];
  const keys = new Set([...Object.keys(now), ...Object.keys(before)]);
  return [...keys].flatMap(key => differences(own(now, key), own(before, key), `${path}.${key}`));
}
