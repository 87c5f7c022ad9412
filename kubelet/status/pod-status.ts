/** A pod's whole status, from its spec, what the runtime shows, and what the kubelet knows besides. Pure. */
import { timestamp } from '../../api/clock.js';
import { isRestartableInit } from '../../api/kinds/pod/columns.js';
import type { Container, ContainerStatus, Pod, PodStatus } from '../../api/types.js';
import { qosClass } from '../pods/config/qos.js';
import type { Ending } from '../pods/ending.js';
import type { RestartPolicy } from '../pods/restart-policy.js';
import { isAlive, readySandbox, type Seen } from '../pods/seen.js';
import { conditionsOf, holdsNobodyUp } from './conditions.js';
import { containerStatus, longestMessage } from './containers.js';
import { type Phase, phaseOf } from './phase.js';
import { type ResizeFacts, resizeConditions, resizeConditionTypes, resourcesInStatus } from './resize.js';

export interface PodFactsForStatus {
  seen: Seen;
  ending: Ending | undefined;
  /** By container name. */
  waiting: ReadonlyMap<string, { reason: string; message?: string }>;
  /** By container id: what probes and hooks say. */
  started: (containerId: string) => boolean;
  ready: (containerId: string) => boolean;
  resize: ResizeFacts;
  /** The id of the image that a volume is; undefined for other volumes, and before it is mounted. */
  imageOfVolume: (volume: string) => string | undefined;
  nodeIP: string;
  runtimeName: string;
  now: number;
}

export function podStatus(pod: Pod, facts: PodFactsForStatus): PodStatus {
  const before = pod.status;
  if (before?.phase === 'Succeeded' || before?.phase === 'Failed') return before;
  const refused = facts.ending?.status;
  const containersAlive = facts.seen.containers.some(isAlive);
  const init = statuses(pod.spec?.initContainers ?? [], pod, facts, before?.initContainerStatuses, 'PodInitializing');
  const sidecars = new Set((pod.spec?.initContainers ?? []).filter(isRestartableInit).map(c => c.name));
  const waitsForInit = init.some(s => !holdsNobodyUp(s, sidecars));
  const creating = waitsForInit ? 'PodInitializing' : 'ContainerCreating';
  const main = statuses(pod.spec?.containers ?? [], pod, facts, before?.containerStatuses, creating);
  const ephemeral = statuses(
    (pod.spec?.ephemeralContainers ?? []) as Container[],
    pod,
    facts,
    before?.ephemeralContainerStatuses,
    'ContainerCreating',
  ).map(({ started: _, ...status }) => ({ ...status, ready: false }));
  const restartPolicy = (pod.spec?.restartPolicy ?? 'Always') as RestartPolicy;
  const own = new Map([...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map(c => [c.name, c]));
  const natural = phaseOf({
    restartPolicy,
    own,
    init: init.filter(s => !sidecars.has(s.name)),
    main,
    ending: facts.ending !== undefined && !containersAlive,
  });
  const phase = containersAlive ? openPhase(natural, main) : refused ? 'Failed' : natural;
  const sandbox = readySandbox(facts.seen);
  const hostNetwork = pod.spec?.hostNetwork === true;
  const conditions = conditionsOf(pod, {
    phase,
    init,
    sidecars,
    main,
    sandboxReady: sandbox !== undefined,
    disrupted: refused?.isDisruption ? refused.message : undefined,
    now: facts.now,
  });
  const resizing = facts.ending
    ? []
    : resizeConditions(
        [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])],
        [...main, ...init].map(s => (s.state?.running ? runtimeId(s) : undefined)),
        facts.resize,
        before?.conditions ?? [],
        facts.now,
      );
  const known = refused?.isRejection
    ? []
    : ([
        ['initContainerStatuses', init],
        ['containerStatuses', main],
        ['ephemeralContainerStatuses', ephemeral],
      ] as const);
  const ips = hostNetwork && sandbox ? [facts.nodeIP] : (facts.seen.sandboxes[0]?.ips ?? []);
  const { generation } = pod.metadata;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  return {
    ...observed,
    phase,
    conditions: [
      ...conditions.filter(({ type }) => !isAboutResize(type)),
      ...resizing.map(condition => ({ ...condition, ...observed })),
    ],
    hostIP: facts.nodeIP,
    hostIPs: [{ ip: facts.nodeIP }],
    startTime: before?.startTime ?? timestamp(facts.now),
    qosClass: before?.qosClass ?? qosClass(pod),
    ...(ips[0] === undefined ? {} : { podIP: ips[0], podIPs: ips.map(ip => ({ ip })) }),
    ...(refused ? { reason: refused.reason, message: refused.message } : {}),
    ...Object.fromEntries(known.filter(([, statuses]) => statuses.length > 0)),
  };
}

/** 'containerd://ID' without its scheme. */
const runtimeId = ({ containerID }: ContainerStatus): string | undefined => containerID?.split('://')[1];

const isAboutResize = (type: string): boolean => (resizeConditionTypes as readonly string[]).includes(type);

/** The last word is only said when nothing runs any more, sidecars included. */
function openPhase(natural: Phase, main: readonly ContainerStatus[]): Phase {
  if (natural === 'Pending' || natural === 'Running') return natural;
  return main.every(s => s.state?.waiting && !s.lastState?.terminated) ? 'Pending' : 'Running';
}

function statuses(
  specs: readonly Container[],
  pod: Pod,
  facts: PodFactsForStatus,
  before: readonly ContainerStatus[] | undefined,
  defaultWaiting: string,
): ContainerStatus[] {
  const isInit = specs === pod.spec?.initContainers;
  const ending = facts.ending !== undefined;
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const count = containers.length + initContainers.length + ephemeralContainers.length;
  const idPrefix = `${facts.runtimeName}://`;
  const context = { idPrefix, defaultWaiting, ending, longestMessage: longestMessage(count) };
  return specs.map(spec => {
    const seen = facts.seen.containers.filter(c => c.name === spec.name);
    const newest = seen[0];
    const waiting = facts.waiting.get(spec.name);
    const done = isInit && newest?.state === 'exited' && newest.exitCode === 0;
    const status = containerStatus(
      spec,
      {
        seen,
        started: newest !== undefined && facts.started(newest.id),
        ready: newest !== undefined && facts.ready(newest.id),
        before: before?.find(b => b.name === spec.name),
        imageOfVolume: facts.imageOfVolume,
        ...(waiting ? { waiting } : {}),
      },
      context,
    );
    const sized = { ...status, ...resourcesInStatus(spec, runtimeId(status), facts.resize) };
    // An init container is ready once it has done its work; a sidecar is asked, as the others are.
    return isInit && !isRestartableInit(spec) ? { ...sized, ready: done } : sized;
  });
}
