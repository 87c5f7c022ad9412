/** What a failed pod means for its Job, as spec.podFailurePolicy says: the first rule that matches decides. Pure. */
import type { Job, JobSpec, Pod } from '../../api/types.js';
import { keyOf } from '../keys.js';
import { hasFailed, specOf } from './pods.js';

type Rule = NonNullable<JobSpec['podFailurePolicy']>['rules'][number];

export interface Meaning {
  action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  /** Why the rule matches. */
  message: string;
}

/** Without a rule for it a failure counts. */
export function meaningOf(job: Job, pod: Pod): Meaning {
  for (const [position, rule] of (specOf(job).podFailurePolicy?.rules ?? []).entries()) {
    const why = matching(rule, pod);
    if (why === undefined) continue;
    const message = `${why} matching ${rule.action} rule at index ${position}`;
    return { action: rule.action as Meaning['action'], message };
  }
  return { action: 'Count', message: '' };
}

export const counts = (job: Job, pod: Pod): boolean => meaningOf(job, pod).action !== 'Ignore';

/** Why the job is to fail because of one of its pods; undefined when it is not. */
export function failJobMessage(job: Job, pods: readonly Pod[]): string | undefined {
  if (!specOf(job).podFailurePolicy) return undefined;
  const meanings = pods.filter(pod => hasFailed(job, pod)).map(pod => meaningOf(job, pod));
  return meanings.find(({ action }) => action === 'FailJob')?.message;
}

function matching(rule: Rule, pod: Pod): string | undefined {
  return rule.onExitCodes ? matchingExit(rule.onExitCodes, pod) : matchingCondition(rule.onPodConditions ?? [], pod);
}

function matchingExit(
  { containerName, operator, values }: NonNullable<Rule['onExitCodes']>,
  pod: Pod,
): string | undefined {
  const all = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  for (const { name, state } of all) {
    const code = state?.terminated?.exitCode;
    if (code === undefined || code === 0 || (containerName && containerName !== name)) continue;
    if (values.includes(code) === (operator === 'In')) {
      return `Container ${name} for pod ${keyOf(pod)} failed with exit code ${code}`;
    }
  }
  return undefined;
}

function matchingCondition(patterns: NonNullable<Rule['onPodConditions']>, pod: Pod): string | undefined {
  for (const { type, status } of pod.status?.conditions ?? []) {
    if (patterns.some(pattern => pattern.type === type && (pattern.status ?? 'True') === status)) {
      return `Pod ${keyOf(pod)} has condition ${type}`;
    }
  }
  return undefined;
}
