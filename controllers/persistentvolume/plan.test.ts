import assert from 'node:assert/strict';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types.js';
import { boundTo, planForClaim, promisedTo } from './claim-plan.js';
import { folderFor, localFolder } from './local-folder.js';
import { planForVolume } from './volume-plan.js';

const claim = (spec: object = {}, annotations: Record<string, string> = {}): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'default', uid: 'uid-of-data', annotations },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } }, ...spec },
});
const volume = (name: string, spec: object = {}, annotations: Record<string, string> = {}): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name, annotations },
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '5Gi' }, ...spec },
});
const storageClass = (name: string, more: Partial<StorageClass> = {}): StorageClass => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name },
  provisioner: localFolder,
  ...more,
});
const mine = { name: 'data', namespace: 'default' };
const bound = { 'pv.kubernetes.io/bind-completed': 'yes' };
const lazy = storageClass('lazy', { volumeBindingMode: 'WaitForFirstConsumer' });
const selected = { 'volume.kubernetes.io/selected-node': 'n1' };

describe('what becomes of a claim', () => {
  const said = (of: PersistentVolumeClaim, volumes: PersistentVolume[], waiting: string[] = []): string => {
    const plan = planForClaim(of, {
      volumes,
      volume: name => volumes.find(({ metadata }) => metadata.name === name),
      storageClass: name => [lazy, storageClass('eager')].find(({ metadata }) => metadata.name === name),
      waiting,
    });
    switch (plan.do) {
      case 'bind':
        return `bind ${plan.volume.metadata.name}`;
      case 'provision':
        return `provision ${plan.storageClass.metadata.name}`;
      default:
        return `${plan.do} ${plan.news?.reason ?? ''}`.trim();
    }
  };
  const table: [string, PersistentVolumeClaim, PersistentVolume[], string][] = [
    ['nothing there, and no class', claim(), [], 'wait FailedBinding'],
    ['the smallest that will do', claim(), [volume('a'), volume('b', { capacity: { storage: '3Gi' } })], 'bind b'],
    ['none that is too small', claim(), [volume('a', { capacity: { storage: '1Gi' } })], 'wait FailedBinding'],
    ['none of another class', claim(), [volume('a', { storageClassName: 'x' })], 'wait FailedBinding'],
    ['none that can do less', claim({ accessModes: ['ReadWriteMany'] }), [volume('a')], 'wait FailedBinding'],
    ['none that is taken', claim(), [volume('a', { claimRef: { ...mine, name: 'other' } })], 'wait FailedBinding'],
    ['the one that is promised to it', claim(), [volume('a'), volume('b', { claimRef: mine })], 'bind b'],
    [
      'not one that was promised to its forerunner',
      claim(),
      [volume('b', { claimRef: { ...mine, uid: 'old' } })],
      'wait FailedBinding',
    ],
    ['the one that it names', claim({ volumeName: 'b' }), [volume('a'), volume('b')], 'bind b'],
    ['waits for the one that it names', claim({ volumeName: 'c' }), [volume('a')], 'wait'],
    [
      'not if that is too small',
      claim({ volumeName: 'a' }),
      [volume('a', { capacity: { storage: '1' } })],
      'wait VolumeMismatch',
    ],
    [
      'not if that is another’s',
      claim({ volumeName: 'a' }),
      [volume('a', { claimRef: { ...mine, name: 'x' } })],
      'wait FailedBinding',
    ],
    ['one is made at once', claim({ storageClassName: 'eager' }), [], 'provision eager'],
    ['a class that there is not', claim({ storageClassName: 'none' }), [], 'wait ProvisioningFailed'],
    [
      'with its first pod',
      claim({ storageClassName: 'lazy' }),
      [volume('a', { storageClassName: 'lazy' })],
      'wait WaitForFirstConsumer',
    ],
    ['once that has a node', claim({ storageClassName: 'lazy' }, selected), [], 'provision lazy'],
    [
      'what the scheduler chose',
      claim({ storageClassName: 'lazy' }),
      [volume('a', { storageClassName: 'lazy', claimRef: mine })],
      'bind a',
    ],
    [
      'bound, again',
      claim({ volumeName: 'a' }, bound),
      [volume('a', { claimRef: { ...mine, uid: 'uid-of-data' } })],
      'bind a',
    ],
    ['lost with its volume', claim({ volumeName: 'a' }, bound), [], 'lose ClaimLost'],
    [
      'lost to another',
      claim({ volumeName: 'a' }, bound),
      [volume('a', { claimRef: { ...mine, uid: 'x' } })],
      'lose ClaimMisbound',
    ],
  ];
  for (const [what, of, volumes, expected] of table) it(what, () => assert.equal(said(of, volumes), expected));

  it('tells for which pods it waits', () => {
    assert.equal(said(claim({ storageClassName: 'lazy' }), [], ['web']), 'wait WaitForPodScheduled');
  });

  it('both sides name each other, and who chose', () => {
    const taken = promisedTo(volume('a'), claim());
    assert.equal(taken.spec?.claimRef?.uid, 'uid-of-data');
    assert.equal(taken.metadata.annotations?.['pv.kubernetes.io/bound-by-controller'], 'yes');
    const has = boundTo(claim(), taken);
    assert.equal(has.spec?.volumeName, 'a');
    assert.deepEqual(Object.keys(has.metadata.annotations ?? {}).sort(), [
      'pv.kubernetes.io/bind-completed',
      'pv.kubernetes.io/bound-by-controller',
    ]);
    assert.equal(promisedTo(taken, claim()), taken);
    assert.equal(boundTo(has, taken), has);
    assert.deepEqual(promisedTo(volume('a', { claimRef: mine }), claim()).metadata.annotations, {});
  });
});

