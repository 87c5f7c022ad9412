/**
 * CONNECT: streams into pods, and proxies. They write nothing, but what a policy or a webhook says about them counts as it
 * does for writes. They are told the options that came in the query.
 */
import { deepEqual } from '../../api/json.js';
import { statusError } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import type { AdmissionRequest, RequestInfo, User } from '../contracts.js';
import { isTrue } from '../http/request-info.js';
import { mutate, validate } from './admission-chain.js';
import type { Environment } from './call.js';

export interface Connecting {
  user: User;
  info: RequestInfo;
  query: URLSearchParams;
  annotations?: Record<string, string> | undefined;
}

/** Throws what admission throws. Logs are read, not connected to. */
export async function admitConnection(env: Environment, { user, info, query, annotations }: Connecting): Promise<void> {
  const row = env.kinds.find(info.group, info.version, info.resource);
  const object = row && optionsOf(info, query);
  if (!object) return;
  const request: AdmissionRequest = {
    operation: 'CONNECT',
    ...{ row, info, user, dryRun: false, object: structuredClone(object) },
    ...(annotations ? { annotations } : {}),
  };
  await mutate(env.admission, request);
  await validate(env.admission, request);
  if (deepEqual(request.object, object)) return;
  const why = `an admission plug-in changed the options of ${info.resource}/${info.subresource}, which are what the client said`;
  throw statusError('InternalError', `Internal error occurred: ${why}`);
}

function optionsOf({ resource, subresource, path }: RequestInfo, query: URLSearchParams): AnyObject | undefined {
  const options = (kind: string, fields: object): AnyObject => ({ apiVersion: 'v1', kind, metadata: {}, ...fields });
  const on = (name: string) => (query.has(name) && isTrue(query.get(name)) ? { [name]: true } : {});
  const container = query.get('container');
  const streams = {
    ...on('stdin'),
    ...on('stdout'),
    ...on('stderr'),
    ...on('tty'),
    ...(container ? { container } : {}),
  };
  if (subresource === 'exec') return options('PodExecOptions', { ...streams, command: query.getAll('command') });
  if (subresource === 'attach') return options('PodAttachOptions', streams);
  if (subresource === 'portforward') {
    const ports = query.getAll('ports').flatMap(text => text.split(',').map(Number));
    return options('PodPortForwardOptions', ports.length > 0 ? { ports } : {});
  }
  if (subresource !== 'proxy') return undefined;
  const kinds: Record<string, string> = { nodes: 'NodeProxyOptions', services: 'ServiceProxyOptions' };
  const [, rest = ''] = path.split('/proxy');
  return options(kinds[resource] ?? 'PodProxyOptions', { path: rest });
}
