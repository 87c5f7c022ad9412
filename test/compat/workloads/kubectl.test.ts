/**
 * The workload kinds as unmodified kubectls know them (Debian's 1.20 and the PATH's): what they apply, show and describe,
 * and a rollout there and back, with our controllers at work and pods that are said to be ready.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { systemClock } from '../../../api/clock.js';
import type { Pod } from '../../../api/types.js';
import { startTestCluster, type TestCluster } from '../../../apiserver/testing/cluster.js';
import { Kubectl, kubectls, type Outcome } from '../../../apiserver/testing/kubectl.js';
import { loadKubeconfig } from '../../../client/kubeconfig.js';
import { pods } from '../../../client/resources.js';
import { connect, type RestClient } from '../../../client/rest/index.js';
import { startControllers } from '../../../controllers/main.js';

const template = (app: string): string =>
  `{metadata: {labels: {app: ${app}}}, spec: {containers: [{name: c, image: "${app}:1"}]}}`;
const job = '{template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}';

const manifest = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: ${template('web')}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template: ${template('db')}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec: {selector: {matchLabels: {app: agent}}, template: ${template('agent')}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec: ${job}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /tmp/disk}, storageClassName: slow}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], storageClassName: slow, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: limits}
spec: {limits: [{type: Container, max: {cpu: "2"}, defaultRequest: {cpu: 100m}}]}
---
apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, maxReplicas: 4, targetCPUUtilizationPercentage: 50}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: hourly}
spec: {schedule: "0 * * * *", jobTemplate: {spec: ${job}}}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: quota}
spec: {hard: {"count/deployments.apps": "2", pods: "20"}}
`;

/**
 * What kubectl calls "configured" however often it is applied, here as with Kubernetes: lists and selectors that it
 * replaces whole, although defaults were added to them.
 */
const alwaysConfigured =
  /^(statefulset\.apps\/db|limitrange\/limits|poddisruptionbudget\.policy\/web|cronjob\.batch\/hourly) configured$/;

/** What `get` shows of each. */
const shown: [args: string, expected: RegExp][] = [
  [
    'deployments -o wide',
    /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE +CONTAINERS +IMAGES +SELECTOR\nweb +0\/2 +\d +0 +\S+ +c +web:1 +app=web/,
  ],
  ['rs', /^NAME +DESIRED +CURRENT +READY +AGE\nweb-\w{10} +2 +\d +0 /],
  ['sts -o wide', /^NAME +READY +AGE +CONTAINERS +IMAGES\ndb +0\/1 +\S+ +c +db:1/],
  ['ds', /^NAME +DESIRED +CURRENT +READY +UP-TO-DATE +AVAILABLE +NODE SELECTOR +AGE\nagent +0 +0 +0 +0 +0 +<none> /],
  ['jobs', /^NAME +STATUS +COMPLETIONS +DURATION +AGE\nonce +Running +0\/1 /],
  [
    'cj',
    /^NAME +SCHEDULE +TIMEZONE +SUSPEND +ACTIVE +LAST SCHEDULE +AGE\nhourly +0 \* \* \* \* +<none> +False +0 +<none> /,
  ],
  [
    'pv',
    /^NAME +CAPACITY +ACCESS MODES +RECLAIM POLICY +STATUS +CLAIM +STORAGECLASS .*\ndisk +1Gi +RWO +Retain +Bound +default\/data +slow /,
  ],
  ['pvc', /^NAME +STATUS +VOLUME +CAPACITY +ACCESS MODES +STORAGECLASS .*\ndata +Bound +disk +1Gi +RWO +slow /],
  ['limits', /^NAME +CREATED AT\nlimits +\d{4}-/],
  ['quota', /^NAME +REQUEST +LIMIT +AGE\nquota +count\/deployments\.apps: 1\/2, pods: \d+\/20 /],
  [
    'hpa',
    /^NAME +REFERENCE +TARGETS +MINPODS +MAXPODS +REPLICAS +AGE\nweb +Deployment\/web +cpu: <unknown>\/50% +1 +4 +\d /,
  ],
  ['pdb', /^NAME +MIN AVAILABLE +MAX UNAVAILABLE +ALLOWED DISRUPTIONS +AGE\nweb +2 +N\/A +0 /],
  ['cs', /^NAME +STATUS +MESSAGE +ERROR\n(.*\n)*etcd-0 +Healthy +ok/],
];

/** What `describe` says of each. */
const described: [args: string, expected: RegExp][] = [
  [
    'deployment web',
    /Replicas: +2 desired[\s\S]*RollingUpdateStrategy: +25% max unavailable, 25% max surge[\s\S]*NewReplicaSet: +web-/,
  ],
  ['sts db', /Replicas: +1 desired[\s\S]*Volume Claims:\n +Name: +data/],
  ['ds agent', /Desired Number of Nodes Scheduled: 0/],
  ['job once', /Completions: +1[\s\S]*Pods Statuses:/],
  ['cj hourly', /Schedule: +0 \* \* \* \*/],
  ['pv disk', /StorageClass: +slow[\s\S]*Path: +\/tmp\/disk/],
  ['pvc data', /Status: +Bound\nVolume: +disk/],
  ['limits limits', /Container +cpu +- +2 +100m +2/],
  ['quota quota', /count\/deployments\.apps +1 +2/],
  ['hpa web', /Reference: +Deployment\/web[\s\S]*(resource cpu|target CPU)/],
  ['pdb web', /Min available: +2/],
];

