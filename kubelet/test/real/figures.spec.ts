/** What the node and its pods use, as the kubelet's server tells it. Run by real.test.ts. */
import assert from 'node:assert/strict';
import type { PodStats, Summary } from '../../stats/summary-types.js';
import { busybox, eventually, idle, TestNode } from '../node.js';

describe('figures', function () {
  this.timeout(120_000);
  let node: TestNode;
  before(async () => {
    node = await TestNode.start();
    await node.create('busy', {
      volumes: [
        { name: 'disk', emptyDir: {} },
        { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '8Mi' } },
      ],
      containers: [
        busybox(
          'c',
          'head -c 1000000 /dev/zero > /disk/file; head -c 500000 /dev/zero > /layer; echo log; while :; do :; done',
          {
            resources: { limits: { cpu: '300m', memory: '64Mi' } },
            volumeMounts: [
              { name: 'disk', mountPath: '/disk' },
              { name: 'memory', mountPath: '/memory' },
            ],
          },
        ),
      ],
    });
    await node.create('idle', { containers: [busybox('c', idle)] });
    const [busy] = await Promise.all([node.ready('busy'), node.ready('idle')]);
    await eventually(
      'it has written',
      () => node.exec(busy, ['stat', '-c', '%s', '/layer']).catch(String),
      size => size.trim() === '500000',
    );
  });
  after(() => node.remove());

  const summary = () => node.figures.summary() as Promise<Summary>;
  const of = (all: Summary, name: string): PodStats => {
    const found = all.pods.find(pod => pod.podRef.name === name);
    assert.ok(found, `${name} is in the summary`);
    return found;
  };

  it('a pod that is busy uses what it may, one that waits next to nothing', async () => {
    await summary();
    const all = await eventually(
      'a second look tells how much of a core is used',
      summary,
      answer => (of(answer, 'busy').cpu?.usageNanoCores ?? 0) > 100_000_000,
    );
    const busy = of(all, 'busy');
    assert.ok((busy.cpu?.usageNanoCores ?? 0) < 600_000_000, `it is limited: ${busy.cpu?.usageNanoCores}`);
    assert.ok((of(all, 'idle').cpu?.usageNanoCores ?? 0) < 50_000_000);
    assert.ok((busy.containers[0]?.cpu?.usageCoreNanoSeconds ?? 0) > 0);
    const { workingSetBytes = 0, availableBytes = 0 } = busy.memory ?? {};
    assert.ok(workingSetBytes > 0 && availableBytes > 0 && availableBytes <= 64 * 1024 * 1024);
    assert.ok((busy.process_stats?.process_count ?? 0) >= 2, 'its shell and its pause');
    assert.equal(busy.network?.name, 'eth0');
    assert.ok(all.node.memory.workingSetBytes > workingSetBytes);
    assert.ok((all.node.cpu.usageNanoCores ?? 0) > 0);
    assert.ok(all.node.fs.capacityBytes > all.node.fs.availableBytes);
  });

  it('what it writes is counted: into volumes, its layer, and its log', async () => {
    // The runtime looks at its layers every ten seconds.
    const layerOf = (answer: Summary): number => of(answer, 'busy').containers[0]?.rootfs?.usedBytes ?? 0;
    const counted = await eventually('its layer is counted', summary, answer => layerOf(answer) >= 500_000);
    const busy = of(counted, 'busy');
    const volumes = new Map(busy.volume?.map(volume => [volume.name, volume]));
    const disk = volumes.get('disk')?.usedBytes ?? 0;
    assert.ok(disk >= 1_000_000 && disk < 1_200_000, String(disk));
    assert.equal(volumes.get('memory')?.capacityBytes, 8 * 1024 * 1024);
    assert.ok((busy.containers[0]?.logs?.usedBytes ?? 0) > 0);
    const all = busy['ephemeral-storage']?.usedBytes ?? 0;
    assert.ok(all >= disk + layerOf(counted), `${all} of ${disk} and ${layerOf(counted)}`);
  });

  it('a metrics server finds what it asks for', async () => {
    const text = await node.figures.resourceMetrics();
    assert.match(text, /^container_cpu_usage_seconds_total\{container="c",namespace="default",pod="busy"\} 0?\.?\d/m);
    assert.match(text, /^pod_memory_working_set_bytes\{namespace="default",pod="idle"\} [1-9]/m);
    assert.match(text, /^node_memory_working_set_bytes [1-9]/m);
    const groups = await node.figures.cadvisorMetrics();
    const value = (name: string, labels: RegExp): number =>
      Number(
        groups
          .split('\n')
          .find(line => line.startsWith(`${name}{`) && labels.test(line))
          ?.split(' ')
          .at(-1),
      );
    const ofContainer =
      /container="c",.*image="orrery\.local\/busybox:1",name="[0-9a-f]{64}",namespace="default",pod="busy"/;
    const ofPod = /container="",id="[^"]*\/pod[^"/]*",image="",name="",namespace="default",pod="busy"/;
    assert.ok(value('container_cpu_usage_seconds_total', ofContainer) > 0, groups);
    assert.ok(value('container_memory_working_set_bytes', ofContainer) > 0);
    assert.ok(
      value('container_memory_working_set_bytes', ofPod) >=
        value('container_memory_working_set_bytes', ofContainer) / 2,
    );
    assert.equal(value('container_spec_memory_limit_bytes', ofContainer), 64 * 1024 * 1024);
    assert.ok(value('container_network_receive_packets_total', /pod="idle",interface="eth0"/) >= 0);
    assert.ok(
      value('container_cpu_usage_seconds_total', /container="",id="\/",/) >
        value('container_cpu_usage_seconds_total', ofPod),
    );
    assert.match(groups, /^container_scrape_error 0$/m);
    const own = await node.figures.metrics();
    assert.match(own, /^kubelet_running_pods 2$/m);
    assert.match(own, /^kubelet_running_containers\{container_state="running"\} 2$/m);
    assert.match(own, /^kubelet_runtime_operations_total\{operation_type="run_podsandbox"\} 2$/m);
    assert.match(own, /^kubelet_runtime_operations_duration_seconds_count\{operation_type="start_container"\} 2$/m);
    assert.match(own, /^process_resident_memory_bytes [1-9]/m);
  });
});