describe('what becomes of a volume', () => {
  const whole = { ...mine, uid: 'uid-of-data' };
  const made = { 'pv.kubernetes.io/provisioned-by': 'x' };
  const said = (of: PersistentVolume, its?: PersistentVolumeClaim): string => {
    const plan = planForVolume(of, its);
    return plan.do === 'phase' ? plan.phase : plan.do;
  };
  const table: [string, PersistentVolume, PersistentVolumeClaim | undefined, string][] = [
    ['on offer', volume('a'), undefined, 'Available'],
    ['on offer to one', volume('a', { claimRef: mine }), claim(), 'Available'],
    ['bound', volume('a', { claimRef: whole }), claim({ volumeName: 'a' }), 'Bound'],
    ['about to be', volume('a', { claimRef: whole }), claim(), 'leave'],
    ['left alone', volume('a', { claimRef: whole }), undefined, 'reclaim'],
    ['left alone by the one before', volume('a', { claimRef: { ...mine, uid: 'old' } }), claim(), 'reclaim'],
    ['not needed', volume('a', { claimRef: whole }), claim({ volumeName: 'b' }), 'offer'],
    [
      'made, and not needed',
      volume('a', { claimRef: whole, persistentVolumeReclaimPolicy: 'Delete' }, made),
      claim({ volumeName: 'b' }),
      'reclaim',
    ],
  ];
  for (const [what, of, its, expected] of table) it(what, () => assert.equal(said(of, its), expected));
});

describe('a local folder', () => {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', labels: { 'kubernetes.io/hostname': 'h1' } } };
  const of = storageClass('local', { parameters: { path: '/data/local-volumes/' } });

  it('is under the path of its class, on the node of the first pod', () => {
    const made = folderFor(claim({}, selected), of, node);
    assert.ok(typeof made !== 'string');
    assert.deepEqual(made.spec?.hostPath, { path: '/data/local-volumes/pvc-uid-of-data', type: 'DirectoryOrCreate' });
    assert.deepEqual(made.spec?.nodeAffinity?.required?.nodeSelectorTerms, [
      { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['h1'] }] },
    ]);
    assert.equal(made.spec?.claimRef?.uid, 'uid-of-data');
    assert.equal(made.spec?.persistentVolumeReclaimPolicy, 'Delete');
  });

  const refusals: [string, PersistentVolumeClaim, StorageClass, RegExp][] = [
    ['without a node', claim(), of, /needs volumeBindingMode WaitForFirstConsumer/],
    ['without a path', claim({}, selected), storageClass('local'), /needs the parameter path/],
    [
      'for many nodes',
      claim({ accessModes: ['ReadWriteMany'] }, selected),
      of,
      /no volumes of access mode ReadWriteMany/,
    ],
    ['as a device', claim({ volumeMode: 'Block' }, selected), of, /no volumes of mode Block/],
    ['from a snapshot', claim({ dataSource: { kind: 'X', name: 'x' } }, selected), of, /empty volumes only/],
  ];
  for (const [what, wanted, by, expected] of refusals) {
    it(`is not made ${what}`, () => {
      const made = folderFor(wanted, by, node);
      assert.ok(typeof made === 'string');
      assert.match(made, expected);
    });
  }
});
