import 'reflect-metadata';
import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { RequestedNames } from '../../api/certificates/request.js';
import { readRequest } from '../../api/certificates/request.js';
import { certificateRequestFor } from '../../api/testing/certificate-request.js';
import type { CertificateSigningRequest } from '../../api/types.js';
import { certificateSigningRequests } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { ago, noon } from '../testing/objects.js';
import { removableFrom } from './cleanup.js';
import { certificateController } from './controller.js';
import { recognize, refusalOf, signers } from './judge.js';
import { sign } from './sign.js';
import { selfSigned } from './testing/authority.js';

const node: RequestedNames = {
  commonName: 'system:node:n',
  organizations: ['system:nodes'],
  dns: [],
  ips: [],
  emails: [],
  uris: [],
};
const clientUsages = ['digital signature', 'key encipherment', 'client auth'];
const servingUsages = ['digital signature', 'server auth'];

describe('what Kubernetes signs', () => {
  const { apiClient, kubeletClient, kubeletServing } = signers;
  const table: [string, string, RequestedNames, string[], string | undefined][] = [
    ['a client', apiClient, node, ['client auth'], undefined],
    [
      'a client that would sign',
      apiClient,
      node,
      ['client auth', 'cert sign'],
      'invalid usage for client certificate: cert sign',
    ],
    ['no client', apiClient, node, ['digital signature'], 'missing required usage for client certificate: client auth'],
    ['a node', kubeletClient, node, clientUsages, undefined],
    ['a node with another kind of key', kubeletClient, node, ['digital signature', 'client auth'], undefined],
    [
      'an impostor',
      kubeletClient,
      { ...node, commonName: 'ann' },
      clientUsages,
      'subject common name does not begin with system:node:',
    ],
    [
      'a node of two groups',
      kubeletClient,
      { ...node, organizations: ['system:nodes', 'system:masters'] },
      clientUsages,
      'subject organization is not system:nodes',
    ],
    [
      'a node with an address',
      kubeletClient,
      { ...node, ips: ['10.0.0.1'] },
      clientUsages,
      'IP subjectAltNames are not allowed',
    ],
    ['a server', kubeletServing, { ...node, dns: ['n'] }, servingUsages, undefined],
    ['a server without a name', kubeletServing, node, servingUsages, 'DNS or IP subjectAltName is required'],
    [
      'a server with a mail address',
      kubeletServing,
      { ...node, dns: ['n'], emails: ['a@b'] },
      servingUsages,
      'Email subjectAltNames are not allowed',
    ],
    [
      'a server that is a client',
      kubeletServing,
      { ...node, dns: ['n'] },
      clientUsages,
      'usages did not match [digital signature key encipherment server auth] or [digital signature server auth]',
    ],
  ];
  for (const [what, signer, names, usages, expected] of table) {
    it(`${what}: ${expected === undefined ? 'yes' : 'no'}`, () =>
      assert.equal(refusalOf(signer, names, usages), expected));
  }

  it('approves what a node serves with where it bears its own name alone', () => {
    const serving = { ...node, dns: ['n'] };
    const asked = (fields: object, username = 'system:node:n') =>
      recognize({ signerName: kubeletServing, usages: servingUsages, username }, { ...serving, ...fields }).length;
    assert.equal(asked({}), 1);
    assert.equal(asked({}, 'system:node:m'), 0);
    assert.equal(asked({}, 'bootstrap'), 0);
    assert.equal(asked({ dns: ['m'] }), 0);
    assert.equal(asked({ dns: ['n', 'm'] }), 0);
    assert.equal(asked({ ips: ['10.0.0.1'] }), 0);
    assert.equal(asked({ commonName: 'system:node:m' }), 0);
  });

  it('approves by itself nothing but client certificates of nodes', () => {
    const asked = (fields: object) =>
      recognize({ signerName: kubeletClient, usages: clientUsages, username: 'bootstrap', ...fields }, node).map(
        r => r.subresource,
      );
    assert.deepEqual(asked({}), ['nodeclient']);
    assert.deepEqual(asked({ username: 'system:node:n' }), ['selfnodeclient', 'nodeclient']);
    assert.deepEqual(asked({ signerName: kubeletServing }), []);
    assert.deepEqual(asked({ usages: ['client auth'] }), []);
  });
});

const request = (fields: { spec?: object; status?: object; seconds?: number }): CertificateSigningRequest => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name: 'x', uid: 'u', creationTimestamp: ago(fields.seconds ?? 0) as never },
  spec: { request: '', signerName: signers.kubeletClient, usages: clientUsages, ...fields.spec },
  status: { ...fields.status },
});
const decided = (type: string, seconds: number) => ({
  conditions: [{ type, status: 'True', lastUpdateTime: ago(seconds) as never }],
});

