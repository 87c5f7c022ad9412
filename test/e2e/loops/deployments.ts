/** Deployments: a rollout within its bounds, one that waits while it is paused, the way back, and one that never ends. */
import assert from 'node:assert/strict';
import { deployments, pods, replicaSets } from '../../../client/resources.js';
import { isReady } from '../node/scene.js';
import { conditionOf, object, type Part, template, toVersion, versionOfPod, workload } from './stage.js';

const carefully = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };

export const rollouts: Part = {
  namespace: 'rollouts',
  objects: [
    object('apps/v1', 'Deployment', 'web', workload('web', '1', { replicas: 2, strategy: carefully })),
    object('apps/v1', 'Deployment', 'stuck', {
      spec: {
        replicas: 1,
        progressDeadlineSeconds: 5,
        selector: { matchLabels: { app: 'stuck' } },
        template: template('stuck', '1', { readinessProbe: { exec: { command: ['false'] } } }),
      },
    }),
  ],

  tests({ stage, ready, list, until, orrery }) {
    const change = (version: string): Promise<unknown> =>
      stage().api.patch(deployments, { namespace: 'rollouts', name: 'web' }, 'strategic', toVersion(version));
    /** Two ready pods, of this version alone. */
    const runs = async (version: string): Promise<void> => {
      await orrery('rollout', 'status', 'deployment/web', '--timeout=60s');
      assert.deepEqual((await ready('web', 2)).map(versionOfPod), [version, version]);
    };

    it('a rollout never has fewer pods ready than are wanted, nor more than one beyond', async () => {
      await ready('web', 2);
      const told = new AbortController();
      const seen: { all: number; ready: number }[] = [];
      const watching = (async () => {
        while (!told.signal.aborted) {
          const now = (await list(pods, 'app=web')).filter(({ metadata }) => !metadata.deletionTimestamp);
          seen.push({ all: now.length, ready: now.filter(isReady).length });
        }
      })();
      await change('2');
      await runs('2');
      told.abort();
      await watching;
      assert.equal(Math.min(...seen.map(({ ready }) => ready)), 2);
      assert.equal(Math.max(...seen.map(({ all }) => all)), 3);
    });

    it('while it is paused no change reaches its pods; resumed, all of them do at once', async () => {
      assert.equal(await orrery('rollout', 'pause', 'deployment/web'), 'deployment.apps/web paused\n');
      for (const version of ['3', '4']) await change(version);
      const { metadata } = await until(deployments, 'web', ({ spec }) => spec?.paused === true);
      await until(deployments, 'web', ({ status }) => status?.observedGeneration === metadata.generation);
      assert.deepEqual((await ready('web', 2)).map(versionOfPod), ['2', '2']);
      await orrery('rollout', 'resume', 'deployment/web');
      await runs('4');
      assert.equal((await list(replicaSets, 'app=web')).length, 3, 'the third version was never made');
    });

    it('goes back to the version before, and to the first one, which is the newest then', async () => {
      await orrery('rollout', 'undo', 'deployment/web');
      await runs('2');
      await orrery('rollout', 'undo', 'deployment/web', '--to-revision=1');
      await runs('1');
      const history = await orrery('rollout', 'history', 'deployment/web');
      assert.deepEqual(history.match(/^\d+/gm), ['3', '4', '5']);
    });

    it('one that brings no pod up in time says so, and its status fails', async () => {
      const stuck = await until(
        deployments,
        'stuck',
        one => conditionOf(one, 'Progressing')?.reason === 'ProgressDeadlineExceeded',
      );
      assert.equal(conditionOf(stuck, 'Available')?.status, 'False');
      await assert.rejects(orrery('rollout', 'status', 'deployment/stuck'), /exceeded its progress deadline/);
    });
  },
};
