/**
 * Whether a container that has ended is to be started again. Its own rules are asked first, in their order, then its own
 * policy, and at last that of its pod. Pure.
 */
import type { Container } from '../../api/types.js';

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

/** What a container says for itself. */
export type OwnRestarts = Pick<Container, 'restartPolicy' | 'restartPolicyRules'>;

type Rule = NonNullable<OwnRestarts['restartPolicyRules']>[number];

/** `ofPod`: the pod's policy. */
export function restartsAfter(exitCode: number, own: OwnRestarts, ofPod: RestartPolicy): boolean {
  const rule = own.restartPolicyRules?.find(candidate => isAbout(candidate, exitCode));
  if (rule) return rule.action === 'Restart';
  const policy = own.restartPolicy ?? ofPod;
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

function isAbout({ exitCodes }: Rule, exitCode: number): boolean {
  const { operator, values = [] } = exitCodes ?? {};
  if (operator === 'In') return values.includes(exitCode);
  return operator === 'NotIn' && !values.includes(exitCode);
}
