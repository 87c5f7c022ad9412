import assert from 'node:assert/strict';
import { clone } from '../json.js';
import { allModels, modelOf } from '../schema/models.js';
import type { AnyObject } from '../types.js';
import { isStorage } from './conversion.js';
import { builtinKinds, findKind, kindOf, splitApiVersion } from './index.js';
import { apiVersionOf, type KindRow } from './row.js';

const row = (kind: string): KindRow => builtinKinds.find(candidate => candidate.kind === kind) as KindRow;
const now = Date.parse('2026-01-01T00:01:00Z');

function made(kind: string, fields: Record<string, unknown>): AnyObject {
  const of = row(kind);
  const metadata = { name: 'x', namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' };
  const object: AnyObject = { apiVersion: apiVersionOf(of), kind, metadata, ...clone(fields) };
  of.defaults?.(object);
  return object;
}

describe('every row', () => {
  it('is found by its names, and names a model that exists', () => {
    const models = new Set(allModels());
    for (const of of builtinKinds) {
      if (isStorage(of)) assert.equal(findKind({ group: of.group, plural: of.plural }), of);
      assert.equal(findKind({ group: of.group, version: of.version, plural: of.plural }), of);
      assert.equal(kindOf({ apiVersion: apiVersionOf(of), kind: of.kind }), of);
      assert.ok(models.has(of.model), of.model);
      assert.ok(modelOf(of.model).fields.has('metadata'), of.kind);
      if (of.verbs.includes('list')) assert.ok(models.has(`${of.model}List`), `${of.model}List`);
    }
    assert.equal(findKind({ group: 'apps', plural: 'pods' }), undefined);
    assert.deepEqual(splitApiVersion('discovery.k8s.io/v1'), { group: 'discovery.k8s.io', version: 'v1' });
  });

  it('shows and judges an object of which nothing is known', () => {
    for (const of of builtinKinds) {
      const bare: AnyObject = { apiVersion: apiVersionOf(of), kind: of.kind, metadata: {} };
      for (const column of of.columns) column.cell(clone(bare), now);
      of.fields?.(bare);
      const object = clone(bare);
      of.defaults?.(object);
      of.prepareCreate?.(object);
      assert.ok(Array.isArray(of.validate?.(object) ?? []), of.kind);
      of.prepareUpdate?.(object, clone(bare));
      of.prepareStatusUpdate?.(object, clone(bare));
      assert.ok(Array.isArray(of.validateUpdate?.(object, clone(bare)) ?? []), of.kind);
    }
  });
});

describe('columns', () => {
  const shown = (object: AnyObject, wide = false): string =>
    row(object.kind)
      .columns.filter(column => wide || !column.priority)
      .map(column => column.cell(object, now))
      .join(' | ');

  const table: [AnyObject, string][] = [
    [made('Namespace', { status: { phase: 'Active' } }), 'x | Active | 60s'],
    [made('ConfigMap', { data: { a: '1' }, binaryData: { b: '' } }), 'x | 2 | 60s'],
    [made('Secret', { stringData: { a: '1' } }), 'x | Opaque | 1 | 60s'],
    [made('ServiceAccount', {}), 'x | 0 | 60s'],
    [made('Lease', { spec: { holderIdentity: 'me' } }), 'x | me | 60s'],
    [made('Role', {}), 'x | 2026-01-01T00:00:00Z'],
    [
      made('Endpoints', {
        subsets: [{ addresses: ['1', '2', '3', '4'].map(n => ({ ip: `10.0.0.${n}` })), ports: [{ port: 80 }] }],
      }),
      'x | 10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more... | 60s',
    ],
    [
      made('EndpointSlice', { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }], ports: [{ port: 80 }] }),
      'x | IPv4 | 80 | 10.0.0.1 | 60s',
    ],
    [made('EndpointSlice', { addressType: 'IPv4' }), 'x | IPv4 | <unset> | <unset> | 60s'],
    [
      made('Node', {
        metadata: {
          name: 'n',
          creationTimestamp: '2026-01-01T00:00:00Z',
          labels: { 'node-role.kubernetes.io/control-plane': '' },
        },
        spec: { unschedulable: true },
        status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { kubeletVersion: 'v1.36.0' } },
      }),
      'n | Ready,SchedulingDisabled | control-plane | 60s | v1.36.0',
    ],
    [
      made('Event', {
        lastTimestamp: '2026-01-01T00:00:30Z',
        type: 'Normal',
        reason: 'Started',
        message: ' Started it ',
        involvedObject: { kind: 'Pod', name: 'web' },
      }),
      '30s | Normal | Started | pod/web | Started it',
    ],
    [
      made('RoleBinding', {
        roleRef: { kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'User', name: 'ann' }],
      }),
      'x | ClusterRole/view | 60s',
    ],
    [
      made('ReplicationController', {
        spec: { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'i' }] } } },
        status: { replicas: 1 },
      }),
      'x | 1 | 1 | 0 | 60s',
    ],
  ];
  for (const [object, text] of table) it(`of a ${object.kind}`, () => assert.equal(shown(object), text));

  it('of a controller and a binding, with -o wide', () => {
    const [controller, binding] = [table.at(-1)?.[0] as AnyObject, table.at(-2)?.[0] as AnyObject];
    assert.equal(shown(controller, true), 'x | 1 | 1 | 0 | 60s | a | i | app=web');
    assert.equal(shown(binding, true), 'x | ClusterRole/view | 60s | ann |  | ');
  });
});

