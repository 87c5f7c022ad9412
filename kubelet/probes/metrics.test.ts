import assert from 'node:assert/strict';
import { ProbeMetrics } from './metrics.js';

describe('/metrics/probes', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'ns', uid: 'u' } };

  it('counts tries by their result, and forgets a container that has ended', async () => {
    const metrics = new ProbeMetrics();
    const meter = metrics.of(pod, 'c');
    meter.tried('liveness', { success: true, message: '' }, 20);
    meter.tried('liveness', { success: false, message: '' }, 20);
    meter.tried('liveness', { success: false, message: '' }, 20);
    meter.tried('readiness', { success: false, errored: true, message: '' }, -5);
    const other = metrics.of(pod, 'd');
    other.tried('startup', { success: true, message: '' }, 3000);
    const text = await metrics.registry.metrics();
    const total = (type: string, result: string, container = 'c'): string =>
      `prober_probe_total{container="${container}",pod="web",namespace="ns",pod_uid="u",probe_type="${type}",result="${result}"}`;
    for (const line of [
      '# TYPE prober_probe_total counter',
      `${total('Liveness', 'successful')} 1`,
      `${total('Liveness', 'failed')} 2`,
      `${total('Readiness', 'unknown')} 1`,
      `${total('Startup', 'successful', 'd')} 1`,
      'prober_probe_duration_seconds_sum{container="d",pod="web",namespace="ns",probe_type="Startup"} 3',
      'prober_probe_duration_seconds_count{container="c",pod="web",namespace="ns",probe_type="Liveness"} 3',
    ])
      assert.ok(text.split('\n').includes(line), `${line} is missing in\n${text}`);
    meter.ended();
    const left = await metrics.registry.metrics();
    assert.doesNotMatch(left, /container="c"/);
    assert.match(left, /container="d"/);
  });
});
