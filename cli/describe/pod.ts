/** Pods, and the templates that they are made from. */
import { humanDuration } from '../../api/duration.js';
import type { Event, Pod, PodTemplateSpec, Toleration } from '../../api/types.js';
import { attemptsOf, attemptTitle, refusalRows } from '../why/attempts.js';
import { containerItems } from './container.js';
import { annotationLines, controlledBy, labelled, named } from './metadata.js';
import { type Item, longTime, mapLines, orNone, when } from './text.js';
import { volumeItems } from './volumes.js';

export function describePod(pod: Pod, now: number, events: readonly Event[] = []): Item[] {
  const { spec, status } = pod;
  return [
    ...named(pod),
    ...(spec?.priority === undefined ? [] : [['Priority', String(spec.priority)] as Item]),
    ...when(spec?.priorityClassName, () => ['Priority Class Name', spec?.priorityClassName ?? '']),
    ['Service Account', spec?.serviceAccountName ?? ''],
    ['Node', spec?.nodeName ? `${spec.nodeName}/${status?.hostIP ?? ''}` : '<none>'],
    ...when(status?.startTime, () => ['Start Time', longTime(status?.startTime)]),
    ...labelled(pod),
    ...phase(pod, now),
    ...when(status?.reason, () => ['Reason', status?.reason ?? '']),
    ...when(status?.message, () => ['Message', status?.message ?? '']),
    ['IP', status?.podIP ?? ''],
    status?.podIPs && status.podIPs.length > 0
      ? { heading: 'IPs', block: status.podIPs.map(({ ip }): Item => ['IP', ip ?? '']) }
      : ['IPs', '<none>'],
    ...controlledBy(pod),
    ...containerItems('Init Containers', spec?.initContainers, status?.initContainerStatuses, pod),
    ...containerItems('Containers', spec?.containers, status?.containerStatuses, pod),
    ...conditions(pod),
    ...volumeItems(spec?.volumes),
    ['QoS Class', orNone(status?.qosClass)],
    ['Node-Selectors', mapLines(spec?.nodeSelector)],
    ['Tolerations', tolerations(spec?.tolerations)],
    ...lastAttempt(pod, events, now),
  ];
}

/** What kubectl does not know: which node refused a pending pod for what. */
function lastAttempt({ spec }: Pod, events: readonly Event[], now: number): Item[] {
  const record = spec?.nodeName ? undefined : attemptsOf(events, now)[0]?.record;
  if (!record) return [];
  const rows = [['Node', 'Predicate', 'Reason'], ['----', '---------', '------'], ...refusalRows(record)];
  return [{ heading: `Scheduling (${attemptTitle(record, now)})`, block: rows.map(row => row.join('\t')) }];
}

function phase({ metadata, status }: Pod, now: number): Item[] {
  const ended = status?.phase === 'Failed' || status?.phase === 'Succeeded';
  if (!metadata.deletionTimestamp || ended) return [['Status', status?.phase ?? '']];
  const since = humanDuration(now - Date.parse(metadata.deletionTimestamp));
  return [
    ['Status', `Terminating (lasts ${since})`],
    ['Termination Grace Period', `${metadata.deletionGracePeriodSeconds ?? 0}s`],
  ];
}

function conditions({ status }: Pod): Item[] {
  const rows = (status?.conditions ?? []).map(condition => `${condition.type} \t${condition.status}`);
  return rows.length > 0 ? [{ heading: 'Conditions', block: ['Type\tStatus', ...rows] }] : [];
}

function tolerations(list: readonly Toleration[] | undefined): string[] {
  const sorted = [...(list ?? [])].sort((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : 1));
  const lines = sorted.map(({ key = '', operator, value, effect, tolerationSeconds }) => {
    const what = `${key}${value ? `=${value}` : ''}${effect ? `:${effect}` : ''}`;
    const how = operator === 'Exists' && !value ? [what, 'op=Exists'] : [what];
    const long = tolerationSeconds === undefined ? [] : [`for ${tolerationSeconds}s`];
    return [...how, ...long].filter(word => word !== '').join(' ');
  });
  return lines.length > 0 ? lines : ['<none>'];
}

/** In the description of what makes pods. */
export function describePodTemplate(template: PodTemplateSpec | undefined): Item {
  const { metadata, spec } = template ?? {};
  const block: Item[] = [
    ['Labels', mapLines(metadata?.labels)],
    ...when(metadata?.annotations, () => ['Annotations', annotationLines(metadata?.annotations)]),
    ...when(spec?.serviceAccountName, () => ['Service Account', spec?.serviceAccountName ?? '']),
    ...containerItems('Init Containers', spec?.initContainers, undefined),
    ...containerItems('Containers', spec?.containers, undefined),
    ...volumeItems(spec?.volumes, 1),
    ...when(spec?.priorityClassName, () => ['Priority Class Name', spec?.priorityClassName ?? '']),
    ['Node-Selectors', mapLines(spec?.nodeSelector)],
    ['Tolerations', tolerations(spec?.tolerations)],
  ];
  return { heading: 'Pod Template', block };
}
