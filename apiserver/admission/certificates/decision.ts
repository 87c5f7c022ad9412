/** Who may approve requests to a signer, and who may sign them: verbs on `signers`, which are no objects but names. */
import { timestamp } from '../../../api/clock.js';
import { semanticEqual } from '../../../api/json.js';
import { conditionsOf } from '../../../api/kinds/certificatesigningrequest/conditions.js';
import type { AdmissionPlugin, AdmissionRequest, Authorizer, User } from '../../contracts.js';
import { refusal } from '../request.js';
import { csrGroup, csrOf, ofRequests } from './request.js';

export const certificateApproval = (authorizer: Authorizer, now: () => number): AdmissionPlugin => ({
  name: 'CertificateApproval',
  handles: request => request.operation === 'UPDATE' && ofRequests(request, 'approval'),
  mutate: request => stampConditions(request, now()),
  validate(request) {
    const { signerName } = csrOf(request.oldObject).spec;
    if (mayUse(authorizer, request.user, 'approve', signerName)) return;
    throw refusal(request, `user not permitted to approve requests with signerName ${JSON.stringify(signerName)}`);
  },
});

export const certificateSigning = (authorizer: Authorizer, now: () => number): AdmissionPlugin => ({
  name: 'CertificateSigning',
  handles: request => request.operation === 'UPDATE' && ofRequests(request, 'status'),
  mutate: request => stampConditions(request, now()),
  validate(request) {
    const [csr, old] = [csrOf(request.object), csrOf(request.oldObject)];
    const sameCertificate = (csr.status?.certificate ?? '') === (old.status?.certificate ?? '');
    if (sameCertificate && semanticEqual(conditionsOf(csr), conditionsOf(old))) return;
    const { signerName } = old.spec;
    if (mayUse(authorizer, request.user, 'sign', signerName)) return;
    throw refusal(request, `user not permitted to sign requests with signerName ${JSON.stringify(signerName)}`);
  },
});

/** By its whole name, or by 'example.com/*' for all signers of a domain. */
function mayUse(authorizer: Authorizer, user: User, verb: string, signerName: string): boolean {
  const names = [signerName, `${signerName.split('/')[0]}/*`];
  return names.some(name => authorizer.authorize(user, { ...onSigners, verb, name }).allowed);
}

const onSigners = {
  isResource: true,
  path: '',
  group: csrGroup,
  version: '*',
  namespace: '',
  resource: 'signers',
  subresource: '',
};

/** When a condition was said, where the client leaves it to the server. */
function stampConditions({ object, oldObject }: AdmissionRequest, now: number): void {
  for (const condition of conditionsOf(csrOf(object))) {
    condition.lastUpdateTime ??= timestamp(now);
    const before = conditionsOf(csrOf(oldObject), condition.type).find(({ status }) => status === condition.status);
    condition.lastTransitionTime ??= before?.lastTransitionTime ?? timestamp(now);
  }
}
