import assert from 'node:assert/strict';
import { judgesRow, made, messages } from '../../testing/rows.js';
import { csiDriverRow } from './csidriver.js';
import { csiNodeRow } from './csinode.js';
import { csiStorageCapacityRow } from './csistoragecapacity.js';
import { storageClassRow } from './storageclass.js';
import { volumeAttachmentRow } from './volumeattachment.js';
import { volumeAttributesClassRow } from './volumeattributesclass.js';

const provisioner = 'example.com/disk';
const zone = (...values: string[]) => ({ matchLabelExpressions: [{ key: 'zone', values }] });

judgesRow(storageClassRow, {
  defaults: [['nothing', {}, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }]],
  columns: [
    ['an ordinary one', { provisioner }, 'x | example.com/disk | Delete | Immediate | false | 60s'],
    [
      'the default one',
      {
        metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
        provisioner,
        allowVolumeExpansion: true,
      },
      'x (default) | example.com/disk | Delete | Immediate | true | 60s',
    ],
  ],
  validation: [
    ['parameters and places', { provisioner, parameters: { a: 'b' }, allowedTopologies: [zone('a', 'b')] }, []],
    ['no provisioner', {}, ['provisioner: Required value']],
    [
      'a parameter without a name',
      { provisioner, parameters: { '': 'b' } },
      ['parameters: Invalid value: "": field can not be empty.'],
    ],
    [
      'too many parameters',
      { provisioner, parameters: Object.fromEntries(Array.from({ length: 513 }, (_, i) => [`p${i}`, ''])) },
      ['parameters: Too many: 513: must have at most 512 entries'],
    ],
    [
      'parameters that are too long',
      { provisioner, parameters: { a: 'x'.repeat(256 * 1024) } },
      ['parameters: Too long: may not be more than 262144 bytes'],
    ],
    [
      'a policy of volumes that have been made otherwise',
      { provisioner, reclaimPolicy: 'Recycle' },
      ['reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"'],
    ],
    [
      'a mode that there is not',
      { provisioner, volumeBindingMode: 'Later' },
      ['volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"'],
    ],
    [
      'the same place twice',
      { provisioner, allowedTopologies: [zone('a', 'b'), zone('b', 'a')] },
      ['allowedTopologies[1].matchLabelExpressions: Duplicate value: ""'],
    ],
    [
      'a key twice, and no values',
      { provisioner, allowedTopologies: [{ matchLabelExpressions: [{ key: 'a', values: ['b', 'b'] }, { key: 'a' }] }] },
      [
        'allowedTopologies[0].matchLabelExpressions[0].values[1]: Duplicate value: "b"',
        'allowedTopologies[0].matchLabelExpressions[1].values: Required value',
        'allowedTopologies[0].matchLabelExpressions[1].key: Duplicate value: "a"',
      ],
    ],
  ],
  updates: [
    ['of what may grow', { provisioner, allowVolumeExpansion: true }, { provisioner }, []],
    [
      'of how volumes are made',
      {
        provisioner: 'a.b/c',
        parameters: { a: '1' },
        reclaimPolicy: 'Retain',
        volumeBindingMode: 'WaitForFirstConsumer',
      },
      { provisioner },
      [
        'parameters: Forbidden: updates to parameters are forbidden.',
        'provisioner: Forbidden: updates to provisioner are forbidden.',
        'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.',
        'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
      ],
    ],
  ],
});

const attachment = (fields: object) => ({ spec: { attacher: 'example.com', nodeName: 'n', ...fields } });
const csi = { driver: 'example.com', volumeHandle: 'v' };

judgesRow(volumeAttachmentRow, {
  columns: [
    ['one under way', attachment({ source: { persistentVolumeName: 'pv' } }), 'x | example.com | pv | n | false | 60s'],
  ],
  validation: [
    ['a volume', attachment({ source: { persistentVolumeName: 'pv' } }), []],
    ['a volume of its own', attachment({ source: { inlineVolumeSpec: { accessModes: ['ReadWriteOnce'], csi } } }), []],
    [
      'no volume',
      attachment({ source: {} }),
      ['spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName'],
    ],
    [
      'two volumes',
      attachment({ source: { persistentVolumeName: 'pv', inlineVolumeSpec: {} } }),
      ['spec.source: Forbidden: must specify exactly one of inlineVolumeSpec and persistentVolumeName'],
    ],
    [
      'a volume of its own with a size, for nobody',
      attachment({ source: { inlineVolumeSpec: { capacity: { storage: '1Gi' } } } }),
      [
        'spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes',
        'spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes',
        'spec.source.inlineVolumeSpec.accessModes: Required value',
      ],
    ],
    [
      'no driver',
      { spec: { nodeName: 'n', source: { persistentVolumeName: 'pv' } } },
      ['spec.attacher: Required value'],
    ],
  ],
  updates: [
    [
      'of the node',
      { spec: { attacher: 'a', nodeName: 'm', source: { persistentVolumeName: 'pv' } } },
      { spec: { attacher: 'a', nodeName: 'n', source: { persistentVolumeName: 'pv' } } },
      [
        'spec: Invalid value: {"attacher":"a","nodeName":"m","source":{"persistentVolumeName":"pv"}}: field is immutable',
      ],
    ],
  ],
});

