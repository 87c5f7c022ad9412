/** Nodes: their state, and how much of them is promised to pods. */
import { ageOf } from '../../api/duration.js';
import * as quantity from '../../api/quantity.js';
import type { Lease, Node, Pod } from '../../api/types.js';
import { labelled } from './metadata.js';
import { percentOf, podAmounts, type ResourceKind, sumOf } from './resources.js';
import { type Item, longTime, orNone, tableLines, when } from './text.js';

export interface NodeSurroundings {
  pods: readonly Pod[];
  lease: Lease | undefined;
  now: number;
}

export function describeNode(node: Node, { pods, lease, now }: NodeSurroundings): Item[] {
  const { spec, status } = node;
  const roles = Object.keys(node.metadata.labels ?? {}).flatMap(label =>
    label.startsWith('node-role.kubernetes.io/') ? [label.slice(24)] : [],
  );
  const taints = (spec?.taints ?? []).map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`);
  return [
    ['Name', node.metadata.name ?? ''],
    ['Roles', orNone(roles.sort().join(','))],
    ...labelled(node),
    ['CreationTimestamp', longTime(node.metadata.creationTimestamp)],
    ['Taints', taints.length > 0 ? taints : '<none>'],
    ['Unschedulable', String(spec?.unschedulable ?? false)],
    leaseItem(lease),
    ...conditions(node),
    { heading: 'Addresses', block: (status?.addresses ?? []).map((a): Item => [a.type, a.address]) },
    ...amountItems('Capacity', status?.capacity),
    ...amountItems('Allocatable', status?.allocatable),
    { heading: 'System Info', block: systemInfo(node) },
    ...when(spec?.podCIDR, () => ['PodCIDR', spec?.podCIDR ?? '']),
    ...when(spec?.podCIDRs, () => ['PodCIDRs', (spec?.podCIDRs ?? []).join(',')]),
    ...when(spec?.providerID, () => ['ProviderID', spec?.providerID ?? '']),
    ...podItems(node, pods, now),
  ];
}

function leaseItem(lease: Lease | undefined): Item {
  if (!lease) return ['Lease', '<none>'];
  const { holderIdentity = '<unset>', acquireTime, renewTime } = lease.spec ?? {};
  const block: Item[] = [
    ['HolderIdentity', holderIdentity],
    ['AcquireTime', longTime(acquireTime)],
    ['RenewTime', longTime(renewTime)],
  ];
  return { heading: 'Lease', block };
}

function conditions({ status }: Node): Item[] {
  const rows = (status?.conditions ?? []).map(c =>
    [
      c.type,
      c.status,
      longTime(c.lastHeartbeatTime),
      longTime(c.lastTransitionTime),
      c.reason ?? '',
      c.message ?? '',
    ].map((cell, index) => (index < 5 ? `${cell} ` : cell)),
  );
  const headings = ['Type', 'Status', 'LastHeartbeatTime', 'LastTransitionTime', 'Reason', 'Message'];
  return rows.length > 0 ? [{ heading: 'Conditions', block: tableLines(headings, rows) }] : [];
}

const amountItems = (heading: string, map: Readonly<Record<string, string>> | undefined): Item[] =>
  map
    ? [
        {
          heading,
          block: Object.keys(map)
            .sort()
            .map((key): Item => [key, map[key] ?? '']),
        },
      ]
    : [];

function systemInfo({ status }: Node): Item[] {
  const info = status?.nodeInfo;
  return [
    ['Machine ID', info?.machineID ?? ''],
    ['System UUID', info?.systemUUID ?? ''],
    ['Boot ID', info?.bootID ?? ''],
    ['Kernel Version', info?.kernelVersion ?? ''],
    ['OS Image', info?.osImage ?? ''],
    ['Operating System', info?.operatingSystem ?? ''],
    ['Architecture', info?.architecture ?? ''],
    ['Container Runtime Version', info?.containerRuntimeVersion ?? ''],
    ['Kubelet Version', info?.kubeletVersion ?? ''],
    ['Kube-Proxy Version', info?.kubeProxyVersion ?? ''],
  ];
}

function podItems(node: Node, pods: readonly Pod[], now: number): Item[] {
  const running = pods.filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
  const allocatable = node.status?.allocatable ?? node.status?.capacity ?? {};
  const share = (list: readonly Pod[], kind: ResourceKind, resource: string): string => {
    const sum = sumOf(list.map(pod => podAmounts(pod, kind, resource)));
    return `${quantity.format(sum)} (${percentOf(sum, allocatable[resource])}%)`;
  };
  const headings = ['Namespace', 'Name', '', 'CPU Requests', 'CPU Limits', 'Memory Requests', 'Memory Limits', 'Age'];
  const rows = running.map(pod => [
    pod.metadata.namespace ?? '',
    pod.metadata.name ?? '',
    '',
    ...['cpu', 'memory'].flatMap(resource => [share([pod], 'requests', resource), share([pod], 'limits', resource)]),
    ageOf(pod.metadata.creationTimestamp, now),
  ]);
  const totals = ['cpu', 'memory', 'ephemeral-storage'].map(resource => [
    resource,
    share(running, 'requests', resource),
    share(running, 'limits', resource),
  ]);
  return [
    ['Non-terminated Pods', `(${running.length} in total)`],
    ...tableLines(headings, rows).map(line => `  ${line}`),
    {
      heading: 'Allocated resources',
      block: [
        '(Total limits may be over 100 percent, i.e., overcommitted.)',
        ...tableLines(['Resource', 'Requests', 'Limits'], totals),
      ],
    },
  ];
}
