/**
 * Why a reconcile ran, as the audit log shows it beside what it wrote:
 * `replication-controller default/web <- Pod default/web-abc12 MODIFIED @1234`. Pure.
 */
import { type Change, keyOf } from '../informer/cache.js';

/** What made a key's turn come. */
export interface Trigger {
  /** 'Pod default/web-abc12 MODIFIED @1234' */
  text: string;
  /** How many further changes the same turn answers. */
  more: number;
  /** A timer or a retry: gives way to a change that comes before it is due. */
  later?: boolean;
}

export function describeChange(kind: string, { now, before }: Change): string {
  const object = now ?? before;
  if (!object) return `${kind} unknown`;
  const what = now ? (before ? 'MODIFIED' : 'ADDED') : 'DELETED';
  return `${kind} ${keyOf(object)} ${what} @${object.metadata.resourceVersion ?? '?'}`;
}

/** The trigger that a key waits with once a change is added to it: the first change is the cause, others are counted. */
export const withChange = (waiting: Trigger | undefined, text: string): Trigger =>
  waiting && !waiting.later ? { ...waiting, more: waiting.more + 1 } : { text, more: 0 };

export const afterFailure = (trigger: Trigger, failures: number): Trigger => ({
  text: `retry ${failures} of ${trigger.text.replace(/^retry \d+ of /, '')}`,
  more: trigger.more,
  later: true,
});

export const causeText = (controller: string, key: string, { text, more }: Trigger): string =>
  `${controller} ${key} <- ${text}${more > 0 ? ` (+${more} more)` : ''}`;
