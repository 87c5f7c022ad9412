/** How a refusal reads: Kubernetes' words, which people search the web for. */
import { forbidden, type StatusError, statusError } from '../../api/status.js';
import type { RequestInfo, User } from '../contracts.js';

/** 403 for a request that `verdict.reason` speaks against. */
export function forbiddenRequest(user: User, info: RequestInfo, reason: string): StatusError {
  const who = `User ${JSON.stringify(user.name)} cannot ${info.verb}`;
  const why = reason === '' ? '' : `: ${reason}`;
  if (!info.isResource) return statusError('Forbidden', `forbidden: ${who} path ${JSON.stringify(info.path)}${why}`);
  const resource = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`;
  const where = info.namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(info.namespace)}`;
  return forbidden(
    { group: info.group, resource: info.resource, ...(info.name === '' ? {} : { name: info.name }) },
    `${who} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(info.group)} ${where}${why}`,
  );
}
