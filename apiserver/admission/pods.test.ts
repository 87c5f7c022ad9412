/** The small plug-ins that fill in pods and nodes: DefaultTolerationSeconds, Priority, TaintNodesByCondition. */
import assert from 'node:assert/strict';
import type { AnyObject, Node, Pod } from '../../api/types.js';
import { FakeLookup } from '../auth/testing/fake-lookup.js';
import { defaultTolerationSeconds, kubernetesTolerations } from './default-toleration-seconds.js';
import { priority } from './priority.js';
import { taintNodes } from './taint-nodes.js';
import { admit, judges, pod } from './testing/fixture.js';

describe('DefaultTolerationSeconds', () => {
  const given = (key: string) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
  const notReady = given('node.kubernetes.io/not-ready');
  const unreachable = given('node.kubernetes.io/unreachable');
  const short = { ...notReady, tolerationSeconds: 5 };
  const table: [string, object[] | undefined, object[]][] = [
    ['nothing', undefined, [notReady, unreachable]],
    [
      'something else',
      [{ key: 'gpu', operator: 'Exists' }],
      [{ key: 'gpu', operator: 'Exists' }, notReady, unreachable],
    ],
    ['one of them', [short], [short, unreachable]],
    [
      'one of them with any effect',
      [{ key: unreachable.key, operator: 'Exists' }],
      [{ key: unreachable.key, operator: 'Exists' }, notReady],
    ],
    [
      'one of them with another effect',
      [{ ...short, effect: 'NoSchedule' }],
      [{ ...short, effect: 'NoSchedule' }, notReady, unreachable],
    ],
    ['everything', [{ operator: 'Exists' }], [{ operator: 'Exists' }]],
  ];
  for (const [what, tolerations, expected] of table) {
    it(`of a pod that tolerates ${what}`, async () => {
      const object = pod({ spec: tolerations ? { tolerations } : {} });
      const admitted = (await admit(defaultTolerationSeconds(kubernetesTolerations), {
        resource: 'pods',
        object,
      })) as unknown as Pod;
      assert.deepEqual(admitted.spec?.tolerations, expected);
    });
  }

  it('is as long as an administrator says', async () => {
    const plugin = defaultTolerationSeconds({ notReady: 7, unreachable: 0 });
    const admitted = (await admit(plugin, { resource: 'pods', object: pod({ spec: {} }) })) as unknown as Pod;
    assert.deepEqual(
      admitted.spec?.tolerations?.map(({ tolerationSeconds }) => tolerationSeconds),
      [7, 0],
    );
  });
});

describe('Priority', () => {
  const priorityClass = (name: string, value: number, fields: object = {}): AnyObject => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    ...fields,
  });
  const none = priority(new FakeLookup());
  const some = priority(
    new FakeLookup([
      priorityClass('system-node-critical', 2_000_001_000),
      priorityClass('high', 1000, { preemptionPolicy: 'Never' }),
      priorityClass('usual', 10, { globalDefault: true }),
      priorityClass('late', 20, { globalDefault: true }),
    ]),
  );
  type Expected = [priorityClassName: string | undefined, value: number, policy: string];
  const table: [string, typeof none, object, Expected][] = [
    ['no class', none, {}, [undefined, 0, 'PreemptLowerPriority']],
    [
      'a system class',
      some,
      { priorityClassName: 'system-node-critical' },
      ['system-node-critical', 2000001000, 'PreemptLowerPriority'],
    ],
    ['a class', some, { priorityClassName: 'high' }, ['high', 1000, 'Never']],
    ['the lowest default class', some, {}, ['usual', 10, 'PreemptLowerPriority']],
    ["its class's policy", some, { priorityClassName: 'high', preemptionPolicy: 'Never' }, ['high', 1000, 'Never']],
    ['the number of its class', some, { priorityClassName: 'high', priority: 1000 }, ['high', 1000, 'Never']],
  ];
  for (const [what, plugin, spec, expected] of table) {
    it(`of a pod with ${what}`, async () => {
      const admitted = (await admit(plugin, { resource: 'pods', object: pod({ spec }) })) as unknown as Pod;
      const { priorityClassName, priority: value, preemptionPolicy } = admitted.spec ?? {};
      assert.deepEqual([priorityClassName, value, preemptionPolicy], expected);
    });
  }
  judges(none, [
    [
      'of a class that does not exist',
      { resource: 'pods', object: pod({ spec: { priorityClassName: 'gone' } }) },
      'pods "web" is forbidden: no PriorityClass with name gone was found',
    ],
    [
      'with a number of its own',
      { resource: 'pods', object: pod({ spec: { priority: 5 } }) },
      /the integer value of priority \(5\) must not be provided in pod spec; priority admission controller computed 0/,
    ],
    [
      'with a policy of its own',
      { resource: 'pods', object: pod({ spec: { preemptionPolicy: 'Never' } }) },
      /the string value of PreemptionPolicy \(Never\) must not be provided in pod spec/,
    ],
  ]);
  const classes = { resource: 'priorityclasses.scheduling.k8s.io', namespace: '' };
  const usual = priorityClass('usual', 10, { globalDefault: true });
  judges(some, [
    ['the default itself', { ...classes, operation: 'UPDATE', object: usual, oldObject: usual }],
    [
      'a second default',
      { ...classes, object: priorityClass('other', 10, { globalDefault: true }) },
      /PriorityClass usual is already marked as default. Only one default can exist$/,
    ],
    ['what users made', { ...classes, operation: 'DELETE', oldObject: usual }],
    [
      "one of the system's",
      { ...classes, operation: 'DELETE', oldObject: priorityClass('system-node-critical', 2_000_001_000) },
      /this is a system priority class and cannot be deleted$/,
    ],
  ]);
});

describe('TaintNodesByCondition', () => {
  const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
  const own = { key: 'dedicated', value: 'x', effect: 'NoSchedule' };
  const table: [string, object | undefined, object[]][] = [
    ['without a spec', undefined, [taint]],
    ['with a taint of its own', { taints: [own] }, [own, taint]],
    ['with this taint', { taints: [taint] }, [taint]],
    [
      'with this key and another effect',
      { taints: [{ ...taint, effect: 'NoExecute' }] },
      [{ ...taint, effect: 'NoExecute' }, taint],
    ],
  ];
  for (const [what, spec, expected] of table) {
    it(`of a new node ${what}`, async () => {
      const object = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, ...(spec ? { spec } : {}) };
      const admitted = await admit(taintNodes, { resource: 'nodes', namespace: '', object });
      assert.deepEqual((admitted as unknown as Node).spec?.taints, expected);
    });
  }
  it('leaves nodes alone that are there', async () => {
    const object = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: {} };
    const described = { resource: 'nodes', operation: 'UPDATE' as const, namespace: '', object, oldObject: object };
    assert.deepEqual(await admit(taintNodes, described), object);
  });
});
