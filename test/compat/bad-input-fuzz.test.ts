/**
 * Bodies that nobody would write, drawn from the schemas of all kinds and then spoiled: whatever comes, the answer is
 * an object or a Status of the client's fault. ORRERY_SEED=<seed> runs the printed seed again.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isStorage } from '../../api/kinds/conversion.js';
import { builtinKinds } from '../../api/kinds/index.js';
import { apiVersionOf, type KindRow } from '../../api/kinds/row.js';
import { objectOf } from '../../api/testing/arbitrary.js';
import { certificateRequestFor } from '../../api/testing/certificate-request.js';
import { startTestCluster, type TestCluster } from '../../apiserver/testing/cluster.js';
import { RawClient } from './raw-client.js';

const hostile = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 2 ** 31, Number.MAX_VALUE, '', 'a', [], {}, [null], [[]], {
    a: null,
  }),
  fc.constantFrom(
    'x'.repeat(300),
    '\u0000',
    '\ud800',
    '../..',
    '$(A)',
    '1e999',
    '0/0',
    'a=b',
    '{}',
    '__proto__',
    '10.0.0.999',
  ),
  fc.string({ maxLength: 20, unit: 'binary' }),
  fc.json({ maxDepth: 3 }).map(text => JSON.parse(text) as unknown),
);
const name = fc.constantFrom(
  'constructor',
  'toString',
  'length',
  'extra',
  'metadata',
  'spec',
  'status',
  'data',
  '$patch',
);

/** Puts a value somewhere inside; `turns` says which way to go at each level, and where to stop. */
function spoil(value: unknown, turns: readonly number[], wrong: unknown, key: string): unknown {
  const [turn, ...rest] = turns;
  if (turn === undefined || typeof value !== 'object' || value === null) return wrong;
  if (Array.isArray(value)) {
    const at = turn % (value.length + 1);
    return [...value.slice(0, at), spoil(value[at], rest, wrong, key), ...value.slice(at + 1)];
  }
  const names = Object.keys(value);
  const field = names[turn % (names.length + 1)] ?? key;
  return { ...value, [field]: spoil((value as Record<string, unknown>)[field], rest, wrong, key) };
}

const bodyOf = (row: KindRow): fc.Arbitrary<unknown> =>
  fc
    .record({
      object: objectOf(row.model),
      metadata: fc.constantFrom<object>({ name: 'fuzz' }, { generateName: 'fuzz-' }),
      spoils: fc.array(
        fc.record({ turns: fc.array(fc.nat(7), { minLength: 1, maxLength: 6 }), wrong: hostile, key: name }),
        { maxLength: 3 },
      ),
    })
    .map(({ object, metadata, spoils }) => {
      const whole = { ...object, apiVersion: apiVersionOf(row), kind: row.kind, metadata };
      return spoils.reduce<unknown>((body, { turns, wrong, key }) => spoil(body, turns, wrong, key), whole);
    });

const rows = builtinKinds.filter(row => row.verbs.includes('create'));
const requests = fc
  .constantFrom(...rows)
  .chain(row => fc.record({ row: fc.constant(row), body: bodyOf(row), way: fc.nat(5) }));

/** How a body is sent: each way takes another road through the server. */
function requestOf(row: KindRow, way: number): [line: string, type: string] {
  const prefix = row.group === '' ? '/api/v1' : `/apis/${row.group}/${row.version}`;
  const all = `${prefix}${row.namespaced ? '/namespaces/default' : ''}/${row.plural}`;
  const dry = '?dryRun=All';
  const ways: [string, string][] = [
    [`POST ${all}${dry}`, 'application/json'],
    [`PUT ${all}/fuzz${dry}`, 'application/json'],
    [`PATCH ${all}/fuzz${dry}`, 'application/merge-patch+json'],
    [`PATCH ${all}/fuzz${dry}&fieldValidation=Ignore`, 'application/strategic-merge-patch+json'],
    [`PUT ${all}/fuzz/status${dry}`, 'application/json'],
    [`PUT ${all}/fuzz/scale${dry}`, 'application/yaml'],
  ];
  return ways[way] as [string, string];
}

