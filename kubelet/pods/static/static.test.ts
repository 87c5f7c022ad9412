import assert from 'node:assert/strict';
import type { Node, Pod } from '../../../api/types.js';
import { hashOf, isStatic, staticPod } from './manifest.js';
import { mirrorOf, mirrorStep } from './mirror.js';

const text = (more = '', spec = ''): string => `apiVersion: v1
kind: Pod
metadata:
  name: web
${more}
spec:
${spec}
  containers:
    - name: c
      image: nginx
`;
const read = (content: string, file = '/m/web.yaml'): Pod => staticPod(content, file, 'n1', 0);
const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', uid: 'node-uid' } };

describe('a pod from a file', () => {
  it('has the name of its node, a place on it, defaults, and stays', () => {
    const { metadata, spec } = read(text());
    assert.equal(metadata.name, 'web-n1');
    assert.equal(metadata.namespace, 'default');
    assert.equal(spec?.nodeName, 'n1');
    assert.equal(spec?.restartPolicy, 'Always');
    assert.equal(spec?.containers[0]?.imagePullPolicy, 'Always');
    assert.deepEqual(spec?.tolerations, [{ operator: 'Exists', effect: 'NoExecute' }]);
    assert.ok(isStatic(read(text())));
  });
  it('keeps its uid as long as its text is the same', () => {
    assert.equal(read(text()).metadata.uid, read(text()).metadata.uid);
    assert.notEqual(read(text()).metadata.uid, read(text('  labels: {a: b}')).metadata.uid);
    assert.notEqual(read(text()).metadata.uid, read(text(), '/m/other.yaml').metadata.uid);
  });

  const wrong: [string, string, RegExp][] = [
    ['no YAML', ':\n  - ]', /./],
    [
      'another kind',
      'apiVersion: v1\nkind: Service\nmetadata: {name: x}',
      /Service in version "v1" cannot be handled as a Pod/,
    ],
    ['no name', 'apiVersion: v1\nkind: Pod\nspec: {containers: [{name: c, image: i}]}', /metadata\.name: Required/],
    ['a field that there is not', text('', '  hostnetwork: true'), /unknown field "spec\.hostnetwork"/],
    ['an invalid field', text('', '  restartPolicy: Perhaps'), /spec\.restartPolicy/],
    ['a ConfigMap', text('', '  volumes: [{name: v, configMap: {name: c}}]'), /may not refer to API objects: volume v/],
    ['an account', text('', '  serviceAccountName: robot'), /may not refer to API objects: spec\.serviceAccountName/],
  ];
  for (const [what, content, expected] of wrong)
    it(`refuses ${what}`, () => assert.throws(() => read(content), expected));
});

describe('the mirror of a static pod', () => {
  const pod = read(text());
  const mirror = mirrorOf(pod, node);
  const mirrored = (of: Pod, more: Partial<Pod['metadata']> = {}): Pod => {
    const made = mirrorOf(of, node);
    return { ...made, metadata: { ...made.metadata, uid: 'given', ...more } };
  };

  it('is the pod, with a uid that the API gives, and goes with its node', () => {
    assert.equal(mirror.metadata.uid, undefined);
    assert.equal(mirror.metadata.annotations?.['kubernetes.io/config.mirror'], hashOf(pod));
    assert.deepEqual(
      mirror.metadata.ownerReferences?.map(o => [o.kind, o.uid]),
      [['Node', 'node-uid']],
    );
  });

  const table: [what: string, pod: Pod | undefined, mirror: Pod | undefined, step: string][] = [
    ['there is neither', undefined, undefined, 'nothing'],
    ['it is missing', pod, undefined, 'create'],
    ['it is as it should be', pod, mirrored(pod), 'nothing'],
    ['somebody has deleted it', pod, mirrored(pod, { deletionTimestamp: '2026-01-01T00:00:00Z' }), 'delete'],
    ['the file has changed', read(text('  labels: {a: b}')), mirrored(pod), 'delete'],
    ['the file is gone', undefined, mirrored(pod), 'delete'],
  ];
  for (const [what, wanted, found, step] of table) it(what, () => assert.equal(mirrorStep(wanted, found), step));
});
