/** What a probe's results add up to. Pure: one result in, the new state out. */
import type { Probe } from '../../api/types.js';

export type ProbeKind = 'startup' | 'readiness' | 'liveness';

export interface ProbeState {
  /** What counts now. */
  passing: boolean;
  /** The last result, and how often it came in a row. */
  last: boolean | undefined;
  inARow: number;
}

/** A container is taken to live, and not to be ready or started, until a probe (or an earlier kubelet) says otherwise. */
export const initialState = (passing: boolean): ProbeState => ({
  passing,
  last: undefined,
  inARow: 0,
});

export function afterResult(state: ProbeState, success: boolean, probe: Probe): ProbeState {
  const inARow = state.last === success ? state.inARow + 1 : 1;
  const threshold = success ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
  return { passing: inARow >= threshold ? success : state.passing, last: success, inARow };
}

/** Whether the container has to be killed: its liveness, or its startup within the tries it had. */
export const isFatal = (kind: ProbeKind, state: ProbeState, probe: Probe): boolean =>
  kind !== 'readiness' && state.last === false && state.inARow >= (probe.failureThreshold ?? 3);
