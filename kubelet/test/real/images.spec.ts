/** Images that nothing uses, on a disk that is (as far as its limits say) too full. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { busybox, eventually, idle, TestNode } from '../node.js';
import { importBusybox } from '../registry.js';

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
    importBusybox(node, spare);
    await node.create('uses', { containers: [busybox('c', idle, { image: spare })] });
    await node.ready('uses');
    importBusybox(node, 'example.test/unused:1');
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
