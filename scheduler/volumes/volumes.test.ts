import assert from 'node:assert/strict';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../api/types.js';
import { bindCompleted, selectedNodeAnnotation } from '../../api/volumes/claims.js';
import { checksFor } from '../checks.js';
import type { NodeState } from '../model/node-state.js';
import { defaultProfile } from '../profiles/profile.js';
import { isPlacement, schedule } from '../schedule.js';
import { clusterOf, info, nodeState, type PodWords } from '../testing/objects.js';
import { AssumedVolumes } from './assumed.js';
import type { VolumeObjects } from './objects.js';

interface Storage {
  claims?: PersistentVolumeClaim[];
  volumes?: PersistentVolume[];
  classes?: StorageClass[];
  csiNodes?: CSINode[];
  drivers?: CSIDriver[];
  capacities?: CSIStorageCapacity[];
}

const objects = ({
  claims = [],
  volumes = [],
  classes = [],
  csiNodes = [],
  drivers = [],
  capacities = [],
}: Storage) => {
  const named =
    <T extends { metadata: { name?: string } }>(list: T[]) =>
    (name: string): T | undefined =>
      list.find(({ metadata }) => metadata.name === name);
  return {
    claim: key => named(claims)(key.replace('default/', '')),
    volume: named(volumes),
    volumes: () => volumes,
    storageClass: named(classes),
    csiNode: named(csiNodes),
    csiDriver: named(drivers),
    capacities: name => capacities.filter(({ storageClassName }) => storageClassName === name),
  } satisfies VolumeObjects;
};

const claim = (
  name: string,
  size: string,
  more: object = {},
  annotations: Record<string, string> = {},
): PersistentVolumeClaim =>
  ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '1', annotations },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: size } },
      storageClassName: 'slow',
      ...more,
    },
  }) as PersistentVolumeClaim;
const bound = (name: string, volumeName: string, more: object = {}): PersistentVolumeClaim =>
  claim(name, '1Gi', { volumeName, ...more }, { [bindCompleted]: 'yes' });
const volume = (name: string, size: string, host?: string, more: object = {}): PersistentVolume =>
  ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, resourceVersion: '1' },
    spec: {
      capacity: { storage: size },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'slow',
      ...(host
        ? {
            nodeAffinity: {
              required: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: 'host', operator: 'In', values: [host] }] }],
              },
            },
          }
        : {}),
      ...more,
    },
  }) as PersistentVolume;
const storageClass = (more: object = {}): StorageClass => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'slow' },
  provisioner: 'kubernetes.io/no-provisioner',
  volumeBindingMode: 'WaitForFirstConsumer',
  ...more,
});
const driven = storageClass({ provisioner: 'csi.x' });

const using = (...claims: string[]): PodWords => ({
  name: 'p',
  volumes: claims.map(claimName => ({ name: claimName, persistentVolumeClaim: { claimName } })),
});
const nodes = (...standing: PodWords[]): NodeState[] => [
  nodeState({ name: 'a', labels: { host: 'a', 'topology.kubernetes.io/zone': 'z1' } }, standing),
  nodeState({ name: 'b', labels: { host: 'b', 'topology.kubernetes.io/zone': 'z2' } }),
];

/** 'a b': the nodes that will do; or the reasons, of each node once. */
function verdict(wanted: PodWords, storage: Storage, standing: PodWords[] = []): string {
  const view = clusterOf(nodes(...standing), {}, objects(storage));
  const checks = checksFor(info(wanted), view, defaultProfile);
  if (checks.everywhere) return checks.everywhere.reasons.join();
  const found = view.nodes().map(node => [node.name, checks.refuses(node)?.reasons] as const);
  const open = found.filter(([, reasons]) => !reasons).map(([name]) => name);
  return open.length > 0 ? open.join(' ') : [...new Set(found.flatMap(([, reasons]) => reasons ?? []))].join('; ');
}

