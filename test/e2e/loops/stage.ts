/** What the tests of the loops share: a cluster, and a client that looks at it from this process. */
import assert from 'node:assert/strict';
import { StatusError } from '../../../api/status.js';
import type { AnyObject, Container, KubeObject, Pod, PodSpec } from '../../../api/types.js';
import type { Resource } from '../../../client/client.js';
import * as kinds from '../../../client/resources.js';
import type { RestClient } from '../../../client/rest/index.js';
import { type ApiTunnel, type Credentials, openApiTunnel } from '../api-tunnel.js';
import { cannotRunNode, eventually, type Lab, openLab } from '../lab.js';
import { idle, isReady, shell } from '../node/scene.js';

export interface Stage {
  lab: Lab;
  api: RestClient;
  as(credentials: Credentials): RestClient;
  create(namespace: string, objects: readonly KubeObject[]): Promise<void>;
  close(): Promise<void>;
}

/** A part of the tests: what it has in a namespace of its own, all of which is there before the first test, and the tests. */
export interface Part {
  namespace: string;
  objects: readonly KubeObject[];
  tests(act: Act): void;
}

/** What a part's tests do in their namespace. */
export interface Act {
  stage(): Stage;
  create(...objects: KubeObject[]): Promise<void>;
  get<T extends KubeObject>(resource: Resource<T>, name: string): Promise<T>;
  /** Undefined while it does not exist. */
  find<T extends KubeObject>(resource: Resource<T>, name: string): Promise<T | undefined>;
  list<T extends KubeObject>(resource: Resource<T>, labelSelector?: string): Promise<T[]>;
  /** The first state that passes. */
  until<T extends KubeObject>(
    resource: Resource<T>,
    name: string,
    passes: (object: T) => boolean,
    timeoutMs?: number,
  ): Promise<T>;
  untilGone(resource: Resource, name: string, timeoutMs?: number): Promise<void>;
  /** So many pods with the label app=NAME, all of them ready. */
  ready(app: string, count: number): Promise<Pod[]>;
  /** Our CLI, in the namespace. */
  orrery(...args: string[]): Promise<string>;
}

export { cannotRunNode };

export async function openStage(): Promise<Stage> {
  const lab = openLab();
  let tunnel: ApiTunnel | undefined;
  try {
    await lab.orrery('up', '--data-dir', lab.dataDir, '--node-name', 'lab');
    tunnel = await openApiTunnel(lab);
  } catch (error) {
    await lab.close();
    throw error;
  }
  const { admin, as, close } = tunnel;
  return {
    lab,
    api: admin,
    as,
    async create(namespace, objects) {
      for (const object of objects) {
        const resource = resourceOf(object);
        const place = resource.namespaced ? { namespace } : {};
        await admin.create(resource, { ...object, metadata: { ...place, ...object.metadata } });
      }
    },
    async close() {
      await close();
      await lab.close();
    },
  };
}

function resourceOf({ apiVersion, kind }: KubeObject): Resource {
  const all = Object.values(kinds) as Resource[];
  const found = all.find(each => each.kind === kind && apiVersion === versionOf(each));
  assert.ok(found, `client/resources.ts has no ${apiVersion} ${kind}`);
  return found;
}

const versionOf = ({ group, version }: Resource): string => (group === '' ? version : `${group}/${version}`);

/** The part's namespace, ready for pods, and its objects. */
export async function setTheScene({ api, create }: Stage, { namespace, objects }: Part): Promise<void> {
  await api.create(kinds.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await eventually(
    () => found(api.get(kinds.serviceAccounts, { namespace, name: 'default' })),
    account => account !== undefined,
  );
  await create(namespace, objects);
}

export function actIn(namespace: string, stage: () => Stage): Act {
  const named = (resource: Resource, name: string) => (resource.namespaced ? { namespace, name } : { name });
  const find: Act['find'] = (resource, name) => found(stage().api.get(resource, named(resource, name)));
  const list: Act['list'] = async (resource, labelSelector = '') =>
    (await stage().api.list(resource, { ...(resource.namespaced ? { namespace } : {}), labelSelector })).items;
  return {
    stage,
    find,
    list,
    create: (...objects) => stage().create(namespace, objects),
    get: (resource, name) => stage().api.get(resource, named(resource, name)),
    async until<T extends KubeObject>(
      resource: Resource<T>,
      name: string,
      passes: (object: T) => boolean,
      timeoutMs = 60_000,
    ) {
      const object = await eventually(
        () => find(resource, name),
        seen => seen !== undefined && passes(seen),
        timeoutMs,
      );
      return object as T;
    },
    async untilGone(resource, name, timeoutMs = 60_000) {
      await eventually(
        () => find(resource, name),
        seen => seen === undefined,
        timeoutMs,
      );
    },
    ready: (app, count) =>
      eventually(
        () => list(kinds.pods, `app=${app}`),
        all => all.length === count && all.every(isReady),
        60_000,
      ),
    orrery: (...args) => stage().lab.orrery('-n', namespace, ...args),
  };
}

async function found<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'NotFound') return undefined;
    throw error;
  }
}

/** An object of a part; its namespace is the part's. */
export const object = (apiVersion: string, kind: string, name: string, fields: object = {}): AnyObject => ({
  apiVersion,
  kind,
  metadata: { name },
  ...fields,
});

type PodFields = Omit<PodSpec, 'containers'>;

/** A template of one container, which says its version in its environment. */
export const template = (app: string, version: string, container: Partial<Container> = {}, spec: PodFields = {}) => ({
  metadata: { labels: { app } },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [shell(idle, { env: [{ name: 'VERSION', value: version }], ...container })],
    ...spec,
  },
});

/** What a deployment, a stateful set or a daemon set has to say of its pods. */
export const workload = (app: string, version: string, more: object = {}) => ({
  spec: { selector: { matchLabels: { app } }, template: template(app, version), ...more },
});

/** A patch to another version of a template. */
export const toVersion = (version: string): object => ({
  spec: { template: { spec: { containers: [{ name: 'c', env: [{ name: 'VERSION', value: version }] }] } } },
});

export const versionOfPod = ({ spec }: Pod): string | undefined => spec?.containers[0]?.env?.[0]?.value;

export const conditionOf = <C extends { type: string }>(
  { status }: { status?: { conditions?: readonly C[] } },
  type: string,
): C | undefined => status?.conditions?.find(condition => condition.type === type);
