import assert from 'node:assert/strict';
import { statusError } from '../../api/status.js';
import type { Deployment, ReplicaSet } from '../../api/types.js';
import { deployments, pods, replicaSets } from '../../client/resources.js';
import { controllerOf } from '../pod-state.js';
import { Cluster } from '../testing/cluster.js';
import { deploymentNamed, pod } from '../testing/objects.js';
import { deploymentController } from './controller.js';
import { byRevision, revisionOf } from './replicasets.js';
import { sizeOf } from './rollout.js';

const key = { namespace: 'default', name: 'web' };

async function running(spec: Partial<NonNullable<Deployment['spec']>> = {}, arrange: (c: Cluster) => void = () => {}) {
  const cluster = new Cluster();
  cluster.put(deployments, deploymentNamed('web', spec));
  arrange(cluster);
  cluster.start(deploymentController);
  await cluster.settle();
  return cluster;
}

const setsOf = (cluster: Cluster): ReplicaSet[] => cluster.all(replicaSets).sort(byRevision);
const sizes = (cluster: Cluster): number[] => setsOf(cluster).map(sizeOf);
const webOf = (cluster: Cluster): Deployment => cluster.find(deployments, key) as Deployment;
const condition = (cluster: Cluster, type: string) => webOf(cluster).status?.conditions?.find(c => c.type === type);

/** The ReplicaSets get the pods that they ask for; `serving` says whether those serve. */
async function obey(cluster: Cluster, serving: (set: ReplicaSet) => boolean = () => true): Promise<void> {
  for (const set of setsOf(cluster)) {
    const replicas = sizeOf(set);
    const good = serving(set) ? replicas : 0;
    const status = {
      replicas,
      readyReplicas: good,
      availableReplicas: good,
      observedGeneration: set.metadata.generation ?? 0,
    };
    if (JSON.stringify(set.status) !== JSON.stringify(status)) cluster.put(replicaSets, { ...set, status });
  }
  await cluster.settle();
}

async function change(cluster: Cluster, spec: Partial<NonNullable<Deployment['spec']>>): Promise<void> {
  const web = webOf(cluster);
  const generation = (web.metadata.generation ?? 0) + 1;
  cluster.put(deployments, {
    ...web,
    metadata: { ...web.metadata, generation },
    spec: { ...(web.spec as NonNullable<Deployment['spec']>), ...spec },
  });
  cluster.now += 1000;
  await cluster.settle();
}

const template = (image: string): NonNullable<Deployment['spec']>['template'] => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image }] },
});

