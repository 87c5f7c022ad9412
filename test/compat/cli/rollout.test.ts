/** `rollout` beside kubectl's, over workloads that stand as controllers leave them: nobody else changes them here. */
import type { AnyObject, KubeObject } from '../../../api/types.js';
import type { Resource } from '../../../client/client.js';
import * as kinds from '../../../client/resources.js';
import { type Fixture, makeNamespace, startFixture } from './fixture.js';
import { checkRow, ownNamespaces, type Row } from './rows.js';

const template = (app: string, version: number) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'c', image: `${app}:${version}` }] },
});

const tabs = 'kubectl does not align what it separates by tabs';

const status: Row[] = [
  { args: 'rollout status deploy/web -n ~', out: 'deployment "web" successfully rolled out' },
  {
    args: 'rollout status deploy/web -n ~ --revision=3',
    code: 1,
    err: 'error: desired revision (3) is different from the running revision (2)',
    sameError: true,
  },
  {
    args: 'rollout status deploy/new -n ~ --timeout=300ms',
    code: 1,
    out: 'Waiting for deployment "new" rollout to finish: 1 out of 2 new replicas have been updated...',
    err: 'error: timed out waiting for the condition',
    sameError: true,
  },
  {
    args: 'rollout status deploy/late -n ~',
    code: 1,
    err: 'error: deployment "late" exceeded its progress deadline',
    sameError: true,
  },
  { args: 'rollout status ds/agent -n ~', out: 'daemon set "agent" successfully rolled out' },
  { args: 'rollout status sts/db -n ~', out: 'partitioned roll out complete: 1 new pods have been updated...' },
  {
    args: 'rollout status deploy/web sts/db -n ~',
    out: 'deployment "web" successfully rolled out\npartitioned roll out complete: 1 new pods have been updated...',
  },
  {
    args: 'rollout status deploy nope -n ~',
    code: 1,
    err: 'Error from server (NotFound): deployments.apps "nope" not found',
    sameError: true,
  },
  {
    args: 'rollout status cm/settings -n ~',
    code: 1,
    err: 'error: no status viewer has been implemented for ConfigMap',
    sameError: true,
  },
  { args: 'rollout status', code: 1, err: 'error: required resource not specified', sameError: true },
];

const history: Row[] = [
  {
    args: 'rollout history deploy/web -n ~',
    out: 'deployment.apps/web\nREVISION  CHANGE-CAUSE\n1         <none>\n2         a better image\n',
  },
  {
    args: 'rollout history deploy/web --revision=1 -n ~',
    differs: tabs,
    out: /^deployment\.apps\/web with revision #1\nPod Template:\n/,
  },
  {
    args: 'rollout history sts/db --revision=1 -n ~',
    differs: tabs,
    out: /^statefulset\.apps\/db with revision #1\n[\s\S]* db:1\n/,
  },
  { args: 'rollout history deploy/new -n ~', out: /No rollout history found/ },
  { args: 'rollout history deploy/web --revision=1 -n ~ -o name', out: 'replicaset.apps/web-1' },
  { args: 'rollout history ds -n ~ -o name', out: 'daemonset.apps/agent\ndaemonset.apps/agent' },
  {
    args: "rollout history sts/db --revision=1 -n ~ -o 'jsonpath={.spec.template.spec.containers[*].image}'",
    out: 'db:1',
  },
  {
    args: 'rollout history deploy/web --revision=7 -n ~',
    code: 1,
    err: 'error: unable to find the specified revision',
    sameError: true,
  },
  {
    args: 'rollout history cm/settings -n ~',
    code: 1,
    err: 'error: no history viewer has been implemented for "ConfigMap"',
  },
];

const undo: Row[] = [
  {
    args: 'rollout undo deploy/web --dry-run=client -n ~',
    differs: tabs,
    out: /^deployment\.apps\/web Pod Template:[\s\S]* \(dry run\)\n$/,
  },
  {
    args: 'rollout undo sts/db --dry-run=client -n ~',
    differs: tabs,
    out: /^statefulset\.apps\/db will roll back to Pod Template:/,
  },
  { args: 'rollout undo ds/agent --dry-run=server -n ~', out: 'daemonset.apps/agent rolled back (server dry run)' },
  {
    args: 'rollout undo deploy/web --to-revision=2 -n ~',
    out: 'deployment.apps/web skipped rollback (current template already matches revision 2)',
  },
  { args: 'rollout undo deploy/web -n ~', out: 'deployment.apps/web rolled back' },
  { args: 'get deploy web -n ~ -o yaml', out: /\n {6}- image: web:1\n/ },
  { args: 'rollout undo deploy/web --to-revision=2 -n ~', out: 'deployment.apps/web rolled back' },
  { args: 'get deploy web -n ~ -o yaml', out: /\n {4}kubernetes\.io\/change-cause: a better image\n/ },
  {
    args: 'rollout undo ds/agent sts/db -n ~',
    out: 'daemonset.apps/agent rolled back\nstatefulset.apps/db rolled back',
  },
  { args: 'get ds,sts -n ~ -o yaml', out: /image: agent:1\n[\s\S]*image: db:1\n/ },
  {
    args: 'rollout undo deploy/web --to-revision=7 -n ~',
    code: 1,
    err: 'error: unable to find specified revision 7 in history',
    sameError: true,
  },
  {
    args: 'rollout undo deploy/new -n ~',
    code: 1,
    err: 'error: no rollout history found for deployment "new"',
    sameError: true,
  },
  {
    args: 'rollout undo cm/settings -n ~',
    code: 1,
    err: 'error: no rollbacker has been implemented for "ConfigMap"',
  },
];

