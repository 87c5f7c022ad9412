/** Volumes that are images, from Debian's docker-registry. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Container, Pod, PodSpec, Volume } from '../../../api/types.js';
import { events } from '../../../client/resources.js';
import { architecture } from '../../images/import.js';
import { busyboxImage } from '../../images/local.js';
import type { ImageRecipe } from '../../images/oci.js';
import type { TarEntry } from '../../images/tar.js';
import { mountsBelow } from '../../volumes/mounts.js';
import { busybox, eventually, idle, TestNode } from '../node.js';
import { ctr, Registry, registryProgram } from '../registry.js';

describe('a volume that is an image', function () {
  this.timeout(120_000);
  let node: TestNode;
  let registry: Registry | undefined;
  before(async function () {
    const program = registryProgram();
    if (!program) {
      console.log("      skipped: no docker-registry; install Debian's package docker-registry");
      this.skip();
    }
    // What nobody uses goes at once.
    node = await TestNode.start({
      images: { limits: { highPercent: 0, lowPercent: 0, leastAgeMs: 3000 }, lookMs: 200 },
    });
    registry = await Registry.start(program, 5003, false);
    registry.pushImage(node, layered(`${registry.host}/data:1`, 'first'));
  });
  after(async () => {
    await registry?.stop();
    await node?.remove();
  });

  const image = (reference: string, pullPolicy?: string): Volume => ({
    name: 'files',
    image: { reference: `${registry?.host}/${reference}`, ...(pullPolicy === undefined ? {} : { pullPolicy }) },
  });
  const mounts = (...parts: string[]): Pick<Container, 'volumeMounts'> => ({
    volumeMounts: [
      { name: 'files', mountPath: '/all' },
      ...parts.map(subPath => ({ name: 'files', mountPath: `/part/${subPath}`, subPath })),
    ],
  });
  const create = (name: string, volume: Volume, more: Partial<PodSpec> = {}): Promise<Pod> =>
    node.create(name, { volumes: [volume], containers: [busybox('c', idle, mounts())], ...more });
  const told = (name: string, pattern: RegExp) =>
    eventually(
      `there is an event of ${name} like ${pattern}`,
      async () => {
        const { items } = await node.api.list(events, { namespace: 'default' });
        return items.filter(e => e.involvedObject.name === name).map(e => `${e.reason}: ${e.message}`);
      },
      all => all.some(text => pattern.test(text)),
    );
  const waits = (name: string, reason: string) =>
    node.until(name, reason, p => p.status?.containerStatuses?.[0]?.state?.waiting?.reason === reason);
  const views = (): string[] =>
    ctr(node, 'snapshots', 'ls')
      .split('\n')
      .filter(line => line.trim().endsWith('View'));
  const end = async (name: string): Promise<void> => {
    await node.delete(name);
    await node.gone(name);
  };

  it('shows all of its files, or a part of them; nobody writes to them or runs them', async () => {
    await create('reader', image('data:1'), {
      securityContext: { fsGroup: 4000 },
      initContainers: [busybox('first', 'cat /all/read-me', mounts())],
      containers: [busybox('c', idle, mounts('folder', 'read-me')), busybox('other', idle, mounts())],
    });
    const pod = await node.ready('reader');
    await told('reader', /^Pulling: Pulling image "127\.0\.0\.1:5003\/data:1"$/);
    await told('reader', /^Pulled: Successfully pulled image "127\.0\.0\.1:5003\/data:1" in /);
    const see = (...command: string[]) => node.exec(pod, command, 'c');
    assert.deepEqual((await see('ls', '/all')).split('\n').filter(Boolean), ['folder', 'program', 'read-me']);
    assert.equal(await see('cat', '/all/folder/kept'), 'of the layer below');
    assert.deepEqual((await see('ls', '/all/folder')).trim(), 'kept', 'the upper layer has removed the other file');
    assert.equal(await node.exec(pod, ['cat', '/all/read-me'], 'other'), 'first');
    assert.equal(await see('cat', '/part/folder/kept', '/part/read-me'), 'of the layer belowfirst');
    for (const path of ['/all/new', '/all/read-me', '/part/folder/new'])
      await assert.rejects(see('touch', path), /Read-only file system/);
    for (const path of ['/all/program', '/part/folder/../../all/program'])
      await assert.rejects(see(path), /[Pp]ermission denied/);
    assert.match(await see('stat', '-c', '%g', '/all/read-me'), /^0$/m, 'fsGroup has no effect');
    assert.equal(views().length, 1);
  });

  it('is kept from garbage collection while it is mounted, and stays as it is when its tag moves on', async () => {
    assert.ok(registry);
    const { metadata } = await node.get('reader');
    const held = readFileSync(join(node.dataDir, 'pods', metadata.uid ?? '', 'images/files/id'), 'utf8');
    registry.pushImage(node, layered(`${registry.host}/data:1`, 'second'));
    await node.stopKubelet();
    await node.startKubelet();
    const before = await node.get('reader');
    process.kill(node.pidOfTask(idOf(before, 'c')), 'SIGKILL');
    await node.until('reader', 'restarted', pod => idOf(pod, 'c') !== idOf(before, 'c'));
    const after = await node.ready('reader');
    assert.equal(await node.exec(after, ['cat', '/all/read-me'], 'c'), 'first');
    for (const { volumeMounts = [] } of after.status?.containerStatuses ?? [])
      for (const { volumeStatus } of volumeMounts) assert.deepEqual(volumeStatus, { image: { imageRef: held } });
    assert.ok((await images()).includes(held));
    await create('newer', image('data:1', 'Always'));
    assert.equal(await node.exec(await node.ready('newer'), ['cat', '/all/read-me']), 'second');
    assert.equal(views().length, 2);
    await end('reader');
    await end('newer');
    assert.deepEqual(views(), []);
    assert.deepEqual(await mountsBelow(join(node.dataDir, 'pods')), []);
    await eventually('the image is gone', images, all => !all.includes(held));
  });
  const images = async (): Promise<string[]> => (await node.cri.listImages()).map(({ id }) => id);

  it('that cannot be had holds the containers up that mount it', async () => {
    await create('missing', image('nothing:1'), {
      containers: [busybox('c', idle, mounts()), busybox('free', idle)],
    });
    const pod = await waits('missing', 'ImagePullBackOff');
    assert.match(
      pod.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '',
      /^Back-off pulling image "127\.0\.0\.1:5003\/nothing:1": ErrImagePull: /,
    );
    await told('missing', /^Failed: Failed to pull image "127\.0\.0\.1:5003\/nothing:1": .*not found/);
    await node.until('missing', 'running beside', p => p.status?.containerStatuses?.[1]?.state?.running !== undefined);
    await create('never', image('nothing:2', 'Never'));
    await waits('never', 'ErrImageNeverPull');
    await create('partless', image('data:1'), { containers: [busybox('c', idle, mounts('nowhere/at/all'))] });
    const partless = await waits('partless', 'CreateContainerConfigError');
    assert.match(
      partless.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '',
      /subPath "nowhere\/at\/all" does not exist in the volume, which is read-only/,
    );
    await Promise.all(['missing', 'never', 'partless'].map(end));
    assert.deepEqual(views(), []);
  });

  it('goes with its pod, whatever became of the kubelet meanwhile', async () => {
    await create('left', image('data:1'));
    const pod = await node.ready('left');
    await node.stopKubelet();
    await node.delete('left', 0);
    const uid = pod.metadata.uid ?? '';
    assert.equal(views().length, 1);
    await node.startKubelet();
    await eventually('its view is gone', views, all => all.length === 0);
    await eventually(
      'its folder is gone',
      () => readdirSync(join(node.dataDir, 'pods')),
      all => !all.includes(uid),
    );
  });

  it('of a single layer, made on this machine, is as safe', async () => {
    await create('single', { name: 'files', image: { reference: busyboxImage } });
    const pod = await node.ready('single');
    assert.match(await node.exec(pod, ['ls', '/all/bin']), /^busybox$/m);
    await assert.rejects(node.exec(pod, ['/all/bin/busybox', 'true']), /[Pp]ermission denied/);
    await assert.rejects(node.exec(pod, ['touch', '/all/new']), /Read-only file system/);
    await end('single');
  });

  it('with sixty layers, whose paths are more than a mount takes, is mounted like any other', async () => {
    assert.ok(registry);
    const above = Array.from({ length: 60 }, (_, n): TarEntry[] => [text(`layer-${n}`, String(n))]);
    registry.pushImage(node, { ...layered(`${registry.host}/deep:1`, 'deep'), above });
    assert.match((await node.cri.statusInfo()).config ?? '', /"snapshotter":"overlayfs"/, 'where its layers are');
    await create('deep', image('deep:1'));
    const pod = await node.ready('deep');
    assert.equal(await node.exec(pod, ['sh', '-c', 'cat /all/layer-59 /all/read-me; ls /all | wc -l']), '59deep63\n');
    assert.match(readFileSync(`/proc/${node.pidOfTask(idOf(pod, 'c'))}/mounts`, 'utf8'), / \/all overlay ro,.*noexec/);
    await end('deep');
  });
});

const idOf = (pod: Pod, container: string): string =>
  pod.status?.containerStatuses?.find(({ name }) => name === container)?.containerID?.split('://')[1] ?? '';

const text = (path: string, content: string, mode = 0o644): TarEntry => ({
  path,
  type: 'file',
  mode,
  content: Buffer.from(content),
});

/** Two layers, of which the upper one takes something of the lower one away. */
const layered = (name: string, content: string): ImageRecipe => ({
  name,
  architecture: architecture(),
  files: [
    { path: 'folder', type: 'directory', mode: 0o755 },
    text('folder/kept', 'of the layer below'),
    text('folder/removed', 'not to be seen'),
    text('program', '#!/bin/sh\necho it runs\n', 0o755),
    text('read-me', content),
  ],
  above: [[text('folder/.wh.removed', '')]],
  config: {},
});
