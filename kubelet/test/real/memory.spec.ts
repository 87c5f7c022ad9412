/** Containers that want more memory than they may have. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import type { Pod } from '../../../api/types.js';
import { busybox, idle, TestNode } from '../node.js';

const isV2 = existsSync('/sys/fs/cgroup/cgroup.controllers');

describe('memory', function () {
  this.timeout(120_000);
  let node: TestNode;
  before(async () => {
    node = await TestNode.start();
  });
  after(() => node.remove());

  const limited = (command: string) => busybox('c', command, { resources: { limits: { memory: '16Mi' } } });
  const end = ({ status }: Pod) => status?.containerStatuses?.[0]?.state?.terminated;

  it('beyond the limit ends a container, and its pod says why', async () => {
    await node.create('greedy', { restartPolicy: 'Never', containers: [limited('exec tail /dev/zero')] });
    const greedy = await node.until('greedy', 'over', pod => pod.status?.phase === 'Failed');
    assert.deepEqual([end(greedy)?.reason, end(greedy)?.exitCode], ['OOMKilled', 137]);
  });

  it('that one process has taken ends all of them in cgroup v2: half a container is of no use', async function () {
    if (!isV2) {
      console.log('      skipped: this machine has cgroup v1');
      this.skip();
    }
    await node.create('family', { restartPolicy: 'Never', containers: [limited(`tail /dev/zero & ${idle}`)] });
    const family = await node.until('family', 'over', pod => pod.status?.phase === 'Failed');
    assert.deepEqual([end(family)?.reason, end(family)?.exitCode], ['OOMKilled', 137]);
  });
});