describe('bodies drawn at random', function () {
  this.timeout(60_000);
  let cluster: TestCluster;
  let raw: RawClient;
  before(async () => {
    cluster = await startTestCluster();
    raw = new RawClient(cluster);
    await plant(raw);
  });
  after(async () => {
    raw.close();
    await cluster.remove();
  });

  it('law: are answered with an object or with a Status that blames the client, and change nothing', async () => {
    const seed = Number.parseInt(process.env.ORRERY_SEED ?? '', 10) || Date.now() & 0x7fffffff;
    console.log(`      seed ${seed}`);
    const before = await cluster.revision();
    await fc.assert(
      fc.asyncProperty(requests, async ({ row, body, way }) => {
        const [line, type] = requestOf(row, way);
        const { code, json, text } = await raw.ask(line, JSON.stringify(body), { 'content-type': type });
        assert.ok(code < 500, `${line}: ${code} ${text.slice(0, 300)}`);
        if (code < 400) assert.equal(typeof json?.kind, 'string');
        else assert.deepEqual([json?.kind, json?.status, json?.code], ['Status', 'Failure', code]);
      }),
      { numRuns: 1000, seed },
    );
    assert.equal(await cluster.revision(), before);
  });
});

/** Names of these follow from what they are, none can be called fuzz; and the server itself writes a schema's status. */
const notPlanted = new Set(['IPAddress', 'CustomResourceDefinition', 'APIService', 'FlowSchema']);

const container = { name: 'c', image: 'i' };
const pod = { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } };
const onceTemplate = { ...pod, spec: { ...pod.spec, restartPolicy: 'Never' } };
const selector = { matchLabels: { a: 'b' } };
const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
const resourceRules = [{ operations: ['*'], apiGroups: ['example.com'], apiVersions: ['*'], resources: ['*'] }];
const eventTime = '2026-01-01T00:00:00.000000Z';

/** What these kinds cannot be without. */
const needed: Record<string, object> = {
  Pod: { spec: pod.spec },
  PodTemplate: { template: pod },
  ReplicationController: { spec: { template: pod } },
  Deployment: { spec: { selector, template: pod } },
  ReplicaSet: { spec: { selector, template: pod } },
  StatefulSet: { spec: { selector, serviceName: 's', template: pod } },
  DaemonSet: { spec: { selector, template: pod } },
  ControllerRevision: { data: {}, revision: 1 },
  Job: { spec: { template: onceTemplate } },
  CronJob: { spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: { template: onceTemplate } } } },
  PersistentVolume: { spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1' }, hostPath: { path: '/a' } } },
  PersistentVolumeClaim: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1' } } } },
  Service: { spec: { ports: [{ port: 80 }] } },
  EndpointSlice: { addressType: 'IPv4', endpoints: [] },
  Event: { involvedObject: { namespace: 'default' } },
  'Event.events.k8s.io': {
    ...{ eventTime, type: 'Normal', action: 'a', reason: 'r', reportingController: 'a.b/c', reportingInstance: 'i' },
    regarding: { namespace: 'default' },
  },
  RoleBinding: { roleRef },
  ClusterRoleBinding: { roleRef },
  HorizontalPodAutoscaler: { spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'v1', kind: 'A', name: 'a' } } },
  RuntimeClass: { handler: 'h' },
  StorageClass: { provisioner: 'a.b/c' },
  CSIStorageCapacity: { storageClassName: 's' },
  VolumeAttachment: { spec: { attacher: 'a.b', nodeName: 'n', source: { persistentVolumeName: 'p' } } },
  VolumeAttributesClass: { driverName: 'a.b', parameters: { a: 'b' } },
  Ingress: { spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } } },
  IngressClass: { spec: { controller: 'a.b/c' } },
  ServiceCIDR: { spec: { cidrs: ['10.200.0.0/24'] } },
  ValidatingAdmissionPolicy: {
    spec: { matchConstraints: { resourceRules }, validations: [{ expression: 'true' }] },
  },
  ValidatingAdmissionPolicyBinding: { spec: { policyName: 'p', validationActions: ['Deny'] } },
  MutatingAdmissionPolicy: {
    spec: {
      matchConstraints: { resourceRules },
      mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[]' } }],
    },
  },
  MutatingAdmissionPolicyBinding: { spec: { policyName: 'p' } },
  PriorityLevelConfiguration: { spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } } },
};

/** One object of each kind, so that updates and patches find something. */
async function plant(raw: RawClient): Promise<void> {
  const request = await certificateRequestFor({ commonName: 'fuzz' });
  const usages = ['client auth'];
  needed.CertificateSigningRequest = { spec: { request, usages, signerName: 'kubernetes.io/kube-apiserver-client' } };
  await raw.ask('POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  // Of a kind with several versions the one that stores makes it.
  const planted = rows.filter(each => each.verbs.includes('get') && !notPlanted.has(each.kind) && isStorage(each));
  for (const row of planted) {
    const line = requestOf(row, 0)[0].replace('?dryRun=All', '');
    const more = needed[`${row.kind}.${row.group}`] ?? needed[row.kind];
    const made = await raw.ask(line, { metadata: { name: 'fuzz' }, ...more });
    assert.equal(made.code, 201, made.text);
  }
}
