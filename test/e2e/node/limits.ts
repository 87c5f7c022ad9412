/** Requests and limits, as the kernel has them. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import type { ContainerState, Pod } from '../../../api/types.js';
import { idle, isReady, type Part, pod, shell } from './scene.js';

type ContainerStateTerminated = NonNullable<ContainerState['terminated']>;

const v2 = existsSync('/sys/fs/cgroup/cgroup.controllers');

/** Seen from inside, where the container's own group is the root. */
const settings: [what: string, v1: string, v2: string, v1Value: string, v2Value: string][] = [
  ['memory limit', 'memory/memory.limit_in_bytes', 'memory.max', '33554432', '33554432'],
  ['cpu limit', 'cpu/cpu.cfs_quota_us', 'cpu.max', '25000', '25000 100000'],
  ['cpu request', 'cpu/cpu.shares', 'cpu.weight', '102', '4'],
];

export const limits: Part = {
  objects: [
    pod('limited', shell(idle, { resources: { limits: { cpu: '250m', memory: '32Mi' }, requests: { cpu: '100m' } } })),
    // Again and again: the runtime hears of the kernel's kill apart from the exit, and once in a while too late.
    pod('greedy', {
      restartPolicy: 'Always',
      containers: [shell('tail /dev/zero', { resources: { limits: { memory: '16Mi' } } })],
    }),
  ],

  tests(scene) {
    it('limits and requests are in the cgroup of the container', async () => {
      await scene().pods.until('limited', 'ready', isReady);
      for (const [what, one, two, oneValue, twoValue] of settings) {
        const text = await scene().kubectl('exec', 'limited', '--', 'cat', `/sys/fs/cgroup/${v2 ? two : one}`);
        assert.equal(text.trim(), v2 ? twoValue : oneValue, what);
      }
    });

    it('a container that takes more memory than it may is OOMKilled, with exit code 137', async () => {
      const ends = (p: Pod): (ContainerStateTerminated | undefined)[] =>
        (p.status?.containerStatuses ?? []).flatMap(status => [status.state?.terminated, status.lastState?.terminated]);
      const isOom = (end: ContainerStateTerminated | undefined): boolean => end?.reason === 'OOMKilled';
      const killed = await scene().pods.until('greedy', 'OOMKilled', p => ends(p).some(isOom));
      assert.equal(ends(killed).find(isOom)?.exitCode, 137);
    });
  },
};
