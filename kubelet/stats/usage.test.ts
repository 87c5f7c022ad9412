import assert from 'node:assert/strict';
import { cgroupUsage, interfacesOf, machineUsage } from './usage.js';

describe('what the kernel says is used', () => {
  it('by the machine', () => {
    const stat = 'cpu  100 10 50 9000 800 5 4 1 7 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n';
    const meminfo =
      'MemTotal:       1000 kB\nMemFree:         300 kB\nAnonPages:       200 kB\nInactive:  250 kB\nInactive(file):  100 kB\n';
    assert.deepEqual(machineUsage(stat, meminfo, 42), {
      cpuNanoseconds: 1_700_000_000,
      memoryBytes: 700 * 1024,
      workingSetBytes: 600 * 1024,
      rssBytes: 200 * 1024,
      memoryLimitBytes: 1000 * 1024,
      processes: 42,
    });
  });

  const v1 = { cpu: '5000', memory: '900', stat: 'inactive_file 7\ntotal_rss 300\ntotal_inactive_file 100', pids: '3' };
  const v2 = { cpu: 'usage_usec 5\nuser_usec 3', memory: '900', stat: 'anon 300\ninactive_file 100', pids: '3' };
  const used = { cpuNanoseconds: 5000, memoryBytes: 900, workingSetBytes: 800, rssBytes: 300, processes: 3 };
  const rows: [string, Parameters<typeof cgroupUsage>, ReturnType<typeof cgroupUsage>][] = [
    ['v1, limited', [{ ...v1, limit: '4096' }, 1], { ...used, memoryLimitBytes: 4096 }],
    ['v1, without a limit', [{ ...v1, limit: '9223372036854771712' }, 1], used],
    ['v2, limited', [{ ...v2, limit: '4096' }, 2], { ...used, memoryLimitBytes: 4096 }],
    ['v2, without a limit', [{ ...v2, limit: 'max' }, 2], used],
    ['one that is gone', [{ cpu: '', memory: '', stat: '', limit: '', pids: '' }, 2], undefined],
  ];
  for (const [what, args, expected] of rows)
    it(`by a cgroup: ${what}`, () => assert.deepEqual(cgroupUsage(...args), expected));

  it('by a network', () => {
    const dev = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:       9       1    0    0    0     0          0         0        9       1    0    0    0     0       0          0
  eth0:    1000      10    2    0    0     0          0         0      500       5    3    0    0     0       0          0
`;
    const received = { rxBytes: 1000, rxPackets: 10, rxErrors: 2, rxDropped: 0 };
    const sent = { txBytes: 500, txPackets: 5, txErrors: 3, txDropped: 0 };
    assert.deepEqual(interfacesOf(dev), [{ name: 'eth0', ...received, ...sent }]);
  });
});