describe('how long requests are kept', () => {
  const hours = (csr: CertificateSigningRequest): number => (removableFrom(csr) - noon) / 3_600_000;
  it('is a day while they wait, and an hour when they are decided', () => {
    assert.equal(hours(request({})), 24);
    assert.equal(hours(request({ seconds: 7200, status: decided('Approved', 0) })), 1);
    assert.equal(hours(request({ status: decided('Denied', 1800) })), 0.5);
  });
});

describe('the certificate controller', () => {
  const commonName = 'system:node:n';
  let nodeRequest: string;
  let authority: { cert: string; key: string };
  before(async () => {
    nodeRequest = await certificateRequestFor({ commonName, organizations: ['system:nodes'] });
    authority = await selfSigned(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, noon);
  });

  async function settle(csr: CertificateSigningRequest, allowed: boolean): Promise<Cluster> {
    const cluster = new Cluster();
    cluster.now = noon;
    cluster.answer = review => ({ ...review, status: { allowed } });
    cluster.put(certificateSigningRequests, csr);
    cluster.start(certificateController(authority));
    await cluster.settle();
    return cluster;
  }
  const found = (cluster: Cluster) => cluster.find(certificateSigningRequests, { name: 'x' });

  it('approves and signs what a node asks for, which may', async () => {
    const cluster = await settle(request({ spec: { request: nodeRequest, username: 'bootstrap' } }), true);
    const { conditions = [], certificate = '' } = found(cluster)?.status ?? {};
    assert.deepEqual(
      conditions.map(({ type, reason }) => [type, reason]),
      [['Approved', 'AutoApproved']],
    );
    const issued = new X509Certificate(Buffer.from(certificate, 'base64'));
    assert.equal(issued.subject, `O=system:nodes\nCN=${commonName}`);
    assert.ok(issued.verify(new X509Certificate(authority.cert).publicKey));
    assert.deepEqual(issued.keyUsage, ['1.3.6.1.5.5.7.3.2']);
    assert.equal(Date.parse(issued.validTo), noon + 365 * 24 * 3_600_000);
  });

  it('leaves to others what its requestor may not have', async () => {
    const cluster = await settle(request({ spec: { request: nodeRequest, username: 'ann' } }), false);
    assert.deepEqual(found(cluster)?.status, {});
  });

  it('says why it does not sign what was approved', async () => {
    const approved = { conditions: [{ type: 'Approved', status: 'True' }] };
    const cluster = await settle(request({ spec: { request: nodeRequest, usages: ['any'] }, status: approved }), true);
    const failed = found(cluster)?.status?.conditions?.[1];
    assert.deepEqual([failed?.type, failed?.reason], ['Failed', 'SignerValidationFailure']);
  });

  it('leaves what is for other signers, and what was denied', async () => {
    const other = await settle(request({ spec: { request: nodeRequest, signerName: 'example.com/x' } }), true);
    assert.deepEqual(other.writes, []);
    const denied = await settle(request({ spec: { request: nodeRequest }, status: decided('Denied', 0) }), true);
    assert.deepEqual(denied.writes, []);
  });

  it('removes requests when their time is over', async () => {
    const cluster = await settle(request({ spec: { signerName: 'example.com/x' } }), true);
    await cluster.pass(24 * 3_600_000 - 1);
    assert.ok(found(cluster));
    await cluster.pass(2);
    assert.equal(found(cluster), undefined);
  });

  it('a certificate says no usages rather than none: the documents ask for a user’s with client auth alone', async () => {
    const plain = await sign(authority, readRequest(nodeRequest), { usages: ['client auth'], now: noon });
    const made = new x509.X509Certificate(plain);
    assert.equal(made.getExtension(x509.KeyUsagesExtension), null);
    assert.deepEqual(
      [...(made.getExtension(x509.ExtendedKeyUsageExtension)?.usages ?? [])],
      [x509.ExtendedKeyUsage.clientAuth],
    );
  });

  it('signs for no longer than is asked for, or than the authority lives', async () => {
    const read = readRequest(nodeRequest);
    const until = async (expirationSeconds: number) =>
      Date.parse(
        new X509Certificate(await sign(authority, read, { usages: clientUsages, expirationSeconds, now: noon }))
          .validTo,
      );
    assert.equal(await until(3600), noon + 3_600_000);
    const late = noon + 9.9 * 365 * 24 * 3_600_000;
    const terms = { usages: clientUsages, now: late };
    const last = Date.parse(new X509Certificate(await sign(authority, read, terms)).validTo);
    assert.equal(last, Date.parse(new X509Certificate(authority.cert).validTo));
  });
});
