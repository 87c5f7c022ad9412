/** Why a pod does not run yet: who holds it up, and what each of them says. Pure. */
import type { Event, Pod } from '../../api/types.js';
import { elastic } from '../output/elastic.js';
import { attemptsOf, attemptTitle, refusalRows, type ToldAttempt } from './attempts.js';

/** Lines. Events are those about the pod. */
export function tellWhy(pod: Pod, events: readonly Event[], now: number): string[] {
  const { metadata, spec, status } = pod;
  const name = `Pod ${metadata.namespace}/${metadata.name}`;
  if (metadata.deletionTimestamp !== undefined) return [`${name} is being deleted.`];
  if (spec?.nodeName) return [`${name} is on node ${spec.nodeName}: ${onItsNode(pod)}`];
  if (status?.phase !== undefined && status.phase !== 'Pending') return [`${name} is ${status.phase}.`];
  const gates = (spec?.schedulingGates ?? []).map(gate => gate.name);
  if (gates.length > 0) return [`${name} is held back by its scheduling gates: ${gates.join(', ')}.`];
  const [last, ...earlier] = attemptsOf(events, now);
  if (!last) return [`${name} is pending: ${conditionOf(pod) ?? untried(pod)}`];
  return [`${name} is pending: ${last.message}`, ...promised(pod), ...table(last, now), ...before(earlier)];
}

/** The kubelet's part: what containers wait for. */
function onItsNode({ status }: Pod): string {
  const waiting = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].flatMap(
    ({ name, state }) =>
      state?.waiting
        ? [`container ${name} waits: ${[state.waiting.reason, state.waiting.message].filter(Boolean).join(': ')}`]
        : [],
  );
  return waiting.length > 0 ? `${waiting.join('; ')}.` : `it is ${status?.phase ?? 'not known there yet'}.`;
}

/** What the scheduler wrote into the pod outlives its events. */
const conditionOf = ({ status }: Pod): string | undefined =>
  (status?.conditions ?? []).find(
    ({ type, status: is, message }) => type === 'PodScheduled' && is === 'False' && message,
  )?.message;

const untried = ({ spec }: Pod): string =>
  `no attempt to find it a node is known. The scheduler "${spec?.schedulerName ?? 'default-scheduler'}" has not tried yet, ` +
  'does not run, or tried so long ago that its events are gone.';

const promised = ({ status }: Pod): string[] =>
  status?.nominatedNodeName ? [`Room is made for it on node ${status.nominatedNodeName}.`] : [];

function table({ record }: ToldAttempt, now: number): string[] {
  if (!record) return [];
  const rows = refusalRows(record);
  const title = attemptTitle(record, now);
  return [
    '',
    `${title[0]?.toUpperCase()}${title.slice(1)}:`,
    ...elastic([['NODE', 'PREDICATE', 'REASON'], ...rows].map(row => row.join('\t'))),
    ...(record.preemption ? ['', `Preemption: ${record.preemption}`] : []),
  ];
}

const before = (earlier: readonly ToldAttempt[]): string[] =>
  earlier.length === 0
    ? []
    : ['', 'Before that:', ...elastic(earlier.map(({ seen, message }) => `${seen}\t${message}`))];
