import assert from 'node:assert/strict';
import { statusError } from '../../api/status.js';
import type { KubeObject } from '../../api/types.js';
import { events } from '../resources.js';
import { ManualClock, settled } from '../testing/clock.js';
import { silentLog } from '../testing/log.js';
import { MemoryApi } from '../testing/memory-api.js';
import { EventRecorder } from './events.js';

const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', uid: 'u1', resourceVersion: '7' },
};
const node: KubeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', uid: 'u2' } };

describe('EventRecorder', () => {
  const make = (): { api: MemoryApi; clock: ManualClock; recorder: EventRecorder } => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1));
    const api = new MemoryApi(() => clock.now());
    return {
      api,
      clock,
      recorder: new EventRecorder({ client: api, component: 'kubelet', host: 'n1', clock, log: silentLog }),
    };
  };

  it('writes the shape that kubectl describe reads', async () => {
    const { api, recorder } = make();
    recorder.event(pod, 'Normal', 'Started', 'Started container web', { fieldPath: 'spec.containers{web}' });
    await recorder.flush();
    const [event] = (await api.list(events)).items;
    assert.ok(event);
    const { metadata, ...rest } = event;
    assert.match(metadata.name ?? '', /^web\.[0-9a-f]{16}$/);
    assert.equal(metadata.namespace, 'default');
    assert.deepEqual(rest, {
      apiVersion: 'v1',
      kind: 'Event',
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        name: 'web',
        namespace: 'default',
        uid: 'u1',
        resourceVersion: '7',
        fieldPath: 'spec.containers{web}',
      },
      type: 'Normal',
      reason: 'Started',
      message: 'Started container web',
      source: { component: 'kubelet', host: 'n1' },
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
      count: 1,
      reportingComponent: 'kubelet',
      reportingInstance: 'n1',
    });
  });

  it('counts repetitions in one Event; those about nodes stand in default', async () => {
    const { api, clock, recorder } = make();
    recorder.event(node, 'Warning', 'Full', 'disk full');
    await clock.advance(5000);
    recorder.event(node, 'Warning', 'Full', 'disk full');
    recorder.event(node, 'Warning', 'Full', 'disk full');
    await recorder.flush();
    const found = (await api.list(events)).items;
    assert.deepEqual(
      found.map(e => [e.metadata.namespace, e.count, e.firstTimestamp, e.lastTimestamp]),
      [['default', 3, '2026-01-01T00:00:00Z', '2026-01-01T00:00:05Z']],
    );
  });

  it('makes a new Event when the counted one has expired', async () => {
    const { api, recorder } = make();
    recorder.event(pod, 'Normal', 'R', 'm');
    await recorder.flush();
    const name = (await api.list(events)).items[0]?.metadata.name ?? '';
    await api.delete(events, { namespace: 'default', name });
    recorder.event(pod, 'Normal', 'R', 'm');
    await recorder.flush();
    assert.deepEqual(
      (await api.list(events)).items.map(e => e.count),
      [2],
    );
  });

  it('never throws: what cannot be written is dropped, and begins anew', async () => {
    const { api, recorder } = make();
    api.fault = () => {
      throw statusError('Forbidden', 'no');
    };
    recorder.event(pod, 'Normal', 'R', 'm');
    await recorder.flush();
    api.fault = () => {};
    recorder.event(pod, 'Normal', 'R', 'm');
    await recorder.flush();
    assert.deepEqual(
      (await api.list(events)).items.map(e => e.count),
      [1],
    );
  });

  it('does not hold up a stop for longer than two seconds', async () => {
    const { api, clock, recorder } = make();
    api.create = () => new Promise(() => {});
    recorder.event(pod, 'Normal', 'R', 'm');
    let closed = false;
    const closing = recorder.close().then(() => {
      closed = true;
    });
    await clock.advance(1999);
    assert.equal(closed, false);
    await clock.advance(1);
    await settled();
    assert.equal(closed, true);
    await closing;
  });

  it('shortens messages to the 1024 that Kubernetes stores', async () => {
    const { api, recorder } = make();
    recorder.event(pod, 'Normal', 'R', 'x'.repeat(5000));
    await recorder.flush();
    assert.equal((await api.list(events)).items[0]?.message?.length, 1024);
  });
});
