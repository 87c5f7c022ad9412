/** Containers as descriptions show them: in pods with their state, in templates without. */
import type { Container, ContainerState, ContainerStatus, LifecycleHandler, Pod, Probe } from '../../api/types.js';
import { environment } from './environment.js';
import { type Item, longTime, when } from './text.js';

/** A heading with the containers under it; nothing where there are none. */
export function containerItems(
  heading: string,
  list: readonly Container[] | undefined,
  statuses: readonly ContainerStatus[] | undefined,
  pod?: Pod,
): Item[] {
  if (!list || list.length === 0) return [];
  const block = list.map(container => {
    const status = statuses?.find(candidate => candidate.name === container.name);
    return describeContainer(container, status, pod);
  });
  return [{ heading, block, step: pod ? 2 : 1 }];
}

function describeContainer(container: Container, status: ContainerStatus | undefined, pod: Pod | undefined): Item {
  const { resources } = container;
  const block: Item[] = [
    ...(status ? ([['Container ID', status.containerID ?? '']] as Item[]) : []),
    ['Image', container.image ?? ''],
    ...(status ? ([['Image ID', status.imageID ?? '']] as Item[]) : []),
    ...ports(container),
    ...words('Command', container.command),
    ...words('Args', container.args),
    ...(status ? stateItems(status) : []),
    ...amounts('Limits', resources?.limits),
    ...amounts('Requests', resources?.requests),
    ...probe('Liveness', container.livenessProbe),
    ...probe('Readiness', container.readinessProbe),
    ...probe('Startup', container.startupProbe),
    ...environment(container, pod),
    ...mounts(container),
  ];
  return { heading: container.name, block, step: pod ? 2 : 1 };
}

function ports({ ports: list = [] }: Container): Item[] {
  const s = list.length > 1 ? 's' : '';
  const text = (number: (port: (typeof list)[number]) => number): string =>
    list.map(port => `${number(port)}/${port.protocol ?? 'TCP'}${port.name ? ` (${port.name})` : ''}`).join(', ') ||
    '<none>';
  return [
    [`Port${s}`, text(port => port.containerPort)],
    [`Host Port${s}`, text(port => port.hostPort ?? 0)],
  ];
}

const words = (heading: string, items: readonly string[] | undefined): Item[] =>
  items && items.length > 0 ? [{ heading, block: items.flatMap(word => word.split('\n')) }] : [];

const amounts = (heading: string, map: Readonly<Record<string, string>> | undefined): Item[] =>
  map && Object.keys(map).length > 0
    ? [
        {
          heading,
          block: Object.keys(map)
            .sort()
            .map((key): Item => [key, map[key] ?? '']),
        },
      ]
    : [];

function stateItems(status: ContainerStatus): Item[] {
  return [
    ...state('State', status.state),
    ...(status.lastState && Object.keys(status.lastState).length > 0 ? state('Last State', status.lastState) : []),
    ['Ready', status.ready ? 'True' : 'False'],
    ['Restart Count', String(status.restartCount)],
  ];
}

function state(heading: string, value: ContainerState | undefined): Item[] {
  if (value?.running)
    return [
      [heading, 'Running'],
      ['  Started', longTime(value.running.startedAt)],
    ];
  if (value?.terminated) {
    const { reason, message, exitCode, signal, startedAt, finishedAt } = value.terminated;
    return [
      [heading, 'Terminated'],
      ...when(reason, () => ['  Reason', reason ?? '']),
      ...when(message, () => ['  Message', (message ?? '').split('\n')]),
      ['  Exit Code', String(exitCode)],
      ...when(signal, () => ['  Signal', String(signal)]),
      ['  Started', longTime(startedAt)],
      ['  Finished', longTime(finishedAt)],
    ];
  }
  return [[heading, 'Waiting'], ...when(value?.waiting?.reason, () => ['  Reason', value?.waiting?.reason ?? ''])];
}

function probe(heading: string, value: Probe | undefined): Item[] {
  if (!value) return [];
  const timing = `delay=${value.initialDelaySeconds ?? 0}s timeout=${value.timeoutSeconds ?? 1}s period=${value.periodSeconds ?? 10}s #success=${value.successThreshold ?? 1} #failure=${value.failureThreshold ?? 3}`;
  return [[heading, `${handler(value)} ${timing}`]];
}

function handler(value: Probe & LifecycleHandler): string {
  if (value.exec) return `exec [${(value.exec.command ?? []).join(' ')}]`;
  if (value.httpGet) {
    const { scheme = 'HTTP', host = '', port, path = '' } = value.httpGet;
    return `http-get ${scheme.toLowerCase()}://${host}:${port}${path}`;
  }
  if (value.tcpSocket) return `tcp-socket ${value.tcpSocket.host ?? ''}:${value.tcpSocket.port}`;
  return value.grpc ? `grpc <pod>:${value.grpc.port} ${value.grpc.service ?? ''}`.trim() : 'unknown';
}

function mounts(container: Container): Item[] {
  const lines = (container.volumeMounts ?? []).map(mount => {
    const path = mount.subPath ? `,path="${mount.subPath}"` : '';
    return `${mount.mountPath} from ${mount.name} (${mount.readOnly ? 'ro' : 'rw'}${path})`;
  });
  return lines.length > 0 ? [{ heading: 'Mounts', block: lines.sort() }] : [['Mounts', '<none>']];
}
