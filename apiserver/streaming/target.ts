/** Which kubelet a request for a pod's subresource goes to, and with what path: decided from objects alone. */
import { badRequest, notFound, statusError } from '../../api/status.js';
import type { Node, Pod } from '../../api/types.js';
import type { Lookup, RequestInfo } from '../contracts.js';
import { type ExecOptions, execOptions, execQuery, logQuery, portForwardQuery } from './options.js';

export interface KubeletAddress {
  nodeName: string;
  host: string;
  port: number;
}

export interface Target {
  kubelet: KubeletAddress;
  /** With its query. */
  path: string;
}

export const pods = { group: '', resource: 'pods' };
const nodes = { group: '', resource: 'nodes' };

/** Undefined while the pod has no node: its log is empty. Throws a StatusError for what is not there or not valid. */
export function logTarget(lookup: Lookup, info: RequestInfo, query: URLSearchParams): Target | undefined {
  const pod = podOf(lookup, info);
  const options = logQuery(query, info.name);
  const container = containerOf(pod, query.get('container'));
  const { nodeName } = podSpec(pod);
  if (!nodeName) return undefined;
  return { kubelet: kubeletOf(lookup, nodeName), path: pathOf('containerLogs', info, container, options) };
}

/** For exec and attach, what the client's streams are is needed too, where they are translated. */
export function streamTarget(
  lookup: Lookup,
  info: RequestInfo,
  query: URLSearchParams,
): { target: Target; options: ExecOptions } {
  const pod = podOf(lookup, info);
  const options = execOptions(query);
  const path = streamPath(pod, info, query, options);
  const { nodeName } = podSpec(pod);
  if (!nodeName) throw badRequest(`pod ${info.name} does not have a host assigned`);
  return { target: { kubelet: kubeletOf(lookup, nodeName), path }, options };
}

function streamPath(pod: Pod, info: RequestInfo, query: URLSearchParams, options: ExecOptions): string {
  if (info.subresource === 'portforward') return pathOf('portForward', info, undefined, portForwardQuery(query));
  const container = containerOf(pod, query.get('container'));
  if (!options.stdin && !options.stdout && !options.stderr) {
    throw badRequest('you must specify at least one of stdin, stdout, stderr');
  }
  if (info.subresource === 'exec' && options.command.length === 0) {
    throw badRequest('you must specify at least one command for the container');
  }
  return pathOf(info.subresource, info, container, execQuery(options));
}

function pathOf(
  verb: string,
  { namespace, name }: RequestInfo,
  container: string | undefined,
  query: URLSearchParams,
): string {
  const segments = [verb, namespace, name, ...(container === undefined ? [] : [container])];
  const path = segments.map(segment => `/${encodeURIComponent(segment)}`).join('');
  return query.size > 0 ? `${path}?${query}` : path;
}

function podOf(lookup: Lookup, { namespace, name }: RequestInfo): Pod {
  const pod = lookup.get(pods, namespace, name);
  if (!pod) throw notFound({ ...pods, name });
  return pod as unknown as Pod;
}

/** A pod read from the store always has a spec; the models do not know. */
const podSpec = (pod: Pod): NonNullable<Pod['spec']> => pod.spec ?? { containers: [] };

/** The container asked for, or the only one there is. Throws BadRequest. */
export function containerOf(pod: Pod, asked: string | null): string {
  const { containers, initContainers = [], ephemeralContainers = [] } = podSpec(pod);
  const name = pod.metadata.name ?? '';
  if (asked) {
    if ([...containers, ...initContainers, ...ephemeralContainers].some(c => c.name === asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${name}`);
  }
  const [only, ...others] = containers;
  if (only && others.length === 0) return only.name;
  const list = (all: readonly { name: string }[]): string => `[${all.map(c => c.name).join(' ')}]`;
  const init = initContainers.length > 0 ? ` or one of the init containers: ${list(initContainers)}` : '';
  const choice = only ? `, choose one of: ${list(containers)}${init}` : '';
  throw badRequest(`a container name must be specified for pod ${name}${choice}`);
}

const defaultKubeletPort = 10250;

/** Throws NotFound for an unknown node, InternalError for one that has not said where it is. */
export function kubeletOf(lookup: Lookup, nodeName: string): KubeletAddress {
  const node = lookup.get(nodes, '', nodeName) as unknown as Node | undefined;
  if (!node) throw notFound({ ...nodes, name: nodeName });
  const addresses = node.status?.addresses ?? [];
  const preferred = ['InternalIP', 'ExternalIP', 'Hostname'];
  const host = preferred.flatMap(type => addresses.filter(a => a.type === type))[0]?.address;
  if (host === undefined) {
    throw statusError('InternalError', `node ${JSON.stringify(nodeName)} has no address in its status`);
  }
  return { nodeName, host, port: node.status?.daemonEndpoints?.kubeletEndpoint?.Port || defaultKubeletPort };
}
