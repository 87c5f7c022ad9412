/** Requests and limits, as the kernel has them. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { endOf, idle, isReady, type Part, pod, shell } from './scene.js';

const v2 = existsSync('/sys/fs/cgroup/cgroup.controllers');

/** Seen from inside, where the container's own group is the root. */
const settings: [what: string, v1: string, v2: string, v1Value: string, v2Value: RegExp][] = [
  ['memory limit', 'memory/memory.limit_in_bytes', 'memory.max', '33554432', /^33554432$/],
  ['cpu limit', 'cpu/cpu.cfs_quota_us', 'cpu.max', '25000', /^25000 100000$/],
  // runc makes more of few shares from 1.3.2 on.
  ['cpu request', 'cpu/cpu.shares', 'cpu.weight', '102', /^(4|17)$/],
];

export const limits: Part = {
  objects: [
    pod('limited', shell(idle, { resources: { limits: { cpu: '250m', memory: '32Mi' }, requests: { cpu: '100m' } } })),
    pod('greedy', {
      restartPolicy: 'Never',
      containers: [shell('tail /dev/zero', { resources: { limits: { memory: '16Mi' } } })],
    }),
  ],

  tests(scene) {
    it('limits and requests are in the cgroup of the container', async () => {
      await scene().pods.until('limited', 'ready', isReady);
      for (const [what, one, two, oneValue, twoValue] of settings) {
        const text = await scene().kubectl('exec', 'limited', '--', 'cat', `/sys/fs/cgroup/${v2 ? two : one}`);
        if (v2) assert.match(text.trim(), twoValue, what);
        else assert.equal(text.trim(), oneValue, what);
      }
    });

    it('a container that takes more memory than it may is OOMKilled, with exit code 137', async () => {
      const killed = await scene().pods.until('greedy', 'ended', p => endOf(p) !== undefined);
      assert.deepEqual([endOf(killed)?.reason, endOf(killed)?.exitCode], ['OOMKilled', 137]);
    });
  },
};
