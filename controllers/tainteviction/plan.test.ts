import assert from 'node:assert/strict';
import type { Taint, Toleration } from '../../api/types.js';
import { ago, noon, pod } from '../testing/objects.js';
import { evictionTime } from './plan.js';

const unreachable: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: ago(100) };
const dedicated: Taint = { key: 'dedicated', value: 'gpu', effect: 'NoExecute' };

describe('the time at which a pod is evicted', () => {
  const forSeconds = (tolerationSeconds: number): Toleration =>
    ({ ...unreachable, operator: 'Exists', tolerationSeconds }) as Toleration;
  const tolerant = (...tolerations: Toleration[]) => pod('a', { node: 'n1', spec: { tolerations } as never });
  const seconds = (of: ReturnType<typeof pod>, ...taints: Taint[]) =>
    (evictionTime(of, taints, () => noon) - noon) / 1000;

  it('is never without a taint', () => assert.equal(seconds(tolerant()), Infinity));
  it('is long past when a taint is not tolerated', () => assert.ok(seconds(tolerant(), unreachable) < 0));
  it('is never when each taint is tolerated for good', () => {
    assert.equal(seconds(tolerant({ operator: 'Exists' }), unreachable, dedicated), Infinity);
  });
  it('is tolerationSeconds after the taint was added', () =>
    assert.equal(seconds(tolerant(forSeconds(300)), unreachable), 200));
  it('is past when tolerationSeconds are over, none or negative', () => {
    for (const s of [60, 0, -1]) assert.ok(seconds(tolerant(forSeconds(s)), unreachable) <= 0);
  });
  it('is the earliest that any taint says', () => {
    assert.equal(
      seconds(tolerant(forSeconds(300), { operator: 'Exists', tolerationSeconds: 10 }), unreachable, dedicated),
      10,
    );
  });
  it('counts from the pod’s coming when that was after the taint’s', () => {
    const late = { ...tolerant(forSeconds(300)) };
    late.metadata = { ...late.metadata, creationTimestamp: ago(20) };
    assert.equal(seconds(late, unreachable), 280);
  });
  it('is never for a pod that is leaving already', () => {
    assert.equal(seconds(pod('a', { node: 'n1', terminating: true }), unreachable), Infinity);
  });
});
