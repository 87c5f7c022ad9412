/** Deployments, jobs and cron jobs that `create` makes of words. Pure. */
import type { AnyObject, CronJob } from '../../api/types.js';
import { Failure } from '../failure.js';
import { portNumber } from './pod-for.js';

export interface DeploymentWishes {
  image: string[];
  replicas: number;
  port?: string;
}

export function deploymentFor(name: string, command: readonly string[], wishes: DeploymentWishes): AnyObject {
  const { image: images, replicas, port } = wishes;
  if (images.length > 1 && command.length > 0) throw new Failure('cannot specify multiple --image options and command');
  const labels = { app: name };
  const containers = images.map(image => ({
    ...(command.length > 0 ? { command: [...command] } : {}),
    image,
    name: containerNameFor(image),
    ...(port === undefined ? {} : { ports: [{ containerPort: portNumber(port) }] }),
    resources: {},
  }));
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      strategy: {},
      template: { metadata: { labels }, spec: { containers } },
    },
    status: {},
  };
}

/** 'registry:5000/team/web_app:1.2' -> 'web-app': what a container may be called. (kubectl adds chance to such names.) */
function containerNameFor(image: string): string {
  const last = image.split('@')[0]?.split('/').at(-1)?.split(':')[0] ?? '';
  return last
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

const podSpec = (name: string, image: string, command: readonly string[], restartPolicy: string) => ({
  containers: [{ ...(command.length > 0 ? { command: [...command] } : {}), image, name, resources: {} }],
  restartPolicy,
});

export const jobFor = (name: string, image: string, command: readonly string[]): AnyObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: { template: { metadata: {}, spec: podSpec(name, image, command, 'Never') } },
  status: {},
});

export interface CronJobWishes {
  image: string;
  schedule: string;
  restart: string;
}

export function cronJobFor(
  name: string,
  command: readonly string[],
  { image, schedule, restart }: CronJobWishes,
): AnyObject {
  const template = { metadata: {}, spec: podSpec(name, image, command, restart) };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name },
    spec: { jobTemplate: { metadata: { name }, spec: { template } }, schedule },
    status: {},
  };
}

/** The job that a cron job would make, now: it is the cron job's, and says that somebody asked for it. */
export function jobFrom({ metadata, spec }: CronJob, name: string): AnyObject {
  const { metadata: template, spec: jobSpec } = spec?.jobTemplate ?? {};
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      annotations: { ...template?.annotations, 'cronjob.kubernetes.io/instantiate': 'manual' },
      ...(template?.labels ? { labels: template.labels } : {}),
      ownerReferences: [
        {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          name: metadata.name ?? '',
          uid: metadata.uid ?? '',
          controller: true,
        },
      ],
    },
    spec: jobSpec,
    status: {},
  };
}
