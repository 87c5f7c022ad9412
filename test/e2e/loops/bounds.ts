/** What is refused: pods beyond a quota, evictions beyond a budget, a namespace's end while something holds it. */
import assert from 'node:assert/strict';
import { StatusError } from '../../../api/status.js';
import type { KubeObject, Namespace } from '../../../api/types.js';
import {
  configMaps,
  deployments,
  namespaces,
  podDisruptionBudgets,
  pods,
  replicaSets,
  resourceQuotas,
} from '../../../client/resources.js';
import { conditionOf, object, type Part, template, workload } from './stage.js';

const refusal = async (promise: Promise<unknown>): Promise<StatusError> => {
  const error = await promise.then(
    () => assert.fail('it was allowed'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof StatusError, String(error));
  return error;
};

export const quotas: Part = {
  namespace: 'quotas',
  objects: [
    object('v1', 'ResourceQuota', 'two', { spec: { hard: { pods: '2', 'requests.cpu': '100m' } } }),
    object('v1', 'LimitRange', 'usual', {
      spec: { limits: [{ type: 'Container', defaultRequest: { cpu: '10m' }, max: { cpu: '1' } }] },
    }),
  ],

  tests({ stage, create, ready, until, list }) {
    it('the third pod is refused, and the deployment says why', async () => {
      // A quota holds from when it was first counted.
      await until(resourceQuotas, 'two', ({ status }) => status?.hard !== undefined);
      await create(object('apps/v1', 'Deployment', 'three', workload('three', '1', { replicas: 3 })));
      await ready('three', 2);
      const { status } = await until(
        deployments,
        'three',
        one => conditionOf(one, 'ReplicaFailure')?.status === 'True',
      );
      const said = status?.conditions?.find(({ type }) => type === 'ReplicaFailure')?.message ?? '';
      assert.match(said, /forbidden: exceeded quota: two, requested: pods=1, used: pods=2, limited: pods=2$/);
      const [set] = await list(replicaSets, 'app=three');
      assert.equal(set?.status?.replicas, 2);
    });

    it('what they use is counted, with what the limit range gave them, and room that is made is used', async () => {
      const { status } = await until(resourceQuotas, 'two', ({ status }) => status?.used?.pods === '2');
      assert.equal(status?.used?.['requests.cpu'], '20m');
      await stage().api.patch(resourceQuotas, { namespace: 'quotas', name: 'two' }, 'merge', {
        spec: { hard: { pods: '3' } },
      });
      await ready('three', 3);
      const { spec } = template('large', '1', { resources: { limits: { cpu: '2' } } });
      const { code, message } = await refusal(create(object('v1', 'Pod', 'large', { spec })));
      assert.deepEqual([code, /maximum cpu usage per Container is 1/.test(message)], [403, true], message);
    });
  },
};

export const budgets: Part = {
  namespace: 'budgets',
  objects: [
    object('apps/v1', 'Deployment', 'guarded', workload('guarded', '1', { replicas: 1 })),
    object('policy/v1', 'PodDisruptionBudget', 'guard', {
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'guarded' } } },
    }),
  ],

  tests({ stage, ready, until, untilGone, orrery }) {
    const evict = (name: string): Promise<KubeObject> => {
      const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'budgets' } };
      return stage().api.post(pods, { namespace: 'budgets', name }, 'eviction', eviction);
    };
    const drain = (...more: string[]): Promise<string> => orrery('drain', 'lab', '--pod-selector=app=guarded', ...more);

    it('a pod that the budget needs is not evicted, nor drained from its node', async () => {
      const [pod] = await ready('guarded', 1);
      await until(podDisruptionBudgets, 'guard', ({ status }) => status?.currentHealthy === 1);
      const { code, status } = await refusal(evict(pod?.metadata.name ?? ''));
      assert.deepEqual([code, status.details?.causes?.[0]?.reason], [429, 'DisruptionBudget']);
      assert.match(status.message ?? '', /^Cannot evict pod as it would violate the pod's disruption budget\.$/);
      await assert.rejects(drain('--timeout=3s'), /global timeout reached: 3s/);
      await orrery('uncordon', 'lab');
      assert.equal((await ready('guarded', 1))[0]?.metadata.uid, pod?.metadata.uid);
    });

    it('one that it can spare is', async () => {
      await stage().api.patch(deployments, { namespace: 'budgets', name: 'guarded' }, 'merge', {
        spec: { replicas: 2 },
      });
      const [one] = await ready('guarded', 2);
      await until(podDisruptionBudgets, 'guard', ({ status }) => status?.disruptionsAllowed === 1);
      await evict(one?.metadata.name ?? '');
      await untilGone(pods, one?.metadata.name ?? '');
      await ready('guarded', 2);
    });
  },
};

export const endings: Part = {
  namespace: 'endings',
  objects: [
    object('apps/v1', 'Deployment', 'web', workload('web', '1', { replicas: 1 })),
    { ...object('v1', 'ConfigMap', 'held'), metadata: { name: 'held', finalizers: ['example.com/hold'] } },
  ],

  tests({ stage, ready, until, untilGone, list }) {
    it('a namespace that is deleted says what holds it, takes nothing new, and goes when nothing does', async () => {
      const { api, create } = stage();
      await ready('web', 1);
      await api.delete(namespaces, { name: 'endings' });
      const ending = await until<Namespace>(
        namespaces,
        'endings',
        one => conditionOf(one, 'NamespaceFinalizersRemaining')?.status === 'True',
      );
      assert.equal(ending.status?.phase, 'Terminating');
      assert.match(
        conditionOf(ending, 'NamespaceFinalizersRemaining')?.message ?? '',
        /example\.com\/hold in 1 resource instances/,
      );
      await until<Namespace>(namespaces, 'endings', one =>
        /configmaps\. has 1 resource instances/.test(conditionOf(one, 'NamespaceContentRemaining')?.message ?? ''),
      );
      assert.deepEqual(await list(pods), []);
      const { code, message } = await refusal(create('endings', [object('v1', 'ConfigMap', 'late')]));
      assert.deepEqual([code, /because it is being terminated/.test(message)], [403, true], message);
      await api.patch(configMaps, { namespace: 'endings', name: 'held' }, 'merge', { metadata: { finalizers: null } });
      await untilGone(namespaces, 'endings');
    });
  },
};
