/**
 * Requests for certificates: those of nodes for their own client certificates are approved where their requestor may ask
 * for it, approved ones to Kubernetes' own signers are signed, and old ones are removed.
 */
import type { ReadRequest } from '../../api/certificates/request.js';
import { clone } from '../../api/json.js';
import { conditionsOf } from '../../api/kinds/certificatesigningrequest/conditions.js';
import type { CertificateSigningRequest } from '../../api/types.js';
import { certificateSigningRequests, subjectAccessReviews } from '../../client/resources.js';
import type { Context, Controller } from '../../client/runtime/controller.js';
import { ownKey } from '../keys.js';
import { removableFrom } from './cleanup.js';
import { isOurs, recognize, refusalOf } from './judge.js';
import type { Authority } from './sign.js';

/** Without an authority nothing is signed: another signer does. */
export const certificateController = (authority?: Authority): Controller => ({
  name: 'certificate-controller',
  sources: [{ resource: certificateSigningRequests, keysFor: ownKey }],
  async reconcile(name, context) {
    const csr = context.read.get(certificateSigningRequests, { name });
    if (!csr) return;
    const remaining = removableFrom(csr) - context.clock.now();
    if (remaining <= 0) {
      const preconditions = { uid: csr.metadata.uid ?? '' };
      return context.write.delete(certificateSigningRequests, { name }, { preconditions });
    }
    const has = (type: string): boolean => conditionsOf(csr, type).length > 0;
    if (isOurs(csr.spec.signerName) && !csr.status?.certificate && !has('Denied') && !has('Failed')) {
      if (!has('Approved')) await approve(csr, context);
      else if (authority) await issue(csr, authority, context);
    }
    return { requeueAfterMs: remaining };
  },
});

async function read(csr: CertificateSigningRequest): Promise<ReadRequest> {
  const { readRequest } = await import('../../api/certificates/request.js');
  return readRequest(csr.spec.request);
}

async function approve(csr: CertificateSigningRequest, context: Context): Promise<void> {
  const { spec, metadata } = csr;
  for (const { subresource, message } of recognize(spec, (await read(csr)).names)) {
    if (!(await mayAsk(csr, subresource, context))) continue;
    const approved = clone(csr);
    const condition = { type: 'Approved', status: 'True', reason: 'AutoApproved', message };
    approved.status = { ...approved.status, conditions: [...conditionsOf(csr), condition] };
    await context.write.update(certificateSigningRequests, approved, { subresource: 'approval' });
    context.log.info({ request: metadata.name, requestor: spec.username }, message);
    return;
  }
}

async function mayAsk({ spec }: CertificateSigningRequest, subresource: string, { write }: Context): Promise<boolean> {
  const review = await write.create(subjectAccessReviews, {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: {},
    spec: {
      user: spec.username ?? '',
      groups: spec.groups ?? [],
      ...(spec.uid === undefined ? {} : { uid: spec.uid }),
      ...(spec.extra === undefined ? {} : { extra: spec.extra }),
      resourceAttributes: {
        group: 'certificates.k8s.io',
        resource: 'certificatesigningrequests',
        verb: 'create',
        subresource,
      },
    },
  });
  return review.status?.allowed ?? false;
}

async function issue(csr: CertificateSigningRequest, authority: Authority, context: Context): Promise<void> {
  const { signerName, usages = [], expirationSeconds } = csr.spec;
  const request = await read(csr);
  const refusal = refusalOf(signerName, request.names, usages);
  const answered = clone(csr);
  if (refusal !== undefined) {
    const condition = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message: refusal };
    answered.status = { ...answered.status, conditions: [...conditionsOf(csr), condition] };
  } else {
    const { sign } = await import('./sign.js');
    const terms = { usages, now: context.clock.now(), ...(expirationSeconds == null ? {} : { expirationSeconds }) };
    const pem = await sign(authority, request, terms);
    answered.status = { ...answered.status, certificate: Buffer.from(pem).toString('base64') };
  }
  await context.write.updateStatus(certificateSigningRequests, answered);
  context.log.info({ request: csr.metadata.name, signerName, refusal }, 'a certificate request was answered');
}
