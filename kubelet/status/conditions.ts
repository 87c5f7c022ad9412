/** The pod's conditions, each with the time of its last change. Pure. */
import { timestamp } from '../../api/clock.js';
import type { ContainerStatus, Pod, PodCondition } from '../../api/types.js';
import type { Phase } from './phase.js';

export interface ConditionFacts {
  phase: Phase;
  /** Of init containers, in their order; those of sidecars by name. */
  init: readonly ContainerStatus[];
  sidecars: ReadonlySet<string>;
  main: readonly ContainerStatus[];
  /** A sandbox is ready, with its network. */
  sandboxReady: boolean;
  /** Why the node took its place away. */
  disrupted?: string | undefined;
  now: number;
}

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>;
const yes: Verdict = { status: 'True' };
const no = (reason: string, message?: string): Verdict => ({
  status: 'False',
  reason,
  ...(message ? { message } : {}),
});

/** The kubelet's own conditions, and those that others keep as they are. */
export function conditionsOf(pod: Pod, facts: ConditionFacts): PodCondition[] {
  const before = pod.status?.conditions ?? [];
  const done = facts.phase === 'Succeeded';
  const completed = no('PodCompleted');
  const failed = facts.phase === 'Failed';
  const containersReady = done ? completed : failed ? no('PodFailed') : allReady(facts);
  const verdicts: [string, Verdict][] = [
    ['PodReadyToStartContainers', facts.sandboxReady ? yes : { status: 'False' }],
    ['Initialized', done ? { ...yes, reason: 'PodCompleted' } : initialized(facts)],
    ['Ready', containersReady.status === 'True' ? gates(pod, before) : containersReady],
    ['ContainersReady', containersReady],
    ['PodScheduled', yes],
    ...disruption(facts.disrupted),
  ];
  const { generation } = pod.metadata;
  const seen = generation === undefined ? {} : { observedGeneration: generation };
  const own = verdicts.map(([type, verdict]) => ({ ...dated(type, verdict, before, facts.now), ...seen }));
  return [...before.filter(c => !own.some(o => o.type === c.type)), ...own];
}

const disruption = (message: string | undefined): [string, Verdict][] =>
  message === undefined ? [] : [['DisruptionTarget', { ...yes, reason: 'TerminationByKubelet', message }]];

function dated(type: string, verdict: Verdict, before: readonly PodCondition[], now: number): PodCondition {
  const old = before.find(c => c.type === type);
  const changed = old?.status !== verdict.status || old.lastTransitionTime === undefined;
  return { type, ...verdict, lastTransitionTime: changed ? timestamp(now) : (old.lastTransitionTime as string) };
}

function initialized({ init, sidecars, main }: ConditionFacts): Verdict {
  // Once a container has been started, the init containers were done, even if they are forgotten since.
  if (main.some(s => s.state?.waiting === undefined || s.lastState?.terminated !== undefined)) return yes;
  const incomplete = init.filter(s => !holdsNobodyUp(s, sidecars)).map(s => s.name);
  return incomplete.length === 0
    ? yes
    : no('ContainersNotInitialized', `containers with incomplete status: [${incomplete.join(' ')}]`);
}

/** It has done its work, or is a sidecar that has started. */
export const holdsNobodyUp = (s: ContainerStatus, sidecars: ReadonlySet<string>): boolean =>
  sidecars.has(s.name) ? s.started === true : s.state?.terminated?.exitCode === 0;

function allReady({ init, sidecars, main }: ConditionFacts): Verdict {
  const serving = [...init.filter(s => sidecars.has(s.name)), ...main];
  const unready = serving.filter(s => !s.ready).map(s => s.name);
  return unready.length === 0
    ? yes
    : no('ContainersNotReady', `containers with unready status: [${unready.join(' ')}]`);
}

function gates(pod: Pod, before: readonly PodCondition[]): Verdict {
  const messages = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const found = before.find(c => c.type === conditionType);
    if (!found) return `corresponding condition of pod readiness gate "${conditionType}" does not exist.`;
    return found.status === 'True'
      ? []
      : `the status of pod readiness gate "${conditionType}" is not "True", but ${found.status}`;
  });
  return messages.length === 0 ? yes : no('ReadinessGatesNotReady', messages.join(', '));
}
