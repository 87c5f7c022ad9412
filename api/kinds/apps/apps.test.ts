import assert from 'node:assert/strict';
import { clone } from '../../json.js';
import { created, headings, made, shown, wrong, wrongChange } from '../../testing/rows.js';
import type { AnyObject } from '../../types.js';
import type { KindRow } from '../row.js';
import { controllerRevisionRow } from './controllerrevision.js';
import { daemonSetRow } from './daemonset.js';
import { deploymentRow } from './deployment.js';
import { replicaSetRow } from './replicaset.js';
import { statefulSetRow } from './statefulset.js';

const labels = { app: 'web' };
const selector = { matchLabels: labels };
const template = { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'i' }] } };
const spec = { selector, template };
const mismatch =
  'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`';

/** The spec without its template, whose defaults are a pod's. */
function rest(object: AnyObject): unknown {
  const { template: _, ...others } = object.spec as Record<string, unknown>;
  return others;
}

describe('the defaults of workloads', () => {
  const table: [KindRow, Record<string, unknown>, unknown][] = [
    [
      deploymentRow,
      spec,
      {
        selector,
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      },
    ],
    [
      deploymentRow,
      { ...spec, replicas: 0, strategy: { type: 'Recreate' } },
      {
        selector,
        replicas: 0,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: 'Recreate' },
      },
    ],
    [replicaSetRow, spec, { selector, replicas: 1 }],
    [
      daemonSetRow,
      spec,
      {
        selector,
        revisionHistoryLimit: 10,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      },
    ],
    [
      statefulSetRow,
      { ...spec, volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }] },
      {
        selector,
        podManagementPolicy: 'OrderedReady',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        replicas: 1,
        revisionHistoryLimit: 10,
        volumeClaimTemplates: [
          {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
            status: { phase: 'Pending' },
          },
        ],
      },
    ],
  ];
  for (const [row, given, expected] of table) {
    it(`of a ${row.kind}`, () => assert.deepEqual(rest(made(row, { spec: given })), expected));
  }

  it('reach the template', () => {
    const { template: made1 } = made(deploymentRow, { spec }).spec as { template: typeof template };
    assert.equal((made1.spec as { restartPolicy?: string }).restartPolicy, 'Always');
  });
});

