import assert from 'node:assert/strict';
import type { ValidatingAdmissionPolicy } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { validatingAdmissionPolicies } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { policyStatusController } from './controller.js';

const kind = { group: 'stars.example.com', version: 'v1', kind: 'Fleet' };
const documents: Record<string, unknown> = {
  '/openapi/v3/apis/stars.example.com/v1': {
    paths: {
      '/apis/stars.example.com/v1/namespaces/{namespace}/fleets': {
        get: { 'x-kubernetes-group-version-kind': kind },
      },
    },
    components: {
      schemas: {
        'com.example.stars.v1.Fleet': {
          type: 'object',
          properties: {
            metadata: { $ref: '#/components/schemas/ObjectMeta' },
            spec: { type: 'object', properties: { ships: { type: 'integer' } } },
          },
          'x-kubernetes-group-version-kind': [kind],
        },
      },
    },
  },
};

interface Given {
  expressions: string[];
  rules?: [group: string, version: string, resource: string][];
  more?: object;
  age?: number;
  documents?: Record<string, unknown>;
}

async function settled({ expressions, rules, more = {}, age = 60_000, documents: said = documents }: Given) {
  const cluster = new Cluster();
  const client: Pick<Client, 'raw'> = {
    raw: async path => {
      if (!(path in said)) throw new Error(`404 ${path}`);
      return { contentType: 'application/json', body: Buffer.from(JSON.stringify(said[path])) };
    },
  };
  const resourceRules = (rules ?? [['apps', 'v1', 'deployments']]).map(([group, version, resource]) => ({
    apiGroups: [group],
    apiVersions: [version],
    operations: ['*'],
    resources: [resource],
  }));
  cluster.put(validatingAdmissionPolicies, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'p', generation: 2, creationTimestamp: new Date(cluster.now - age).toISOString() as never },
    spec: {
      matchConstraints: { resourceRules },
      validations: expressions.map(expression => ({ expression })),
      ...more,
    },
    status: { observedGeneration: 1 },
  } as ValidatingAdmissionPolicy);
  cluster.start(policyStatusController(client));
  await cluster.settle();
  const status = () => cluster.find(validatingAdmissionPolicies, { name: 'p' })?.status;
  const warnings = () => status()?.typeChecking?.expressionWarnings ?? [];
  return { cluster, said, status, warnings };
}

describe('the status of an admission policy', () => {
  it('says that its expressions fit the types that it names', async () => {
    const { status, cluster } = await settled({
      expressions: [
        'object.spec.replicas > 1 && object.metadata.name.startsWith("a")',
        'object.spec.template.spec.containers.all(c, !has(c.securityContext) || c.image.contains(":"))',
        'oldObject == null || null != oldObject.spec.strategy',
        'request.userInfo.username != "" && namespaceObject.metadata.name == "x" && variables.x > 1',
      ],
    });
    assert.deepEqual(status(), { observedGeneration: 2, typeChecking: {} });
    assert.deepEqual(cluster.writes, ['update validatingadmissionpolicies/status p']);
  });

  it('warns of those that do not, as Kubernetes does', async () => {
    const { warnings } = await settled({
      expressions: ['true', 'object.replicas > 1', 'object.spec.replicas > "0"'],
    });
    assert.deepEqual(
      warnings().map(({ fieldRef }) => fieldRef),
      ['spec.validations[1].expression', 'spec.validations[2].expression'],
    );
    assert.equal(
      warnings()[0]?.warning,
      "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^",
    );
    assert.match(
      warnings()[1]?.warning ?? '',
      /found no matching overload for '_>_' applied to '\(int, string\)'\n \| object.spec.replicas > "0"/,
    );
  });

  it('looks at every type that is named, in order, and at none behind a star', async () => {
    const { warnings } = await settled({
      expressions: ['object.spec.replicas > 1'],
      rules: [
        ['', 'v1', 'pods/status'],
        ['apps', 'v1', 'daemonsets'],
        ['apps', 'v1', 'deployments'],
        ['batch', '*', 'jobs'],
      ],
    });
    assert.deepEqual(
      warnings()[0]
        ?.warning.split('\n')
        .filter(line => line.includes('ERROR')),
      [
        "v1, Kind=Pod: ERROR: <input>:1:12: undefined field 'replicas'",
        "apps/v1, Kind=DaemonSet: ERROR: <input>:1:12: undefined field 'replicas'",
      ],
    );
  });

  it('knows custom resources as the server describes them, and parameters', async () => {
    const { warnings } = await settled({
      expressions: [
        'object.spec.ships > 1 && object.metadata.labels["a"] == "b"',
        'object.spec.sails > 1',
        'params.data["most"] == "1"',
        'params.spec.most == "1"',
      ],
      rules: [['stars.example.com', 'v1', 'fleets']],
      more: { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } },
    });
    assert.deepEqual(
      warnings().map(({ fieldRef, warning }) => [fieldRef, warning.split('\n')[0]]),
      [
        [
          'spec.validations[1].expression',
          "stars.example.com/v1, Kind=Fleet: ERROR: <input>:1:12: undefined field 'sails'",
        ],
        [
          'spec.validations[3].expression',
          "stars.example.com/v1, Kind=Fleet: ERROR: <input>:1:7: undefined field 'spec'",
        ],
      ],
    );
  });

  it('waits a little for a kind that is as new as the policy', async () => {
    const { cluster, said, status, warnings } = await settled({
      expressions: ['object.spec.sails > 1'],
      rules: [['stars.example.com', 'v1', 'fleets']],
      age: 0,
      documents: {},
    });
    assert.equal(status()?.observedGeneration, 1);
    Object.assign(said, documents);
    await cluster.pass(2000);
    assert.equal(status()?.observedGeneration, 2);
    assert.equal(warnings().length, 1);
    const never = await settled({
      expressions: ['object.spec.sails > 1'],
      rules: [['stars.example.com', 'v1', 'moons']],
      age: 0,
    });
    await never.cluster.pass(20_000);
    assert.deepEqual(never.status(), { observedGeneration: 2, typeChecking: {} });
  });

  it('is written once for each generation', async () => {
    const { cluster } = await settled({ expressions: ['object.replicas > 1'] });
    await cluster.pass(60_000);
    assert.equal(cluster.writes.length, 1);
  });
});
