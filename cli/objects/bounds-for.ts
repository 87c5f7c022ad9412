/** Quotas, disruption budgets and priority classes that `create` makes of words. Pure. */
import type { AnyObject } from '../../api/types.js';
import { Failure } from '../failure.js';
import { pairsOf } from './pairs.js';

export interface QuotaWishes {
  hard?: string;
  scopes?: string;
}

export function quotaFor(name: string, { hard = '', scopes }: QuotaWishes): AnyObject {
  const amounts = hard
    .split(',')
    .filter(Boolean)
    .map(pair => {
      const [key = '', value, ...rest] = pair.split('=');
      if (key === '' || value === undefined || rest.length > 0)
        throw new Failure(`Invalid argument syntax ${pair}, expected <resource>=<value>`);
      return [key, value] as const;
    });
  const spec = {
    ...(amounts.length > 0 ? { hard: Object.fromEntries(amounts) } : {}),
    ...(scopes ? { scopes: scopes.split(',') } : {}),
  };
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name }, spec, status: {} };
}

export interface BudgetWishes {
  selector?: string;
  minAvailable?: string;
  maxUnavailable?: string;
}

export function budgetFor(name: string, { selector, minAvailable, maxUnavailable }: BudgetWishes): AnyObject {
  if (!selector) throw new Failure('a selector must be specified');
  if (minAvailable === undefined && maxUnavailable === undefined)
    throw new Failure('one of min-available or max-unavailable must be specified');
  if (minAvailable !== undefined && maxUnavailable !== undefined)
    throw new Failure('min-available and max-unavailable cannot be both specified');
  const bound =
    minAvailable === undefined
      ? { maxUnavailable: countOrShare('max-unavailable', maxUnavailable ?? '') }
      : { minAvailable: countOrShare('min-available', minAvailable) };
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name },
    spec: { ...bound, selector: { matchLabels: pairsOf(selector) } },
    status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
  };
}

function countOrShare(flag: string, text: string): number | string {
  if (!/^\d+%?$/.test(text)) throw new Failure(`invalid format specified for ${flag}`);
  return text.endsWith('%') ? text : Number(text);
}

export interface PriorityClassWishes {
  value: number;
  globalDefault?: boolean;
  description: string;
  preemptionPolicy: string;
}

export const priorityClassFor = (name: string, wishes: PriorityClassWishes): AnyObject => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name },
  value: wishes.value,
  ...(wishes.globalDefault ? { globalDefault: true } : {}),
  ...(wishes.description === '' ? {} : { description: wishes.description }),
  preemptionPolicy: wishes.preemptionPolicy,
});
