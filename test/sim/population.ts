/** What users have made of the cluster. */
import type {
  CronJob,
  DaemonSet,
  Deployment,
  HorizontalPodAutoscaler,
  Job,
  Namespace,
  PersistentVolume,
  PersistentVolumeClaim,
  StatefulSet,
} from '../../api/types.js';
import {
  configMaps,
  cronJobs,
  daemonSets,
  deployments,
  horizontalPodAutoscalers,
  jobs,
  namespaces,
  persistentVolumeClaims,
  persistentVolumes,
  podDisruptionBudgets,
  resourceQuotas,
  services,
  statefulSets,
} from '../../client/resources.js';
import type { World } from './world.js';

const metadata = (name: string) => ({ name, namespace: 'default' });
const templateOf = (app: string, image: string, more: object = {}) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'c', image, resources: { requests: { cpu: '100m' } } }], ...more },
});
const claimSpec = {
  accessModes: ['ReadWriteOnce'],
  storageClassName: 'by-hand',
  resources: { requests: { storage: '1Gi' } },
};

export const namespaceNamed = (name: string): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
});

export const claimNamed = (name: string): PersistentVolumeClaim => ({
  ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: metadata(name), spec: claimSpec },
});

export const volumeNamed = (name: string): PersistentVolume => ({
  ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name } },
  spec: {
    ...{ accessModes: ['ReadWriteOnce'], storageClassName: 'by-hand', capacity: { storage: '1Gi' } },
    ...{ hostPath: { path: `/volumes/${name}` }, persistentVolumeReclaimPolicy: 'Retain' },
  },
});

const web: Deployment = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: metadata('web') },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: templateOf('web', 'web:1'),
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
    revisionHistoryLimit: 3,
  },
};

const api: Deployment = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: metadata('api') },
  spec: { selector: { matchLabels: { app: 'api' } }, template: templateOf('api', 'api:1') },
};

const scaler: HorizontalPodAutoscaler = {
  ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: metadata('api') },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' },
    ...{ minReplicas: 1, maxReplicas: 6 },
    metrics: [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 100 } } },
    ],
  },
};

const db: StatefulSet = {
  ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: metadata('db') },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'db' } },
    serviceName: 'db',
    template: templateOf('db', 'db:1'),
    volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec }],
  },
};

const agent: DaemonSet = {
  ...{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: metadata('agent') },
  spec: { selector: { matchLabels: { app: 'agent' } }, template: templateOf('agent', 'agent:1') },
};

const work: Job = {
  ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: metadata('work') },
  spec: {
    ...{ completions: 5, parallelism: 2, completionMode: 'Indexed', backoffLimit: 1000 },
    template: templateOf('work', 'work:1', { restartPolicy: 'Never' }),
  },
};

const tick: CronJob = {
  ...{ apiVersion: 'batch/v1', kind: 'CronJob', metadata: metadata('tick') },
  spec: {
    ...{ schedule: '* * * * *', concurrencyPolicy: 'Forbid', successfulJobsHistoryLimit: 2 },
    jobTemplate: {
      spec: {
        ...{ backoffLimit: 1000, ttlSecondsAfterFinished: 300 },
        template: templateOf('tick', 'tick:1', { restartPolicy: 'Never' }),
      },
    },
  },
};

/** A namespace with something in it. */
export async function makeTeam(world: World): Promise<void> {
  await world.put(namespaces, namespaceNamed('team'));
  for (const name of ['one', 'two']) {
    await world.put(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'team' } });
  }
  const { spec, ...site } = web;
  await world.put(deployments, {
    ...site,
    metadata: { name: 'site', namespace: 'team' },
    spec: { ...spec, replicas: 2 } as never,
  });
}

export async function populate(world: World): Promise<void> {
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
    await world.put(namespaces, namespaceNamed(name));
  }
  for (const name of ['n1', 'n2', 'n3']) await world.kubelets.join(name);
  for (let number = 1; number <= 6; number++) await world.put(persistentVolumes, volumeNamed(`v${number}`));
  await world.put(resourceQuotas, {
    ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: metadata('most') },
    spec: { hard: { pods: '40', 'count/jobs.batch': '20' } },
  });
  await world.put(services, {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: metadata('web') },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  await world.put(podDisruptionBudgets, {
    ...{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: metadata('web') },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
  });
  await world.put(deployments, web);
  await world.put(deployments, api);
  await world.put(horizontalPodAutoscalers, scaler);
  await world.put(statefulSets, db);
  await world.put(daemonSets, agent);
  await world.put(jobs, work);
  await world.put(cronJobs, tick);
  await world.put(persistentVolumeClaims, claimNamed('spare'));
  await makeTeam(world);
}
