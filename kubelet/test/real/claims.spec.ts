/** Volumes that outlive their pods. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/types.js';
import { events, nodes, persistentVolumeClaims, persistentVolumes, pods } from '../../../client/resources.js';
import { busybox, eventually, idle, nodeName, TestNode } from '../node.js';

describe('claims', function () {
  this.timeout(120_000);
  let node: TestNode;
  let dir: string;
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'okubelet-claims-'));
    node = await TestNode.start();
  });
  after(async () => {
    await node.remove();
    rmSync(dir, { recursive: true });
  });

  const claim = (name: string, more: Partial<PersistentVolumeClaim['metadata']> = {}): Promise<PersistentVolumeClaim> =>
    node.api.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: 'default', ...more },
      spec: {},
      status: { phase: 'Pending' },
    });
  /** What the binder does. */
  const bind = async ({ metadata }: PersistentVolumeClaim, spec: PersistentVolume['spec']): Promise<void> => {
    const name = `pv-${metadata.name}`;
    const claimRef = { uid: metadata.uid ?? '', name: metadata.name ?? '', namespace: 'default' };
    await node.api.create(persistentVolumes, {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: { claimRef, ...spec },
    });
    const bound = { spec: { volumeName: name }, status: { phase: 'Bound' } };
    await node.api.patch(persistentVolumeClaims, { namespace: 'default', name: metadata.name ?? '' }, 'merge', bound);
  };
  const uses = (claimName: string, readOnly = false) => [
    { name: 'data', persistentVolumeClaim: { claimName, readOnly } },
  ];
  const mounted = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };
  const eventOf = (pod: string, pattern: RegExp) =>
    eventually(
      `${pod} has an event like ${pattern}`,
      async () => (await node.api.list(events, { namespace: 'default' })).items,
      all => all.some(e => e.involvedObject.name === pod && pattern.test(`${e.reason}: ${e.message}`)),
    );
  /** Only there does the volume lie. */
  const here = () => ({
    required: {
      nodeSelectorTerms: [
        { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In' as const, values: [nodeName] }] },
      ],
    },
  });

  it('a pod waits for its claim, writes into it, and the next one finds what it wrote', async () => {
    await eventually(
      'the node is registered',
      () => node.api.get(nodes, { name: nodeName }).catch(() => undefined),
      found => found !== undefined,
    );
    const path = join(dir, 'kept');
    mkdirSync(path);
    writeFileSync(join(path, 'old'), 'before\n');
    const kept = await claim('kept');
    await node.create('writer', {
      securityContext: { runAsUser: 1000, fsGroup: 3000 },
      volumes: uses('kept'),
      containers: [busybox('c', `echo written >> /data/old; ${idle}`, mounted)],
    });
    await eventOf(
      'writer',
      /FailedMount: .*unmounted volumes=\[data\].*error processing PVC default\/kept: PVC is not/,
    );
    await bind(kept, { local: { path }, nodeAffinity: here() });
    await node.ready('writer');
    await eventually(
      'it has written',
      () => readFileSync(join(path, 'old'), 'utf8'),
      text => text === 'before\nwritten\n',
    );
    assert.equal(statSync(path).gid, 3000);
    await node.delete('writer');
    await node.gone('writer');
    assert.equal(readFileSync(join(path, 'old'), 'utf8'), 'before\nwritten\n');

    await node.create('reader', {
      volumes: uses('kept', true),
      containers: [
        busybox('c', idle, {
          env: [{ name: 'WHO', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        }),
      ],
    });
    const reader = await node.ready('reader');
    assert.equal(await node.exec(reader, ['cat', '/data/old']), 'before\nwritten\n');
    await assert.rejects(node.exec(reader, ['touch', '/data/new']), /Read-only file system/);
  });

  it('one that is made for its pod is taken from its own pod alone; subPathExpr names a part of it', async () => {
    const path = join(dir, 'own');
    const spec = {
      volumes: [{ name: 'data', ephemeral: { volumeClaimTemplate: { spec: {} } } }],
      containers: [
        busybox('c', `echo mine > /data/file; ${idle}`, {
          env: [{ name: 'WHO', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
          volumeMounts: [{ name: 'data', mountPath: '/data', subPathExpr: 'of-$(WHO)' }],
        }),
      ],
    };
    await node.create('nameless', {
      volumes: [{ name: 'data', emptyDir: {} }],
      containers: [
        busybox('c', idle, { volumeMounts: [{ name: 'data', mountPath: '/data', subPathExpr: 'of-$(NOBODY)' }] }),
      ],
    });
    await eventOf('nameless', /Failed: Error: missing value for NOBODY$/);
    await claim('stranger-data');
    await node.create('stranger', spec as never);
    await eventOf('stranger', /was not created for pod default\/stranger \(pod is not owner\)/);
    const { metadata } = await node.create('own', spec as never);
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'own', uid: metadata.uid ?? '', controller: true };
    await bind(await claim('own-data', { ownerReferences: [owner] }), {
      hostPath: { path, type: 'DirectoryOrCreate' },
    });
    await node.ready('own');
    await eventually(
      'it has written',
      () => existsSync(join(path, 'of-own/file')),
      there => there,
    );
  });

  it('what cannot be had here is said', async () => {
    const elsewhere = here();
    elsewhere.required.nodeSelectorTerms[0]?.matchExpressions.splice(0, 1, {
      key: 'kubernetes.io/hostname',
      operator: 'In',
      values: ['elsewhere'],
    });
    await bind(await claim('far'), { local: { path: dir }, nodeAffinity: elsewhere });
    await bind(await claim('absent'), { local: { path: join(dir, 'none') }, nodeAffinity: here() });
    await bind(await claim('remote'), {
      nfs: { server: '127.0.0.1', path: '/none' },
      mountOptions: ['soft', 'retry=0'],
    });
    for (const name of ['far', 'absent', 'remote'])
      await node.create(name, { volumes: uses(name), containers: [busybox('c', idle, mounted)] });
    await eventOf('far', /FailedMount: MountVolume.SetUp failed for volume "data" : .*no matching NodeSelectorTerms/);
    await eventOf('absent', /FailedMount: .* path ".*none" does not exist/);
    await eventOf('remote', /FailedMount: .*Command failed: mount -t nfs -o soft,retry=0 127\.0\.0\.1:\/none/);
    for (const name of ['far', 'absent', 'remote']) {
      assert.equal((await node.get(name)).status?.phase, 'Pending');
      await node.delete(name);
      await node.gone(name);
    }
    assert.equal(
      (await node.api.list(pods, { namespace: 'default' })).items.some(p => p.metadata.name === 'far'),
      false,
    );
  });
});