describe('the status of a VolumeAttachment', () => {
  it('is not for its creator, and has a limit', () => {
    const object = made(volumeAttachmentRow, { ...attachment({}), status: { attached: true } });
    volumeAttachmentRow.prepareCreate?.(object);
    assert.deepEqual(object.status, { attached: false });
    const long = made(volumeAttachmentRow, {
      ...attachment({ source: { persistentVolumeName: 'pv' } }),
      status: { attached: false, attachError: { message: 'x'.repeat(1025) } },
    });
    assert.deepEqual(messages(volumeAttachmentRow.validate?.(long)), [
      'status.attachError.message: Too long: may not be more than 1024 bytes',
    ]);
  });
});

judgesRow(csiDriverRow, {
  defaults: [
    [
      'nothing',
      {},
      {
        spec: {
          attachRequired: true,
          podInfoOnMount: false,
          storageCapacity: false,
          fsGroupPolicy: 'ReadWriteOnceWithFSType',
          requiresRepublish: false,
          seLinuxMount: false,
          volumeLifecycleModes: ['Persistent'],
        },
      },
    ],
  ],
  columns: [
    ['a driver', {}, 'x | true | false | false | <unset> | false | Persistent | 60s'],
    [
      'one that asks for tokens',
      { spec: { tokenRequests: [{ audience: 'a' }, { audience: 'b' }] } },
      'x | true | false | false | a,b | false | Persistent | 60s',
    ],
  ],
  validation: [
    ['nothing to say', {}, []],
    [
      'everything wrong',
      {
        spec: {
          fsGroupPolicy: 'Any',
          volumeLifecycleModes: ['Always'],
          tokenRequests: [
            { audience: 'a', expirationSeconds: 599 },
            { audience: 'a' },
            { audience: 'b', expirationSeconds: 2 ** 32 + 1 },
          ],
          nodeAllocatableUpdatePeriodSeconds: 9,
        },
      },
      [
        'spec.fsGroupPolicy: Unsupported value: "Any": supported values: "File", "None", "ReadWriteOnceWithFSType"',
        'spec.tokenRequests[0].expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
        'spec.tokenRequests[1].audience: Duplicate value: "a"',
        'spec.tokenRequests[2].expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
        'spec.volumeLifecycleModes: Unsupported value: "Always": supported values: "Persistent", "Ephemeral"',
        'spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 9: must be greater than or equal to 10 seconds',
      ],
    ],
  ],
  updates: [
    ['of what pods are told', { spec: { podInfoOnMount: true } }, {}, []],
    [
      'of how volumes are attached',
      { spec: { attachRequired: false } },
      {},
      ['spec.attachedRequired: Invalid value: false: field is immutable'],
    ],
  ],
});

const driver = (fields: object = {}) => ({ name: 'example.com', nodeID: 'n1', ...fields });

judgesRow(csiNodeRow, {
  defaults: [['nothing', {}, { spec: { drivers: [] } }]],
  columns: [['a node with a driver', { spec: { drivers: [driver()] } }, 'x | 1 | 60s']],
  validation: [
    ['a driver', { spec: { drivers: [driver({ topologyKeys: ['zone'], allocatable: { count: 4 } })] } }, []],
    [
      'a driver twice, and half of one',
      { spec: { drivers: [driver(), driver({ nodeID: '', allocatable: { count: -1 }, topologyKeys: ['a', 'a'] })] } },
      [
        'spec.drivers[1].nodeID: Required value',
        'spec.drivers[1].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
        'spec.drivers[1]: Duplicate value: "a"',
        'spec.drivers[1].name: Duplicate value: "example.com"',
      ],
    ],
  ],
  updates: [
    [
      'of how much there is room for',
      { spec: { drivers: [driver({ allocatable: { count: 5 } })] } },
      { spec: { drivers: [driver({ allocatable: { count: 4 } })] } },
      [],
    ],
    [
      'of who a driver is',
      { spec: { drivers: [driver({ nodeID: 'n2' })] } },
      { spec: { drivers: [driver()] } },
      ['CSINodeDriver: Invalid value: {"name":"example.com","nodeID":"n2"}: field is immutable'],
    ],
  ],
});

judgesRow(csiStorageCapacityRow, {
  columns: [
    ['an amount', { storageClassName: 'fast', capacity: '1Gi' }, 'x | fast | 1Gi'],
    ['nobody knows how much', { storageClassName: 'fast' }, 'x | fast | <unset>'],
  ],
  validation: [
    ['a place', { storageClassName: 'fast', nodeTopology: { matchLabels: { zone: 'a' } } }, []],
    [
      'less than nothing',
      { storageClassName: 'fast', capacity: '-1' },
      ['capacity: Invalid value: "-1": must be greater than or equal to 0'],
    ],
  ],
  updates: [
    ['of the amount', { storageClassName: 'a', capacity: '1' }, { storageClassName: 'a', capacity: '2' }, []],
    [
      'of the class',
      { storageClassName: 'a' },
      { storageClassName: 'b' },
      ['storageClassName: Invalid value: "a": field is immutable'],
    ],
  ],
});

judgesRow(volumeAttributesClassRow, {
  columns: [['a class', { driverName: 'example.com' }, 'x | example.com | 60s']],
  validation: [
    ['parameters', { driverName: 'example.com', parameters: { iops: '1000' } }, []],
    [
      'none',
      {},
      ['driverName: Required value', 'parameters: Required value: must contain at least one key/value pair'],
    ],
  ],
  updates: [
    [
      'of its parameters',
      { driverName: 'a', parameters: { a: '1' } },
      { driverName: 'a', parameters: { a: '2' } },
      ['parameters: Forbidden: updates to parameters are forbidden.'],
    ],
  ],
});