describe("a pod's claims", () => {
  const wait = { classes: [storageClass()] };
  const provision = { classes: [driven] };
  const room = (largest: string): Storage => ({
    ...provision,
    claims: [claim('c', '5Gi')],
    drivers: [{ metadata: { name: 'csi.x' }, spec: { storageCapacity: true } } as CSIDriver],
    capacities: [
      {
        metadata: { name: 'x' },
        storageClassName: 'slow',
        maximumVolumeSize: largest,
        nodeTopology: { matchLabels: { host: 'b' } },
      } as unknown as CSIStorageCapacity,
    ],
  });
  const cases: [string, PodWords, Storage, string][] = [
    ['that is not there', using('c'), {}, 'persistentvolumeclaim "c" not found'],
    [
      'that waits for nobody and is not bound',
      using('c'),
      { claims: [claim('c', '1Gi')] },
      'pod has unbound immediate PersistentVolumeClaims',
    ],
    [
      'that goes away',
      using('c'),
      { claims: [{ ...claim('c', '1Gi'), metadata: { name: 'c', namespace: 'default', deletionTimestamp: 'now' } }] },
      'persistentvolumeclaim "c" is being deleted',
    ],
    [
      'of a volume that is no more',
      using('c'),
      { claims: [bound('c', 'v')] },
      'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)',
    ],
    [
      'bound to a volume of one node',
      using('c'),
      { claims: [bound('c', 'v')], volumes: [volume('v', '1Gi', 'b')] },
      'b',
    ],
    [
      'bound to a volume that no node reaches',
      using('c'),
      { claims: [bound('c', 'v')], volumes: [volume('v', '1Gi', 'x')] },
      'node(s) had volume node affinity conflict',
    ],
    [
      'that waits, where there is a volume',
      using('c'),
      { ...wait, claims: [claim('c', '1Gi')], volumes: [volume('v', '2Gi', 'b')] },
      'b',
    ],
    [
      'that waits, and all volumes are too small',
      using('c'),
      { ...wait, claims: [claim('c', '3Gi')], volumes: [volume('v', '2Gi')] },
      "node(s) didn't find available persistent volumes to bind",
    ],
    [
      'two claims want two volumes',
      using('c', 'd'),
      {
        ...wait,
        claims: [claim('c', '1Gi'), claim('d', '1Gi')],
        volumes: [volume('v', '2Gi', 'a'), volume('w', '2Gi', 'b'), volume('x', '2Gi', 'b')],
      },
      'b',
    ],
    [
      'a volume that is promised to another',
      using('c'),
      {
        ...wait,
        claims: [claim('c', '1Gi')],
        volumes: [volume('v', '2Gi', 'a', { claimRef: { name: 'o', namespace: 'default' } })],
      },
      "node(s) didn't find available persistent volumes to bind",
    ],
    [
      'a volume that is promised to it',
      using('c'),
      {
        ...wait,
        claims: [claim('c', '1Gi')],
        volumes: [volume('v', '2Gi', 'a', { claimRef: { name: 'c', namespace: 'default' } })],
      },
      'a',
    ],
    ['that can be made anywhere', using('c'), { ...provision, claims: [claim('c', '1Gi')] }, 'a b'],
    [
      'that can be made in some places',
      using('c'),
      {
        classes: [
          storageClass({
            provisioner: 'csi.x',
            allowedTopologies: [{ matchLabelExpressions: [{ key: 'host', values: ['b', 'c'] }] }],
          }),
        ],
        claims: [claim('c', '1Gi')],
      },
      'b',
    ],
    [
      'that is being made for a node',
      using('c'),
      { ...provision, claims: [claim('c', '1Gi', {}, { [selectedNodeAnnotation]: 'a' })] },
      'a',
    ],
    ['where the driver has room', using('c'), room('9Gi'), 'b'],
    ['where the driver has no room', using('c'), room('4Gi'), 'node(s) did not have enough free storage'],
    [
      'an ephemeral volume whose claim is not made yet',
      { name: 'p', volumes: [{ name: 'v', ephemeral: {} }] },
      {},
      'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-v"',
    ],
    [
      "an ephemeral volume whose claim is somebody else's",
      { name: 'p', volumes: [{ name: 'v', ephemeral: {} }] },
      { claims: [bound('p-v', 'v')], volumes: [volume('v', '1Gi')] },
      'PVC "default/p-v" was not created for pod "default/p" (pod is not owner)',
    ],
    [
      'a volume of a zone',
      using('c'),
      {
        claims: [bound('c', 'v')],
        volumes: [
          {
            ...volume('v', '1Gi'),
            metadata: { name: 'v', labels: { 'failure-domain.beta.kubernetes.io/zone': 'z2__z3' } },
          },
        ],
      },
      'b',
    ],
  ];
  for (const [what, wanted, storage, expected] of cases)
    it(what, () => assert.equal(verdict(wanted, storage), expected));

  it('a node takes so many volumes of a driver, those that pods share once', () => {
    const csi = (handle: string) => ({ csi: { driver: 'csi.x', volumeHandle: handle } });
    const storage: Storage = {
      claims: [bound('c', 'v'), bound('d', 'w')],
      volumes: [volume('v', '1Gi', undefined, csi('1')), volume('w', '1Gi', undefined, csi('2'))],
      csiNodes: ['a', 'b'].map(
        name =>
          ({
            metadata: { name },
            spec: { drivers: [{ name: 'csi.x', nodeID: name, allocatable: { count: 1 } }] },
          }) as CSINode,
      ),
    };
    assert.equal(verdict(using('c'), storage, [{ ...using('d'), name: 'q' }]), 'b');
    assert.equal(verdict(using('d'), storage, [{ ...using('d'), name: 'q' }]), 'a b');
    assert.equal(verdict(using('c', 'd'), storage), 'node(s) exceed max volume count');
  });

  it('ReadWriteOncePod is for one pod of the whole cluster; a disk of an old kind for one of a node', () => {
    const storage = { claims: [bound('c', 'v', { accessModes: ['ReadWriteOncePod'] })], volumes: [volume('v', '1Gi')] };
    assert.match(verdict(using('c'), storage, [{ ...using('c'), name: 'q' }]), /ReadWriteOncePod access mode$/);
    assert.equal(verdict(using('c'), storage), 'a b');
    const disk = (readOnly: boolean): PodWords => ({
      volumes: [{ name: 'd', gcePersistentDisk: { pdName: 'x', readOnly } }],
    });
    assert.equal(verdict(disk(false), {}, [{ ...disk(true), name: 'q' }]), 'b');
    assert.equal(verdict(disk(true), {}, [{ ...disk(true), name: 'q' }]), 'a b');
  });

  it('the smallest volume that will do is chosen, and is not given away again before the server shows it', () => {
    const shown = objects({
      ...wait,
      claims: [claim('c', '1Gi'), claim('d', '1Gi')],
      volumes: [volume('large', '9Gi', 'a'), volume('small', '2Gi', 'a')],
    });
    const assumed = new AssumedVolumes(shown);
    const view = clusterOf(nodes(), {}, assumed);
    const chosen = ['c', 'd'].map(name => {
      const plan = schedule(info(using(name)), view, defaultProfile, { random: () => 0 });
      assert.ok(isPlacement(plan) && plan.volumes);
      const [write] = assumed.assume(plan.volumes, plan.node);
      return [plan.node, write?.metadata.name, (write as PersistentVolume).spec?.claimRef?.name];
    });
    assert.deepEqual(chosen, [
      ['a', 'small', 'c'],
      ['a', 'large', 'd'],
    ]);
  });
});