describe('validation of workloads', () => {
  const table: [KindRow, string, Record<string, unknown>, string[]][] = [
    [deploymentRow, 'as usual', spec, []],
    [replicaSetRow, 'as usual', spec, []],
    [statefulSetRow, 'as usual', spec, []],
    [daemonSetRow, 'as usual', spec, []],
    [deploymentRow, 'without a selector', { template }, ['spec.selector: Required value', mismatch]],
    [
      deploymentRow,
      'that selects everything',
      { selector: {}, template },
      ['spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
    ],
    [
      statefulSetRow,
      'that selects everything',
      { selector: {}, template },
      ['spec.selector: Invalid value: {}: empty selector is invalid for statefulset'],
    ],
    [
      daemonSetRow,
      'that selects everything',
      { selector: {}, template },
      ['spec.selector: Invalid value: {}: empty selector is invalid for daemonset'],
    ],
    [replicaSetRow, 'of foreign pods', { selector: { matchLabels: { app: 'db' } }, template }, [mismatch]],
    [
      deploymentRow,
      'of pods that end',
      {
        selector,
        template: { ...template, spec: { ...template.spec, restartPolicy: 'Never', activeDeadlineSeconds: 5 } },
      },
      [
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported',
      ],
    ],
    [
      deploymentRow,
      'with debug containers',
      {
        selector,
        template: {
          ...template,
          spec: { ...template.spec, ephemeralContainers: [{ name: 'd', image: 'i' }] },
        },
      },
      ['spec.template.spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template'],
    ],
    [
      deploymentRow,
      'that stands still',
      { ...spec, strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: '0%' } } },
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
    ],
    [
      deploymentRow,
      'with odd percentages',
      { ...spec, strategy: { rollingUpdate: { maxUnavailable: '101%', maxSurge: 'some' } } },
      [
        "spec.strategy.rollingUpdate.maxSurge: Invalid value: \"some\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
      ],
    ],
    [
      deploymentRow,
      'of another strategy',
      { ...spec, strategy: { type: 'Magic' } },
      ['spec.strategy.type: Unsupported value: "Magic": supported values: "Recreate", "RollingUpdate"'],
    ],
    [
      deploymentRow,
      'that recreates bit by bit',
      { ...spec, strategy: { type: 'Recreate', rollingUpdate: {} } },
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ],
    [
      deploymentRow,
      'that has no time',
      { ...spec, minReadySeconds: 600, replicas: -1 },
      [
        'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
        'spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds',
      ],
    ],
    [
      daemonSetRow,
      'that surges and takes down',
      { ...spec, updateStrategy: { rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } } },
      ['spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero'],
    ],
    [
      daemonSetRow,
      'that does neither',
      { ...spec, updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } },
      ['spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0'],
    ],
    [
      statefulSetRow,
      'of odd policies',
      {
        ...spec,
        podManagementPolicy: 'Random',
        updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Sell' },
      },
      [
        "spec.podManagementPolicy: Invalid value: \"Random\": must be 'OrderedReady' or 'Parallel'",
        'spec.updateStrategy.rollingUpdate: Invalid value: {"partition":1}: only allowed for updateStrategy \'RollingUpdate\'',
        'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Sell": supported values: "Delete", "Retain"',
      ],
    ],
  ];
  for (const [row, what, given, messages] of table) {
    it(`of a ${row.kind} ${what}`, () => assert.deepEqual(wrong(row, made(row, { spec: given })), messages));
  }

  it('lets a StatefulSet mount the claims that it will make', () => {
    const mounting = { ...template.spec.containers[0], volumeMounts: [{ name: 'data', mountPath: '/data' }] };
    const given = { selector, template: { ...template, spec: { containers: [mounting] } } };
    assert.deepEqual(wrong(statefulSetRow, made(statefulSetRow, { spec: given })), []);
    assert.deepEqual(wrong(deploymentRow, made(deploymentRow, { spec: given })), [
      'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"',
    ]);
  });

  it('of a ControllerRevision', () => {
    assert.deepEqual(wrong(controllerRevisionRow, made(controllerRevisionRow, { revision: -1 })), [
      'data: Required value: data is mandatory',
      'revision: Invalid value: -1: must be greater than or equal to 0',
    ]);
  });

  it('of what a controller reports', () => {
    const object = {
      ...made(deploymentRow, { spec }),
      status: { replicas: 1, readyReplicas: 1, availableReplicas: 2 },
    };
    assert.deepEqual(wrong(deploymentRow, object), [
      'status.availableReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas',
    ]);
  });
});