const changes: Row[] = [
  { args: 'rollout pause deploy/web -n ~', out: 'deployment.apps/web paused' },
  {
    args: 'rollout pause deploy/web -n ~',
    code: 1,
    err: 'error: deployments.apps "web" is already paused',
    sameError: true,
  },
  {
    args: 'rollout undo deploy/web --to-revision=1 -n ~',
    code: 1,
    err: /you cannot rollback a paused deployment; resume it first/,
    sameError: true,
  },
  {
    args: 'rollout restart deploy/web -n ~',
    code: 1,
    err: `error: deployments.apps "web" can't restart paused deployment (run rollout resume first)`,
    sameError: true,
  },
  { args: 'rollout resume deploy/web -n ~', out: 'deployment.apps/web resumed' },
  { args: 'get deploy web -n ~ -o yaml', out: /\n {2}replicas: 1\n/ },
  {
    args: 'rollout resume deploy/web -n ~',
    code: 1,
    err: 'error: deployments.apps "web" is not paused',
    sameError: true,
  },
  {
    args: 'rollout pause sts/db -n ~',
    code: 1,
    err: 'error: statefulsets.apps "db" pausing is not supported',
    sameError: true,
  },
  {
    args: 'rollout restart deploy/web ds/agent sts/db -n ~',
    out: /^deployment\.apps\/web restarted\n.*\n.* restarted\n$/,
  },
  { args: 'rollout restart deploy -l app=new -n ~ -o name', out: 'deployment.apps/new' },
  {
    args: 'rollout restart rs/web-1 -n ~',
    code: 1,
    err: 'error: replicasets.apps "web-1" restarting is not supported',
    sameError: true,
  },
  { args: 'rollout nonsense', code: 1, err: /unknown command/ },
];

describe('rollouts by the CLI', function () {
  this.timeout(60_000);
  let fixture: Fixture;

  before(async () => {
    fixture = await startFixture();
    for (const namespace of ownNamespaces) {
      await makeNamespace(fixture.client, namespace);
      await makeWorkloads(fixture, namespace);
    }
  });
  after(() => fixture.remove());

  for (const row of [...status, ...history, ...undo, ...changes]) it(row.args, () => checkRow(fixture, row));
});

async function makeWorkloads({ client }: Fixture, namespace: string): Promise<void> {
  async function make<T extends KubeObject>(
    resource: Resource<T>,
    name: string,
    { metadata, status, ...fields }: { metadata?: object; status?: object } & Record<string, unknown>,
  ): Promise<T> {
    const { group, version, kind } = resource;
    const apiVersion = group === '' ? version : `${group}/${version}`;
    const object = { apiVersion, kind, metadata: { name, namespace, labels: { app: name }, ...metadata }, ...fields };
    const made = await client.create(resource as Resource, object as AnyObject);
    if (!status) return made as T;
    return (await client.update(resource as Resource, { ...made, status } as AnyObject, {
      subresource: 'status',
    })) as T;
  }
  const owned = ({ apiVersion, kind, metadata: { name, uid } }: KubeObject) => ({
    labels: { app: name },
    ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }],
  });
  const spec = (app: string, more: object = {}) => ({
    ...more,
    selector: { matchLabels: { app } },
    template: template(app, 2),
  });
  const revisions = async (owner: KubeObject, app: string): Promise<void> => {
    for (const revision of [1, 2])
      await make(kinds.controllerRevisions, `${app}-${revision}`, {
        metadata: owned(owner),
        data: { spec: { template: { $patch: 'replace', ...template(app, revision) } } },
        revision,
      });
  };

  await make(kinds.configMaps, 'settings', {});
  const replicas = { replicas: 1, updatedReplicas: 1, availableReplicas: 1, readyReplicas: 1 };
  const web = await make(kinds.deployments, 'web', {
    metadata: { annotations: { 'deployment.kubernetes.io/revision': '2' } },
    spec: spec('web'),
    status: { ...replicas, observedGeneration: 9 },
  });
  for (const number of [1, 2])
    await make(kinds.replicaSets, `web-${number}`, {
      metadata: {
        ...owned(web),
        annotations: {
          'deployment.kubernetes.io/revision': String(number),
          ...(number === 2 ? { 'kubernetes.io/change-cause': 'a better image' } : {}),
        },
      },
      spec: { selector: { matchLabels: { app: 'web' } }, template: template('web', number) },
    });
  await make(kinds.deployments, 'new', {
    spec: spec('new', { replicas: 2 }),
    status: { ...replicas, observedGeneration: 1 },
  });
  const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];
  await make(kinds.deployments, 'late', { spec: spec('late'), status: { observedGeneration: 1, conditions } });
  const agent = await make(kinds.daemonSets, 'agent', {
    spec: spec('agent'),
    status: {
      currentNumberScheduled: 1,
      desiredNumberScheduled: 1,
      numberReady: 1,
      numberMisscheduled: 0,
      updatedNumberScheduled: 1,
      numberAvailable: 1,
      observedGeneration: 9,
    },
  });
  await revisions(agent, 'agent');
  const db = await make(kinds.statefulSets, 'db', {
    spec: spec('db', { serviceName: 'db' }),
    status: { ...replicas, observedGeneration: 9 },
  });
  await revisions(db, 'db');
}