describe('validation', () => {
  const said = (object: AnyObject): string[] =>
    (row(object.kind).validate?.(object) ?? []).map(e => `${e.field}: ${e.message}`);
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'i' }] } };
  const table: [string, AnyObject, string[]][] = [
    ['a controller', made('ReplicationController', { spec: { template } }), []],
    [
      'a controller that would not own its pods',
      made('ReplicationController', { spec: { selector: { app: 'db' }, template } }),
      ['spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`'],
    ],
    [
      'a controller of pods that end',
      made('ReplicationController', {
        spec: { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } },
      }),
      ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
    ],
    [
      'fewer than no pods',
      made('ReplicationController', { spec: { replicas: -1, template } }),
      ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'a key of a ConfigMap',
      made('ConfigMap', { data: { 'a b': '' } }),
      [
        "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ],
    ],
    [
      'a TLS secret without its key',
      made('Secret', { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } }),
      ['data[tls.key]: Required value'],
    ],
    [
      'a rule without verbs',
      made('Role', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: [] }] }),
      ['rules[0].verbs: Required value: verbs must contain at least one value'],
    ],
    [
      'a namespaced rule for paths',
      made('Role', { rules: [{ nonResourceURLs: ['/x'], verbs: ['get'] }] }),
      ['rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs'],
    ],
    [
      'a cluster-wide binding to a role',
      made('ClusterRoleBinding', { roleRef: { kind: 'Role', name: 'x' } }),
      ['roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"'],
    ],
    [
      'a service account nowhere',
      made('ClusterRoleBinding', {
        roleRef: { kind: 'ClusterRole', name: 'x' },
        subjects: [{ kind: 'ServiceAccount', name: 'a' }],
      }),
      ['subjects[0].namespace: Required value'],
    ],
    [
      'an event elsewhere',
      made('Event', { involvedObject: { kind: 'Pod', namespace: 'other' } }),
      ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
    ],
    [
      'an endpoint at home',
      made('EndpointSlice', { addressType: 'IPv4', endpoints: [{ addresses: ['127.0.0.1'] }] }),
      [
        'endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      ],
    ],
    [
      'a taint without effect',
      made('Node', { spec: { taints: [{ key: 'a' }] } }),
      ['spec.taints[0].effect: Required value'],
    ],
    [
      'a review of nobody',
      made('SubjectAccessReview', { spec: { resourceAttributes: {} } }),
      ['spec.user: Invalid value: "": at least one of user or group must be specified'],
    ],
    ['a binding to nothing', made('Binding', { target: { kind: 'Node' } }), ['target.name: Required value']],
  ];
  for (const [what, object, messages] of table) it(`of ${what}`, () => assert.deepEqual(said(object), messages));
});

describe('updates', () => {
  const said = (object: AnyObject, old: AnyObject): string[] =>
    (row(object.kind).validateUpdate?.(object, old) ?? []).map(e => `${e.field}: ${e.message}`);
  const table: [string, AnyObject, AnyObject, string[]][] = [
    [
      'of an immutable ConfigMap',
      made('ConfigMap', { data: { a: '2' } }),
      made('ConfigMap', { immutable: true, data: { a: '1' } }),
      [
        'immutable: Forbidden: field is immutable when `immutable` is set',
        'data: Forbidden: field is immutable when `immutable` is set',
      ],
    ],
    [
      "of a secret's type",
      made('Secret', { type: 'x' }),
      made('Secret', {}),
      ['type: Invalid value: "x": field is immutable'],
    ],
    [
      'of what a binding grants',
      made('RoleBinding', { roleRef: { kind: 'Role', name: 'a' } }),
      made('RoleBinding', { roleRef: { kind: 'Role', name: 'b' } }),
      [
        'roleRef: Invalid value: {"kind":"Role","name":"a","apiGroup":"rbac.authorization.k8s.io"}: cannot change roleRef',
      ],
    ],
    [
      "of a node's range",
      made('Node', { spec: { podCIDR: '10.0.1.0/24' } }),
      made('Node', { spec: { podCIDR: '10.0.0.0/24' } }),
      ['spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid'],
    ],
  ];
  for (const [what, object, old, messages] of table) it(what, () => assert.deepEqual(said(object, old), messages));

  it("keep a namespace's finalizers to /finalize", () => {
    const namespaces = row('Namespace');
    const old = made('Namespace', {});
    namespaces.prepareCreate?.(old);
    assert.deepEqual(old.spec, { finalizers: ['kubernetes'] });
    const object = made('Namespace', { spec: {} });
    namespaces.prepareUpdate?.(object, old);
    assert.deepEqual([object.spec, object.status], [old.spec, { phase: 'Active' }]);
    assert.equal(object.metadata.labels?.['kubernetes.io/metadata.name'], 'x');
  });
});
