/** Images that nothing uses, on a disk that is (as far as its limits say) too full. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { containerdPaths } from '../../containerd/start.js';
import { architecture } from '../../images/import.js';
import { buildImage } from '../../images/oci.js';
import { busybox, eventually, idle, TestNode } from '../node.js';

const spare = 'example.test/spare:1';

describe('an image that is not used', function () {
  this.timeout(120_000);
  let node: TestNode;
  before(async () => {
    node = await TestNode.start({
      images: { limits: { highPercent: 0, lowPercent: 0, leastAgeMs: 3000 }, lookMs: 200 },
    });
  });
  after(() => node.remove());

  it('is removed, and neither one that is in use nor one that was made here', async () => {
    importImage(node, spare);
    await node.create('uses', { containers: [busybox('c', idle, { image: spare })] });
    await node.ready('uses');
    importImage(node, 'example.test/unused:1');
    await eventually(
      'the unused one is gone',
      () => tags(node),
      all => !all.includes('example.test/unused:1'),
    );
    assert.deepEqual(await tags(node), [spare, 'orrery.local/busybox:1', 'orrery.local/pause:1']);
    await node.delete('uses');
    await node.gone('uses');
    await eventually(
      'the other one too',
      () => tags(node),
      all => !all.includes(spare),
    );
    assert.deepEqual(await tags(node), ['orrery.local/busybox:1', 'orrery.local/pause:1']);
  });
});

const tags = async (node: TestNode): Promise<string[]> =>
  (await node.cri.listImages()).flatMap(({ repoTags }) => repoTags).sort();

/** As `docker save` and `ctr images import` bring one: a busybox under another name, which is another image. */
function importImage(node: TestNode, name: string): void {
  const program = readFileSync('/bin/busybox');
  const { archive } = buildImage({
    name,
    architecture: architecture(),
    files: [
      { path: 'bin', type: 'directory', mode: 0o755 },
      { path: 'bin/busybox', type: 'file', mode: 0o755, content: program },
      { path: 'bin/sh', type: 'symlink', target: 'busybox' },
      { path: 'bin/sleep', type: 'symlink', target: 'busybox' },
    ],
    config: { Env: ['PATH=/bin', `NAME=${name}`] },
  });
  const file = join(node.dataDir, 'spare.tar');
  writeFileSync(file, archive);
  const { socket } = containerdPaths(node.dataDir);
  execFileSync('ctr', ['--address', socket, '--namespace', 'k8s.io', 'images', 'import', file]);
  rmSync(file);
}
