import assert from 'node:assert/strict';
import { resourceMetrics } from './resource-metrics.js';
import type { FsStats, Summary } from './summary-types.js';

const time = '2026-01-01T00:00:00Z';
const fs: FsStats = {
  time,
  availableBytes: 0,
  capacityBytes: 0,
  usedBytes: 0,
  inodesFree: 0,
  inodes: 0,
  inodesUsed: 0,
};
const cpu = (seconds: number) => ({ time, usageCoreNanoSeconds: seconds * 1e9 });
const memory = (bytes: number) => ({ time, usageBytes: 2 * bytes, workingSetBytes: bytes });
const summary: Summary = {
  node: {
    nodeName: 'n',
    startTime: time,
    cpu: cpu(100),
    memory: memory(1000),
    fs,
    runtime: { imageFs: fs, containerFs: fs },
    rlimit: { time, maxpid: 1, curproc: 1 },
  },
  pods: [
    {
      podRef: { name: 'web', namespace: 'ns', uid: 'u' },
      startTime: time,
      cpu: cpu(3),
      memory: memory(300),
      containers: [
        { name: 'c', startTime: time, cpu: cpu(2.5), memory: memory(250) },
        { name: 'fresh', startTime: time },
      ],
    },
  ],
};

describe('/metrics/resource', () => {
  it("has Kubernetes' metrics of containers, pods and the node", async () => {
    const lines = (await resourceMetrics(summary)).split('\n');
    for (const line of [
      '# TYPE container_cpu_usage_seconds_total counter',
      'container_cpu_usage_seconds_total{container="c",namespace="ns",pod="web"} 2.5',
      '# TYPE container_memory_working_set_bytes gauge',
      'container_memory_working_set_bytes{container="c",namespace="ns",pod="web"} 250',
      `container_start_time_seconds{container="c",namespace="ns",pod="web"} ${Date.parse(time) / 1000}`,
      'node_cpu_usage_seconds_total 100',
      'node_memory_working_set_bytes 1000',
      'pod_cpu_usage_seconds_total{namespace="ns",pod="web"} 3',
      'pod_memory_working_set_bytes{namespace="ns",pod="web"} 300',
      'resource_scrape_error 0',
    ])
      assert.ok(lines.includes(line), `${line} is missing in\n${lines.join('\n')}`);
    assert.ok(
      !lines.some(line => line.includes('fresh') && !line.includes('start_time')),
      'what is unknown is left out',
    );
  });

  it('says so when the runtime did not answer', async () => {
    assert.match(await resourceMetrics(undefined), /^resource_scrape_error 1$/m);
  });
});