describe('updates of workloads', () => {
  it('keep the selector', () => {
    const other = { matchLabels: { app: 'web', tier: 'x' } };
    for (const row of [deploymentRow, replicaSetRow, daemonSetRow]) {
      assert.deepEqual(wrongChange(row, made(row, { spec: { ...spec, selector: other } }), made(row, { spec })), [
        `spec.selector: Invalid value: ${JSON.stringify(other)}: field is immutable`,
      ]);
    }
  });

  it('of a StatefulSet change what its controller can carry out', () => {
    const old = made(statefulSetRow, { spec });
    const grown = made(statefulSetRow, { spec: { ...spec, replicas: 3, ordinals: { start: 1 }, minReadySeconds: 5 } });
    assert.deepEqual(wrongChange(statefulSetRow, grown, old), []);
    assert.deepEqual(
      wrongChange(statefulSetRow, made(statefulSetRow, { spec: { ...spec, serviceName: 'web' } }), old),
      [
        "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
      ],
    );
  });

  it('of a revision change nothing of what it records', () => {
    const old = made(controllerRevisionRow, { data: { a: 1 }, revision: 1 });
    assert.deepEqual(
      wrongChange(controllerRevisionRow, made(controllerRevisionRow, { data: { a: 2 }, revision: 1 }), old),
      ['data: Invalid value: {"a":2}: field is immutable'],
    );
  });

  it('never lower the count of collisions', () => {
    const [old, object] = [created(deploymentRow, { spec }), created(deploymentRow, { spec })];
    old.status = { collisionCount: 2 };
    object.status = { collisionCount: 1 };
    assert.deepEqual(wrongChange(deploymentRow, object, old), [
      'status.collisionCount: Invalid value: 1: cannot be decremented',
    ]);
  });

  it('keep spec and status apart', () => {
    for (const row of [deploymentRow, replicaSetRow, daemonSetRow, statefulSetRow]) {
      const old = created(row, { spec, status: { replicas: 9 } });
      const object: AnyObject = { ...clone(old), status: { replicas: 5 } };
      row.prepareUpdate?.(object, old);
      assert.deepEqual(object.status, old.status, row.kind);
      const reported: AnyObject = { ...clone(old), spec: {}, status: { replicas: 5 } };
      row.prepareStatusUpdate?.(reported, old);
      assert.deepEqual([reported.spec, reported.status], [old.spec, { replicas: 5 }], row.kind);
    }
  });

  it('count as a generation what a controller must act upon', () => {
    const one = made(deploymentRow, { spec });
    const other = made(deploymentRow, { spec, metadata: { annotations: { a: 'b' } } });
    assert.notDeepEqual(deploymentRow.generationOf?.(one), deploymentRow.generationOf?.(other));
  });
});

describe('the columns of workloads', () => {
  it('have the headings of kubectl', () => {
    const wide = ' | [Containers] | [Images] | [Selector]';
    assert.equal(headings(deploymentRow), `Name | Ready | Up-to-date | Available | Age${wide}`);
    assert.equal(headings(replicaSetRow), `Name | Desired | Current | Ready | Age${wide}`);
    const daemonSet = 'Name | Desired | Current | Ready | Up-to-date | Available | Node Selector | Age';
    assert.equal(headings(daemonSetRow), `${daemonSet}${wide}`);
    assert.equal(headings(statefulSetRow), 'Name | Ready | Age | [Containers] | [Images]');
    assert.equal(headings(controllerRevisionRow), 'Name | Controller | Revision | Age');
  });

  const expressions = { matchExpressions: [{ key: 'b', operator: 'In', values: ['y', 'x'] }], matchLabels: { c: 'd' } };
  const status = { replicas: 3, readyReplicas: 2, updatedReplicas: 1, availableReplicas: 2 };
  const table: [KindRow, Record<string, unknown>, string][] = [
    [deploymentRow, { spec: { ...spec, replicas: 3 }, status }, 'x | 2/3 | 1 | 2 | 60s | a | i | app=web'],
    [
      replicaSetRow,
      { spec: { ...spec, selector: expressions }, status },
      'x | 1 | 3 | 2 | 60s | a | i | b in (x,y),c=d',
    ],
    [statefulSetRow, { spec, status }, 'x | 2/1 | 60s | a | i'],
    [
      daemonSetRow,
      { spec, status: { desiredNumberScheduled: 3, currentNumberScheduled: 2, numberReady: 1 } },
      'x | 3 | 2 | 1 | 0 | 0 | <none> | 60s | a | i | app=web',
    ],
    [
      controllerRevisionRow,
      {
        revision: 4,
        metadata: {
          ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', uid: 'u', controller: true }],
        },
      },
      'x | daemonset.apps/d | 4 | 60s',
    ],
    [controllerRevisionRow, { revision: 1 }, 'x | <none> | 1 | 60s'],
  ];
  for (const [row, fields, cells] of table) {
    it(`of a ${row.kind} show ${cells}`, () => assert.equal(shown(row, made(row, fields), 'wide'), cells));
  }
});
