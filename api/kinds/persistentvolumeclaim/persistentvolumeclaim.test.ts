import assert from 'node:assert/strict';
import { created, judgesRow, made } from '../../testing/rows.js';
import { persistentVolumeClaimRow as row } from './row.js';

const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const sized = (storage: string): object => ({ ...spec, resources: { requests: { storage } } });
const bound = { status: { phase: 'Bound', capacity: { storage: '1Gi' } } };
const immutable =
  'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\nchanged: ';

judgesRow(row, {
  defaults: [
    ['what is left out', { spec }, { spec: { ...spec, volumeMode: 'Filesystem' }, status: { phase: 'Pending' } }],
  ],
  columns: [
    ['waiting', { spec: { ...spec, storageClassName: 'fast' } }, 'x | Pending |  |  |  | fast | <unset> | 60s'],
    [
      'bound',
      { spec: { ...spec, volumeName: 'v' }, status: { ...bound.status, accessModes: ['ReadOnlyMany'] } },
      'x | Bound | v | 1Gi | ROX |  | <unset> | 60s',
    ],
    [
      'with a class in its annotation',
      { metadata: { annotations: { 'volume.beta.kubernetes.io/storage-class': 'old' } }, spec },
      'x | Pending |  |  |  | old | <unset> | 60s',
    ],
  ],
  validation: [
    ['a size and a mode', { spec }, []],
    [
      'nothing',
      { spec: {} },
      [
        'spec.accessModes: Required value: at least 1 access mode is required',
        'spec.resources[storage]: Required value',
      ],
    ],
    ['no size', { spec: sized('0') }, ['spec.resources[storage]: Invalid value: "0": must be greater than zero']],
    [
      'a copy of something strange',
      { spec: { ...spec, dataSource: { kind: 'Secret', name: '' } } },
      ['spec.dataSource.name: Required value', 'spec.dataSource: Invalid value: "Secret"'],
    ],
    [
      'copies of two things',
      {
        spec: {
          ...spec,
          dataSource: { kind: 'PersistentVolumeClaim', name: 'a' },
          dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'b' },
        },
      },
      ['spec: Invalid value: "spec.dataSource": must match dataSourceRef'],
    ],
  ],
  updates: [
    ['that binds it', { spec: { ...spec, volumeName: 'v' } }, { spec }, []],
    [
      'that binds it elsewhere',
      { spec: { ...spec, volumeName: 'w' } },
      { spec: { ...spec, volumeName: 'v' } },
      [`${immutable}spec.volumeName\n`],
    ],
    ['that gives it the class it never had', { spec: { ...spec, storageClassName: 'a' } }, { spec }, []],
    [
      'of its class',
      { spec: { ...spec, storageClassName: 'b' } },
      { spec: { ...spec, storageClassName: 'a' } },
      [`${immutable}spec.storageClassName\n`],
    ],
    ['that lets it grow', { spec: sized('2Gi'), ...bound }, { spec, ...bound }, []],
    [
      'that lets it grow too early',
      { spec: sized('2Gi') },
      { spec },
      [`${immutable}spec.resources.requests.storage\n`],
    ],
    ['that gives up growing', { spec: sized('2Gi'), ...bound }, { spec: sized('5Gi'), ...bound }, []],
    [
      'that lets it shrink',
      { spec: sized('1Gi'), ...bound },
      { spec: sized('2Gi'), ...bound },
      ['spec.resources.requests.storage: Forbidden: field can not be less than status.capacity'],
    ],
    [
      'of its mode',
      { spec: { ...spec, volumeMode: 'Block' } },
      { spec },
      [`${immutable}spec.volumeMode\n`, 'volumeMode: Invalid value: "Block": field is immutable'],
    ],
  ],
});

describe('what a claim copies', () => {
  const claim = { kind: 'PersistentVolumeClaim', name: 'a' };
  const table: [string, object, object][] = [
    ['in the older field, is said in both', { dataSource: claim }, { dataSource: claim, dataSourceRef: claim }],
    ['in the newer field, is said in both', { dataSourceRef: claim }, { dataSource: claim, dataSourceRef: claim }],
    [
      'of another namespace, is said once',
      { dataSourceRef: { ...claim, namespace: 'b' } },
      { dataSourceRef: { ...claim, namespace: 'b' } },
    ],
    ['of a kind that the older field never took, is dropped', { dataSource: { kind: 'Secret', name: 'a' } }, {}],
  ];
  for (const [what, given, expected] of table) {
    it(what, () =>
      assert.deepEqual(created(row, { spec: { ...spec, ...given } }).spec, {
        ...(made(row, { spec }).spec as object),
        ...expected,
      }),
    );
  }
});