describe('the deployment controller', () => {
  it('makes a ReplicaSet of the template, owns it, and says how far it got', async () => {
    const cluster = await running();
    const [set] = setsOf(cluster);
    assert.match(set?.metadata.name ?? '', /^web-[bcdfghjklmnpqrstvwxz2456789]{10}$/);
    const hash = set?.metadata.labels?.['pod-template-hash'];
    assert.equal(set?.metadata.name, `web-${hash}`);
    assert.deepEqual(set?.spec?.selector?.matchLabels, { app: 'web', 'pod-template-hash': hash });
    assert.equal(controllerOf(set as never)?.uid, 'uid-of-web');
    assert.equal(webOf(cluster).metadata.annotations?.['deployment.kubernetes.io/revision'], '1');
    assert.equal(condition(cluster, 'Progressing')?.reason, 'NewReplicaSetCreated');
    assert.equal(condition(cluster, 'Available')?.status, 'False');
    await obey(cluster);
    assert.deepEqual(condition(cluster, 'Progressing')?.reason, 'NewReplicaSetAvailable');
    const { conditions: _, ...counts } = webOf(cluster).status ?? {};
    assert.deepEqual(counts, {
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
    });
    assert.deepEqual(cluster.events, [
      `Normal ScalingReplicaSet Scaled up replica set ${set?.metadata.name} from 0 to 3`,
    ]);
  });

  it('rolls a new template out turn by turn, and keeps the old one empty', async () => {
    const cluster = await running({ replicas: 4 });
    await obey(cluster);
    await change(cluster, { template: template('web:2') });
    const turns: number[][] = [sizes(cluster)];
    for (let turn = 0; turn < 9 && condition(cluster, 'Progressing')?.reason !== 'NewReplicaSetAvailable'; turn++) {
      await obey(cluster);
      turns.push(sizes(cluster));
    }
    assert.deepEqual(turns[0], [3, 2]);
    assert.deepEqual(turns.at(-1), [0, 4]);
    for (const [old = 0, fresh = 0] of turns) assert.ok(old + fresh <= 5);
    assert.deepEqual(setsOf(cluster).map(revisionOf), [1n, 2n]);
  });

  it('goes back to an old template by its ReplicaSet, as a new revision', async () => {
    const cluster = await running();
    await obey(cluster);
    const first = setsOf(cluster)[0]?.metadata.name;
    await change(cluster, { template: template('web:2') });
    for (let i = 0; i < 6; i++) await obey(cluster);
    await change(cluster, { template: template('web:1') });
    for (let i = 0; i < 6; i++) await obey(cluster);
    assert.equal(setsOf(cluster).length, 2);
    assert.deepEqual(
      setsOf(cluster).map(({ metadata }) => metadata.name === first),
      [false, true],
    );
    assert.deepEqual(setsOf(cluster).map(revisionOf), [2n, 3n]);
    assert.equal(setsOf(cluster)[1]?.metadata.annotations?.['deployment.kubernetes.io/revision-history'], '1');
  });

  it('counts on from a revision of 64 bits', async () => {
    const cluster = await running();
    await obey(cluster);
    const [set] = setsOf(cluster) as [ReplicaSet];
    const name = 'deployment.kubernetes.io/revision';
    const annotations = { ...set.metadata.annotations, [name]: '3546343826724305832' };
    cluster.put(replicaSets, { ...set, metadata: { ...set.metadata, annotations } });
    await change(cluster, { template: template('web:2') });
    assert.equal(setsOf(cluster).at(-1)?.metadata.annotations?.[name], '3546343826724305833');
    for (const [text, revision] of [
      ['9223372036854775807', 2n ** 63n - 1n],
      ['9223372036854775808', 0n],
      ['-1', 0n],
    ] as const)
      assert.equal(revisionOf({ ...set, metadata: { annotations: { [name]: text } } }), revision);
  });

  it('stops a rollout whose pods do not come, and says so after the deadline', async () => {
    const cluster = await running({ replicas: 4 });
    await obey(cluster);
    await change(cluster, { template: template('broken') });
    const isOld = (set: ReplicaSet): boolean => revisionOf(set) === 1n;
    for (let i = 0; i < 6; i++) await obey(cluster, isOld);
    assert.deepEqual(sizes(cluster), [3, 2]);
    await cluster.pass(601_000);
    assert.deepEqual(
      [condition(cluster, 'Progressing')?.status, condition(cluster, 'Progressing')?.reason],
      ['False', 'ProgressDeadlineExceeded'],
    );
    assert.equal(condition(cluster, 'Available')?.status, 'True');
  });

  it('recreates: all old pods are gone before a new one comes', async () => {
    const cluster = await running({ strategy: { type: 'Recreate' } });
    await obey(cluster);
    const [old] = setsOf(cluster);
    assert.ok(old);
    cluster.put(pods, pod('last', { owner: old, labels: old.metadata.labels as never }));
    await change(cluster, { template: template('web:2') });
    await obey(cluster);
    assert.deepEqual(sizes(cluster), [0]);
    cluster.remove(pods, { namespace: 'default', name: 'last' });
    await cluster.settle();
    assert.deepEqual(sizes(cluster), [0, 3]);
  });

  it('grows and shrinks, paused or not, and rolls nothing out while it is paused', async () => {
    const cluster = await running();
    await obey(cluster);
    await change(cluster, { paused: true, template: template('web:2'), replicas: 5 });
    assert.deepEqual(sizes(cluster), [5]);
    assert.equal(condition(cluster, 'Progressing')?.reason, 'DeploymentPaused');
    await change(cluster, { paused: false });
    assert.equal(setsOf(cluster).length, 2);
    await change(cluster, { replicas: 0 });
    for (let i = 0; i < 4; i++) await obey(cluster);
    assert.deepEqual(sizes(cluster), [0, 0]);
  });

  it('keeps no more of its history than it is told', async () => {
    const cluster = await running({ revisionHistoryLimit: 1 });
    await obey(cluster);
    for (const image of ['web:2', 'web:3', 'web:4']) {
      await change(cluster, { template: template(image) });
      for (let i = 0; i < 6; i++) await obey(cluster);
    }
    assert.deepEqual(setsOf(cluster).map(revisionOf), [3n, 4n]);
  });

  it('adopts a ReplicaSet of its template that nobody has', async () => {
    const other = await running();
    const [set] = setsOf(other);
    const orphan = { ...set, metadata: { ...set?.metadata, ownerReferences: [], uid: 'orphan' } } as ReplicaSet;
    const cluster = await running({}, c => c.put(replicaSets, orphan));
    assert.equal(setsOf(cluster).length, 1);
    assert.equal(controllerOf(setsOf(cluster)[0] as never)?.name, 'web');
  });

  it('counts a collision when the name is taken, and takes another', async () => {
    const other = await running();
    const [set] = setsOf(other);
    const foreign = {
      ...set,
      metadata: {
        ...set?.metadata,
        uid: 'f',
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'x', uid: 'x', controller: true }],
      },
    } as ReplicaSet;
    const cluster = await running({}, c => c.put(replicaSets, foreign));
    assert.equal(webOf(cluster).status?.collisionCount, 1);
    assert.equal(setsOf(cluster).filter(({ metadata }) => metadata.ownerReferences?.[0]?.name === 'web').length, 1);
  });

  it('tells why it cannot make its ReplicaSet', async () => {
    const cluster = new Cluster();
    cluster.put(deployments, deploymentNamed('web'));
    cluster.refuse = write => {
      if (write.startsWith('create')) throw statusError('Forbidden', 'no');
    };
    cluster.start(deploymentController);
    await assert.rejects(cluster.settle(), /Failed to create new replica set "web-.*": no/);
    assert.equal(condition(cluster, 'Progressing')?.reason, 'ReplicaSetCreateError');
  });
});