for (const { path, version } of kubectls()) {
  describe(`workloads by kubectl ${version}`, function () {
    this.timeout(120_000);
    let cluster: TestCluster;
    let client: RestClient;
    let controllers: { stop(): Promise<void> } | undefined;

    let kubectl: Kubectl;
    const ok = (line: string): Promise<string> => kubectl.ok(...line.split(' '));
    /** Asked again until it is so; mocha's time limit ends a wait in vain. */
    const becomes = async (line: string, expected: RegExp): Promise<void> => {
      while (!expected.test(await ok(line))) await systemClock.sleep(50);
    };

    before(async () => {
      cluster = await startTestCluster();
      kubectl = new Kubectl(path, cluster);
      client = connect(loadKubeconfig({ path: cluster.pki.kubeconfig.admin }));
      const log = pino({ level: 'silent' });
      const kubeconfig = cluster.pki.kubeconfig.controllers;
      controllers = await startControllers({ kubeconfig, identity: 'test', log, clock: systemClock });
      await becomes('get serviceaccounts -o name', /default/);
      await writeFile(join(cluster.dataDir, 'all.yaml'), manifest);
    });
    after(async () => {
      await controllers?.stop();
      await client?.close();
      await cluster?.remove();
    });

    /** Every pod of the deployment runs and is ready, as a kubelet would say. */
    const bringUp = async (): Promise<void> => {
      for (const pod of (await client.list(pods, { namespace: 'default', labelSelector: 'app=web' })).items) {
        if (pod.status?.phase === 'Running' || pod.metadata.deletionTimestamp) continue;
        const status: Pod['status'] = {
          ...pod.status,
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'True' }],
        };
        await client.update(pods, { ...pod, status }, { subresource: 'status' });
      }
    };
    const rollOut = async (): Promise<void> => {
      let done = false;
      const finished = ok('rollout status deployment/web').then(said => {
        done = true;
        assert.match(said, /deployment "web" successfully rolled out/);
      });
      while (!done) {
        await bringUp();
        await systemClock.sleep(50);
      }
      await finished;
    };

    it('applies them, and applies them again', async () => {
      const file = join(cluster.dataDir, 'all.yaml');
      const first = await ok(`apply -f ${file}`);
      assert.equal(
        first
          .trim()
          .split('\n')
          .filter(line => line.endsWith(' created')).length,
        11,
        first,
      );
      const again = await ok(`apply -f ${file}`);
      const changed = again
        .trim()
        .split('\n')
        .filter(line => !line.endsWith(' unchanged'));
      for (const line of changed) assert.match(line, alwaysConfigured);
    });

    it('gets them', async () => {
      await becomes('get rs', /web-\w{10} +2 +2 /);
      await becomes('get pvc data', /Bound/);
      await becomes('get quota', /deployments\.apps: 1\/2, pods: 4\/20/);
      for (const [args, expected] of shown) assert.match(await ok(`get ${args}`), expected, args);
      assert.match(
        await ok('get all'),
        /deployment\.apps\/web [\s\S]*replicaset\.apps\/web-[\s\S]*cronjob\.batch\/hourly/,
      );
    });

    it('describes them', async () => {
      for (const [args, expected] of described) assert.match(await ok(`describe ${args}`), expected, args);
    });

    it('rolls a deployment out, tells its history, and takes it back', async () => {
      await rollOut();
      await ok('set image deployment/web c=web:2');
      await rollOut();
      await becomes('get deployment web', /web +2\/2 +2 +2 /);
      assert.match(await ok('rollout history deployment/web'), /\n1 +[\s\S]*\n2 +/);
      await ok('rollout undo deployment/web');
      await rollOut();
      assert.equal(await ok('get deployment web -o jsonpath={.spec.template.spec.containers[0].image}'), 'web:1');
      assert.match(await ok('rollout history deployment/web'), /\n2 +[\s\S]*\n3 +/);
    });

    it('scales what has a scale', async () => {
      await ok('scale deployment/web sts/db --replicas=3');
      await becomes('get rs', /web-\w{10} +3 +3 /);
      assert.match(await ok('get sts'), /db +0\/3/);
      await ok('autoscale deployment web --name=other --max=3 --cpu-percent=70');
      assert.match(await ok('get hpa other'), /cpu: <unknown>\/70% +\S+ +3/);
    });

    it('is told what quotas and levels refuse', async () => {
      await ok('create deployment second --image=i');
      const { err } = await kubectl.run('create', 'deployment', 'third', '--image=i');
      assert.match(
        err,
        /exceeded quota: quota, requested: count\/deployments\.apps=1, used: count\/deployments\.apps=2, limited: count\/deployments\.apps=2/,
      );
      await ok('create namespace strict');
      await ok('label namespace strict pod-security.kubernetes.io/warn=restricted');
      const warned = await kubectl.run('create', 'deployment', 'loose', '--image=i', '-n', 'strict');
      assert.match(
        warned.err,
        /Warning: would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false/,
      );
    });

    it('evicts no pod that the budget guards, and one that it can spare', async () => {
      const file = join(cluster.dataDir, 'eviction.json');
      const evict = async (): Promise<Outcome> => {
        const [pod] = (await client.list(pods, { namespace: 'default', labelSelector: 'app=web' })).items.filter(
          ({ status, metadata }) => status?.phase === 'Running' && !metadata.deletionTimestamp,
        );
        const name = pod?.metadata.name;
        await writeFile(file, JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } }));
        return kubectl.run('create', '--raw', `/api/v1/namespaces/default/pods/${name}/eviction`, '-f', file);
      };
      const { code, err } = await evict();
      assert.equal(code, 1);
      assert.match(err, /Cannot evict pod as it would violate the pod's disruption budget\./);
      await bringUp();
      await becomes('get pdb web', /web +2 +N\/A +1 /);
      assert.equal((await evict()).code, 0);
    });
  });
}
