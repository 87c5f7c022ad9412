/** "app=web tier-" as changes to labels or annotations. Pure. */
import { Failure } from '../failure.js';

/** null removes the key. */
export type Changes = Record<string, string | null>;

/** The leading arguments that name objects, and the rest, which are changes; there may be none. */
export function splitChanges(
  args: readonly string[],
  what: 'label' | 'annotation',
): { objects: string[]; changes: Changes } {
  const first = args.findIndex(isChange);
  if (first < 0) return { objects: [...args], changes: {} };
  const changes: Changes = {};
  for (const arg of args.slice(first)) {
    if (!isChange(arg)) throw new Failure(`all resources must be specified before ${what} changes: ${arg}`);
    const [key, value] = changeOf(arg);
    if (key in changes) throw new Failure(`can not both modify and remove a ${what} in the same command: ${key}`);
    changes[key] = value;
  }
  return { objects: args.slice(0, first), changes };
}

const isChange = (arg: string): boolean => arg.includes('=') || arg.endsWith('-');

function changeOf(arg: string): [string, string | null] {
  const equals = arg.indexOf('=');
  return equals < 0 ? [arg.slice(0, -1), null] : [arg.slice(0, equals), arg.slice(equals + 1)];
}

/** "'app' already has a value (web)" for each key that has another value; kubectl wants --overwrite for those. */
export function clashes(current: Readonly<Record<string, string>>, changes: Changes): string[] {
  return Object.entries(changes).flatMap(([key, value]) => {
    const now = current[key];
    return value !== null && now !== undefined && now !== value ? [`'${key}' already has a value (${now})`] : [];
  });
}

/** What became of an object, as kubectl says it. Annotations are "annotated" even when nothing changed. */
export function outcome(
  field: 'labels' | 'annotations',
  current: Readonly<Record<string, string>> | undefined,
  changes: Changes,
): { changed: boolean; said: string } {
  const changed = Object.entries(changes).some(([key, value]) => (current?.[key] ?? null) !== value);
  if (field === 'annotations') return { changed, said: 'annotated' };
  if (!changed) return { changed, said: 'not labeled' };
  return { changed, said: Object.values(changes).every(value => value === null) ? 'unlabeled' : 'labeled' };
}
