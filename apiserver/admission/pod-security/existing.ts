/** The pods that a stricter namespace would not take again: those with the same fault, or of the same owner, together. */
import type { Pod } from '../../../api/types.js';

/** 'web-1 (and 2 other pods): hostPort (...)', in the order of the names. `judge` answers '' for a good pod. */
export function existingViolations(pods: readonly Pod[], judge: (pod: Pod) => string): string[] {
  const byFault = new Map<string, string[]>();
  for (const pod of pods) {
    const fault = judge(pod);
    if (fault === '') continue;
    const names = byFault.get(fault) ?? [];
    names.push(pod.metadata.name ?? '');
    byFault.set(fault, names);
  }
  return [...byFault]
    .map(([fault, names]) => {
      const [first, ...others] = names.sort();
      if (others.length === 0) return `${first}: ${fault}`;
      return `${first} (and ${others.length} other ${others.length === 1 ? 'pod' : 'pods'}): ${fault}`;
    })
    .sort();
}
