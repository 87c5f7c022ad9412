/** The downward API: what a pod may learn about itself, for env and for files. Throws where the field is not offered. */
import * as quantity from '../../../api/quantity.js';
import type { Container, Pod } from '../../../api/types.js';

/** What the pod object alone does not say yet when its containers are made. */
export interface PodFacts {
  nodeName: string;
  nodeIP: string;
  podIPs: readonly string[];
  /** Of the node; for limits that are not set. */
  allocatable: { cpu: string; memory: string; 'ephemeral-storage': string };
}

export function fieldValue(pod: Pod, path: string, facts: PodFacts): string {
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed) return pod.metadata[keyed[1] as 'labels' | 'annotations']?.[keyed[2] ?? ''] ?? '';
  const read = fields[path];
  if (!read) throw new Error(`unsupported fieldPath: ${path}`);
  return read(pod, facts);
}

const fields: Record<string, (pod: Pod, facts: PodFacts) => string> = {
  'metadata.name': pod => pod.metadata.name ?? '',
  'metadata.namespace': pod => pod.metadata.namespace ?? '',
  'metadata.uid': pod => pod.metadata.uid ?? '',
  'metadata.labels': pod => formatMap(pod.metadata.labels ?? {}),
  'metadata.annotations': pod => formatMap(pod.metadata.annotations ?? {}),
  'spec.nodeName': (_, facts) => facts.nodeName,
  'spec.serviceAccountName': pod => pod.spec?.serviceAccountName ?? '',
  'status.hostIP': (_, facts) => facts.nodeIP,
  'status.hostIPs': (_, facts) => facts.nodeIP,
  'status.podIP': (_, facts) => facts.podIPs[0] ?? '',
  'status.podIPs': (_, facts) => facts.podIPs.join(','),
};

/** `key="value"` a line, sorted. */
const formatMap = (map: Record<string, string>): string =>
  Object.keys(map)
    .sort()
    .map(key => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');

/** 'limits.cpu', 'requests.memory', ... in units of the divisor, rounded up. */
export function resourceValue(
  container: Container,
  resource: string,
  divisor: string | undefined,
  facts: PodFacts,
): string {
  const [kind, name] = resource.split('.') as ['limits' | 'requests', string];
  const isKnown = name in facts.allocatable || name.startsWith('hugepages-');
  if ((kind !== 'limits' && kind !== 'requests') || !isKnown)
    throw new Error(`unsupported container resource: ${resource}`);
  const set = container.resources?.[kind]?.[name];
  const allocatable: Readonly<Record<string, string>> = facts.allocatable;
  const unset = kind === 'limits' ? (allocatable[name] ?? '0') : '0';
  const by = quantity.parse(divisor === undefined || divisor === '0' ? '1' : divisor);
  const value = quantity.parse(set ?? unset);
  return String((value.nanos + by.nanos - 1n) / by.nanos);
}
