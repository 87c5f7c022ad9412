/**
 * An attempt to find a node that failed, told in full: which predicates refused which nodes. It travels as an annotation of
 * the attempt's event: whoever may read events can ask, of any server, and a scheduler that restarts forgets nothing.
 */
import type { Event } from '../api/types.js';

/** The annotation of an Event that holds a FailedAttempt as JSON. */
export const attemptAnnotation = 'orrery.dev/scheduling-attempt';

export interface FailedAttempt {
  /** RFC 3339. */
  at: string;
  /** The how manieth of this pod. */
  attempt: number;
  /** How many nodes there were. */
  nodes: number;
  /** Nodes that were refused for the same reasons; a predicate's name -> its reasons. */
  refusals: { nodes: string[]; by: Record<string, readonly string[]> }[];
  /** How many further nodes were refused, by the first reasons of each. */
  others: { nodes: number; by: Record<string, readonly string[]> }[];
  /** What became of making room. */
  preemption?: string;
}

/** Undefined for an event without any, or with something that is none. */
export function attemptOf(event: Event): FailedAttempt | undefined {
  try {
    const read = JSON.parse(event.metadata.annotations?.[attemptAnnotation] ?? 'null') as FailedAttempt | null;
    return read && Array.isArray(read.refusals) && Array.isArray(read.others) ? read : undefined;
  } catch {
    return undefined;
  }
}
