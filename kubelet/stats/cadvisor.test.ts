import assert from 'node:assert/strict';
import { cadvisorMetrics, type Group } from './cadvisor.js';

const usage = { cpuNanoseconds: 2_500_000_000, memoryBytes: 300, workingSetBytes: 200, rssBytes: 100, processes: 3 };
const root: Group = { id: '/', container: '', image: '', name: '', namespace: '', pod: '', usage };
const named = { namespace: 'ns', pod: 'web' };
const pod: Group = { ...root, ...named, id: '/kubepods/besteffort/podu' };
const container: Group = {
  ...pod,
  id: `${pod.id}/c1`,
  container: 'c',
  image: 'busybox:1',
  name: 'c1',
  usage: { ...usage, memoryLimitBytes: 4096 },
  startedAt: 1_500,
  layerBytes: 70,
};
const counts = {
  rxBytes: 1,
  rxPackets: 2,
  rxErrors: 3,
  rxDropped: 4,
  txBytes: 5,
  txPackets: 6,
  txErrors: 7,
  txDropped: 8,
};
const sandbox: Group = {
  ...pod,
  id: `${pod.id}/s1`,
  name: 's1',
  image: 'pause:1',
  interfaces: [{ name: 'eth0', ...counts }],
};
const gone: Group = { ...container, name: 'gone', usage: undefined };
const machine = { cpus: 2, memoryBytes: 4096, bootID: 'b', machineID: 'm', systemUUID: 's' };

describe('/metrics/cadvisor', () => {
  it("has cAdvisor's metrics and labels, of the machine, the pods, their containers and their networks", async () => {
    const text = await cadvisorMetrics([root, pod, container, sandbox, gone], machine, 9_000);
    const lines = text.split('\n');
    const ofContainer = `container="c",id="${container.id}",image="busybox:1",name="c1",namespace="ns",pod="web"`;
    const ofSandbox = `container="",id="${sandbox.id}",image="pause:1",name="s1",namespace="ns",pod="web"`;
    for (const line of [
      '# TYPE container_cpu_usage_seconds_total counter',
      `container_cpu_usage_seconds_total{${ofContainer},cpu="total"} 2.5`,
      'container_cpu_usage_seconds_total{container="",id="/",image="",name="",namespace="",pod="",cpu="total"} 2.5',
      '# TYPE container_memory_working_set_bytes gauge',
      `container_memory_working_set_bytes{${ofContainer}} 200`,
      `container_memory_working_set_bytes{container="",id="${pod.id}",image="",name="",namespace="ns",pod="web"} 200`,
      `container_spec_memory_limit_bytes{${ofContainer}} 4096`,
      `container_spec_memory_limit_bytes{${ofSandbox}} 0`,
      `container_fs_usage_bytes{${ofContainer}} 70`,
      `container_start_time_seconds{${ofContainer}} 1.5`,
      `container_last_seen{${ofContainer}} 9`,
      '# TYPE container_network_receive_bytes_total counter',
      `container_network_receive_bytes_total{${ofSandbox},interface="eth0"} 1`,
      `container_network_receive_packets_dropped_total{${ofSandbox},interface="eth0"} 4`,
      `container_network_transmit_packets_total{${ofSandbox},interface="eth0"} 6`,
      'container_scrape_error 0',
      'machine_cpu_cores{boot_id="b",machine_id="m",system_uuid="s"} 2',
    ])
      assert.ok(lines.includes(line), `${line} is missing in\n${text}`);
    assert.doesNotMatch(text, /gone/, 'of what has ended nothing is told');
    assert.doesNotMatch(text, /fs_usage_bytes\{container=""/, 'what is unknown is left out');
  });

  it('says so when the runtime did not answer', async () => {
    const text = await cadvisorMetrics(undefined, machine, 0);
    assert.match(text, /^container_scrape_error 1$/m);
    assert.match(text, /^machine_memory_bytes\{.*\} 4096$/m);
  });
});
