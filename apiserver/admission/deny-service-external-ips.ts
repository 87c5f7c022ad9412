/**
 * An external IP on a Service makes every node send that address's traffic to the service's pods, so whoever may set one
 * may listen in on others. Only who holds the verb `use` on services/externalips (cluster-admin does) may add any.
 */
import type { Service } from '../../api/types.js';
import type { AdmissionPlugin, AdmissionRequest, Authorizer } from '../contracts.js';
import { concerns, refusal } from './request.js';

export const denyServiceExternalIPs = (authorizer: Authorizer): AdmissionPlugin => ({
  name: 'DenyServiceExternalIPs',
  handles: request =>
    (request.operation === 'CREATE' || request.operation === 'UPDATE') &&
    request.row.group === '' &&
    concerns(request, 'services'),
  validate(request) {
    const before = new Set(externalIPs(request.oldObject));
    if (externalIPs(request.object).every(ip => before.has(ip))) return;
    if (!mayUse(authorizer, request)) throw refusal(request, 'Use of external IPs is denied by admission control.');
  },
});

const externalIPs = (object: AdmissionRequest['object']): readonly string[] =>
  (object as unknown as Service | undefined)?.spec?.externalIPs ?? [];

const mayUse = (authorizer: Authorizer, { user, info }: AdmissionRequest): boolean =>
  authorizer.authorize(user, { ...info, verb: 'use', subresource: 'externalips' }).allowed;
