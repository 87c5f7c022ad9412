import { judgesRow } from '../../testing/rows.js';
import { persistentVolumeRow } from './row.js';

const spec = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/data' } };
const csi = { driver: 'csi.example.com', volumeHandle: 'v' };
const affinity = {
  required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }] },
};

judgesRow(persistentVolumeRow, {
  defaults: [
    [
      'what is left out',
      { spec },
      {
        spec: {
          ...spec,
          hostPath: { path: '/data', type: '' },
          persistentVolumeReclaimPolicy: 'Retain',
          volumeMode: 'Filesystem',
        },
        status: { phase: 'Pending' },
      },
    ],
  ],
  columns: [
    [
      'bound',
      {
        spec: {
          ...spec,
          accessModes: ['ReadWriteMany', 'ReadWriteOnce'],
          claimRef: { namespace: 'a', name: 'b' },
          storageClassName: 'fast',
        },
        status: { phase: 'Bound' },
      },
      'x | 1Gi | RWO,RWX | Retain | Bound | a/b | fast | <unset> |  | 60s',
    ],
    [
      'on its way',
      { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, spec, status: { phase: 'Released', reason: 'why' } },
      'x | 1Gi | RWO | Retain | Terminating |  |  | <unset> | why | 60s',
    ],
  ],
  validation: [
    ['a path of the node', { spec }, []],
    [
      'a directory of one node',
      { spec: { ...spec, hostPath: undefined, local: { path: '/d' }, nodeAffinity: affinity } },
      [],
    ],
    ['a driver', { spec: { ...spec, hostPath: undefined, csi } }, []],
    [
      'nothing',
      { spec: {} },
      [
        'spec.accessModes: Required value',
        'spec.capacity: Required value',
        'spec.capacity: Unsupported value: null: supported values: "storage"',
        'spec: Required value: must specify a volume type',
      ],
    ],
    ['two sources', { spec: { ...spec, csi } }, ['spec.hostPath: Forbidden: may not specify more than 1 volume type']],
    [
      'a directory of no node',
      { spec: { ...spec, hostPath: undefined, local: { path: '/a/../b' } } },
      [
        'spec.local.path: Invalid value: "/a/../b": must not contain \'..\'',
        'spec.nodeAffinity: Required value: Local volume requires node affinity',
      ],
    ],
    [
      'the root to recycle',
      { spec: { ...spec, hostPath: { path: '/x/..' }, persistentVolumeReclaimPolicy: 'Recycle' } },
      [
        'spec.hostPath.path: Invalid value: "/x/..": must not contain \'..\'',
        "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'",
      ],
    ],
    [
      'odd words',
      { spec: { ...spec, accessModes: ['Never', 'ReadWriteOncePod', 'ReadWriteOnce'], volumeMode: 'Tape' } },
      [
        'spec.accessModes: Unsupported value: "Never": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
        'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
        'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
      ],
    ],
    [
      'a driver that is none',
      { spec: { ...spec, hostPath: undefined, csi: { driver: 'a_b', volumeHandle: '', nodeStageSecretRef: {} } } },
      [
        "spec.csi.driver: Invalid value: \"a_b\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        'spec.csi.volumeHandle: Required value',
        'spec.csi.nodeStageSecretRef.name: Required value',
        'spec.csi.nodeStageSecretRef.namespace: Required value',
      ],
    ],
  ],
  updates: [
    ['of its claim', { spec: { ...spec, claimRef: { name: 'a' } } }, { spec }, []],
    [
      'of where it is',
      { spec: { ...spec, hostPath: { path: '/other' } } },
      { spec },
      [
        'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\nchanged: spec.hostPath.path\n',
      ],
    ],
    [
      'of a secret to grow with',
      {
        spec: {
          ...spec,
          hostPath: undefined,
          csi: { ...csi, controllerExpandSecretRef: { name: 'a', namespace: 'b' } },
        },
      },
      { spec: { ...spec, hostPath: undefined, csi } },
      [],
    ],
    [
      'of what it is, and for whom',
      { spec: { ...spec, volumeMode: 'Block' } },
      { spec: { ...spec, nodeAffinity: affinity } },
      [
        'volumeMode: Invalid value: "Block": field is immutable',
        'nodeAffinity: Invalid value: null: field is immutable',
      ],
    ],
  ],
});
