import assert from 'node:assert/strict';
import { certificateRequestFor, withFalseSignature } from '../../../api/testing/certificate-request.js';
import type { AnyObject, CertificateSigningRequest } from '../../../api/types.js';
import { ask, someone } from '../../auth/testing/requests.js';
import type { Authorizer } from '../../contracts.js';
import { openTestApi } from '../../testing/harness.js';
import { admissionRequest, admit } from '../testing/fixture.js';
import { certificateApproval, certificateSigning } from './decision.js';
import { certificateRequest, certificateSubject } from './request.js';

const resource = 'certificatesigningrequests.certificates.k8s.io';
const signerName = 'kubernetes.io/kube-apiserver-client';
const csr = (spec: object, status = {}): AnyObject => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name: 'x' },
  spec: { signerName, ...spec },
  status,
});

describe('CertificateRequest', () => {
  const create = (object: AnyObject) =>
    admit(certificateRequest, { resource, namespace: '', object, user: someone('ann') });

  it('says who asks, whatever the request says', async () => {
    const request = await certificateRequestFor({ commonName: 'ann' });
    const admitted = await create(csr({ request, username: 'root', groups: ['system:masters'], uid: '1', extra: {} }));
    assert.deepEqual(admitted?.spec, { signerName, request, username: 'ann', groups: ['system:authenticated'] });
  });

  it('refuses what is no request, or another key signed', async () => {
    await assert.rejects(create(csr({ request: 'aGVsbG8=' })), {
      message:
        'CertificateSigningRequest.certificates.k8s.io "x" is invalid: spec.request: Invalid value: "aGVsbG8=": PEM block type must be CERTIFICATE REQUEST',
    });
    const request = withFalseSignature(await certificateRequestFor({ commonName: 'ann' }));
    await assert.rejects(create(csr({ request })), /the signature is not that of the key in the request$/);
  });

  it('lets nobody become an administrator', async () => {
    const judge = (object: object) => admit(certificateSubject, { resource, namespace: '', object });
    const request = await certificateRequestFor({ commonName: 'ann', organizations: ['system:masters'] });
    await assert.rejects(
      judge(csr({ request })),
      /is forbidden: use of kubernetes\.io\/kube-apiserver-client signer with system:masters group is not allowed$/,
    );
    await judge(csr({ request, signerName: 'example.com/other' }));
  });
});

describe('CertificateApproval and CertificateSigning', () => {
  const may = (verb: string, name: string): Authorizer => ({
    authorize: (_user, info) =>
      info.verb === verb && info.resource === 'signers' && info.name === name
        ? { allowed: true, reason: '' }
        : { allowed: false, reason: '' },
  });
  const [nobody, now] = [may('', ''), () => 0] as const;
  const conditions = [{ type: 'Approved', status: 'True' }];
  const update = (subresource: string, status: object) => ({
    resource: `${resource}/${subresource}`,
    operation: 'UPDATE' as const,
    namespace: '',
    object: csr({}, status),
    oldObject: csr({}),
  });

  it('ask for the right on the signer, by its name or its domain', async () => {
    for (const name of [signerName, 'kubernetes.io/*']) {
      await admit(certificateApproval(may('approve', name), now), update('approval', { conditions }));
      await admit(certificateSigning(may('sign', name), now), update('status', { certificate: 'x' }));
    }
    await assert.rejects(
      admit(certificateApproval(may('sign', signerName), now), update('approval', { conditions })),
      /user not permitted to approve requests with signerName "kubernetes\.io\/kube-apiserver-client"$/,
    );
    await assert.rejects(
      admit(certificateSigning(may('approve', signerName), now), update('status', { certificate: 'x' })),
      /user not permitted to sign requests with signerName/,
    );
    await admit(certificateSigning(nobody, now), update('status', {}));
  });

  it('say when, where the client did not', async () => {
    const request = admissionRequest(update('approval', { conditions }));
    await certificateApproval(nobody, now).mutate?.(request);
    const [condition] = (request.object as unknown as CertificateSigningRequest).status?.conditions ?? [];
    const time = '1970-01-01T00:00:00Z';
    assert.deepEqual(condition, { ...conditions[0], lastUpdateTime: time, lastTransitionTime: time });
  });
});

describe('the way of a request for a certificate', () => {
  it('is approved, and cannot be changed', async () => {
    const allowed: Authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
    const admission = [certificateRequest, certificateApproval(allowed, () => 0)];
    const api = await openTestApi({ admission });
    const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
    const request = await certificateRequestFor({ commonName: 'ann' });
    const made = await api.must(201, `POST ${path}`, {
      metadata: { name: 'ann' },
      spec: { request, signerName, usages: ['client auth'] },
    });
    assert.equal(made.spec.username, 'tester');
    made.status = { conditions: [{ type: 'Approved', status: 'True', reason: 'KubectlApprove' }] };
    const approved = await api.must(200, `PUT ${path}/ann/approval`, made);
    assert.equal(approved.status.conditions[0].lastUpdateTime, '1970-01-01T00:00:00Z');
    const changed = await api.must(200, `PUT ${path}/ann`, {
      ...approved,
      spec: { ...approved.spec, signerName: 'a.b/c' },
    });
    assert.equal(changed.spec.signerName, signerName);
    assert.equal(ask('update x/approval').subresource, 'approval');
    await api.close();
  });
});
