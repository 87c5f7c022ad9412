/** Which pods of a node `drain` takes away, and why it does not dare to: kubectl's rules and messages. Pure. */
import type { Pod } from '../../api/types.js';

export interface DrainRules {
  force: boolean;
  ignoreDaemonSets: boolean;
  deleteEmptyDirData: boolean;
  /** Pods that have been going for longer are left alone; 0 is never. */
  skipAfterMs: number;
}

export type Verdict = { take: boolean; warning?: string } | { error: string };

const messages = {
  daemonSet: ['DaemonSet-managed Pods (use --ignore-daemonsets to ignore)', 'ignoring DaemonSet-managed Pods'],
  local: ['Pods with local storage (use --delete-emptydir-data to override)', 'deleting Pods with local storage'],
  unmanaged: ['Pods that declare no controller (use --force to override)', 'deleting Pods that declare no controller'],
} as const;

const mirror = 'kubernetes.io/config.mirror';

/** What the server said of the DaemonSet that a pod belongs to: it is there, or the refusal. */
export type DaemonSetAnswer = { there: true } | { there: false; notFound: boolean; message: string };

export const daemonSetOf = ({ metadata }: Pod): string | undefined =>
  metadata.ownerReferences?.find(({ controller, kind }) => controller && kind === 'DaemonSet')?.name;

const isFinished = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** `daemonSet` is needed for pods of one that have not finished. `now` in milliseconds. */
export function verdictOn(pod: Pod, rules: DrainRules, daemonSet: DaemonSetAnswer | undefined, now: number): Verdict {
  if (isLongGoing(pod, rules.skipAfterMs, now)) return { take: false };
  let warning: string | undefined;
  if (daemonSetOf(pod) !== undefined && !isFinished(pod) && daemonSet) {
    if (daemonSet.there) {
      const [refusal, ignored] = messages.daemonSet;
      return rules.ignoreDaemonSets ? { take: false, warning: ignored } : { error: refusal };
    }
    if (!(daemonSet.notFound && rules.force)) return { error: daemonSet.message };
    warning = daemonSet.message;
  }
  if (pod.metadata.annotations?.[mirror] !== undefined) return { take: false };
  if (isFinished(pod)) return { take: true };
  if (pod.spec?.volumes?.some(({ emptyDir }) => emptyDir)) {
    if (!rules.deleteEmptyDirData) return { error: messages.local[0] };
    warning = messages.local[1];
  }
  // Only the last rule's word is kept, and being controlled by somebody is one.
  if (pod.metadata.ownerReferences?.some(({ controller }) => controller)) return { take: true };
  if (!rules.force) return { error: messages.unmanaged[0] };
  warning = messages.unmanaged[1];
  return { take: true, warning };
}

export const isLongGoing = ({ metadata }: Pod, afterMs: number, now: number): boolean =>
  afterMs > 0 &&
  metadata.deletionTimestamp !== undefined &&
  now - Date.parse(String(metadata.deletionTimestamp)) > afterMs;

export interface DrainPlan {
  take: Pod[];
  /** One sentence for stderr; '' when there is nothing to warn of. */
  warning: string;
  errors: string[];
}

export function planFrom(judged: readonly { pod: Pod; verdict: Verdict }[]): DrainPlan {
  const listed = (wordOf: (verdict: Verdict) => string | undefined): [word: string, pods: string][] => {
    const groups = new Map<string, string[]>();
    for (const { pod, verdict } of judged) {
      const word = wordOf(verdict);
      const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
      if (word !== undefined) groups.set(word, [...(groups.get(word) ?? []), name]);
    }
    return [...groups].map(([word, names]) => [word, names.join(', ')]);
  };
  return {
    take: judged.flatMap(({ pod, verdict }) => ('take' in verdict && verdict.take ? [pod] : [])),
    warning: listed(verdict => ('warning' in verdict ? verdict.warning : undefined))
      .map(([word, pods]) => `${word}: ${pods}`)
      .join('; '),
    errors: listed(verdict => ('error' in verdict ? verdict.error : undefined)).map(
      ([word, pods]) => `cannot delete ${word}: ${pods}`,
    ),
  };
}
