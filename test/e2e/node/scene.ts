/** What the tests of a living node share: a cluster, a kubectl, its pods as they come and go, and short ways to write pods. */
import assert from 'node:assert/strict';
import type { Container, KubeObject, Pod, PodSpec } from '../../../api/types.js';
import { kubectls } from '../../../apiserver/testing/kubectl.js';
import { cannotRunNode, eventually, type Lab, openLab, type Result } from '../lab.js';
import { WatchedPods } from './watched-pods.js';

export interface Scene {
  lab: Lab;
  pods: WatchedPods;
  /** Answers what it printed. Rejects when it fails. */
  kubectl(...args: string[]): Promise<string>;
  /** The same, for when failing is the point. */
  tryKubectl(args: readonly string[], input?: string): Promise<Result>;
  create(objects: readonly KubeObject[]): Promise<void>;
  close(): Promise<void>;
}

/** A part of the tests: what it needs in the cluster, all of which is there before the first test, and the tests. */
export interface Part {
  objects: readonly KubeObject[];
  tests(scene: () => Scene): void;
}

/** Why there can be none here; undefined when there can. */
export const cannotOpenScene = (): string | undefined =>
  cannotRunNode() ?? (kubectls().length === 0 ? 'kubectl not installed' : undefined);

/** `prepare`: what the lab is to have before its cluster is started. */
export async function openScene(prepare: (lab: Lab) => void = () => {}): Promise<Scene> {
  const lab = openLab();
  prepare(lab);
  await lab.orrery('up', '--data-dir', lab.dataDir, '--node-name', 'lab');
  const { path } = kubectls().at(-1) ?? { path: 'kubectl' };
  const pods = new WatchedPods(lab, path);
  const tryKubectl: Scene['tryKubectl'] = (args, input) => lab.run(path, args, input === undefined ? {} : { input });
  const succeed = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await tryKubectl(args, input);
    assert.equal(code, 0, `kubectl ${args.join(' ')}: ${stderr}${stdout}`);
    return stdout;
  };
  await eventually(
    () => tryKubectl(['get', 'serviceaccount', 'default']),
    ({ code }) => code === 0,
  );
  return {
    lab,
    pods,
    kubectl: (...args) => succeed(args),
    tryKubectl,
    async create(objects) {
      await succeed(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    },
    async close() {
      pods.stop();
      await lab.close();
    },
  };
}

/** What an HTTP server answers to the node itself; 'refused', or another error's code, where none does. */
export async function getFromNode({ lab }: Scene, url: string): Promise<string> {
  const script = `fetch(process.argv[1], { signal: AbortSignal.timeout(3000) }).then(answer => answer.text())
    .catch(error => error.cause?.code === 'ECONNREFUSED' ? 'refused' : String(error.cause?.code ?? error))
    .then(text => process.stdout.write(text))`;
  return (await lab.run(process.execPath, ['-e', script, url])).stdout;
}

export const image = 'orrery.local/busybox:1';

/** Ends at once when it is asked to: as process 1 a shell would ignore the signal. */
export const idle = "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done";

export const shell = (script: string, more: Partial<Container> = {}): Container => ({
  name: 'c',
  image,
  command: ['sh', '-c', script],
  ...more,
});

export const pod = (name: string, spec: PodSpec | Container, labels: Record<string, string> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels },
  spec: { terminationGracePeriodSeconds: 1, ...('containers' in spec ? spec : { containers: [spec] }) },
});

export const object = (kind: string, name: string, fields: object, apiVersion = 'v1'): KubeObject =>
  ({ apiVersion, kind, metadata: { name, namespace: 'default' }, ...fields }) as KubeObject;

export const isReady = ({ metadata, status }: Pod): boolean =>
  !metadata.deletionTimestamp && (status?.conditions ?? []).some(c => c.type === 'Ready' && c.status === 'True');

export const statusOf = ({ status }: Pod, container = 'c') =>
  [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(one => one.name === container);

export const restartsOf = (one: Pod, container = 'c'): number => statusOf(one, container)?.restartCount ?? 0;
export const waitingOf = (one: Pod, container = 'c') => statusOf(one, container)?.state?.waiting;
/** How its last life ended. */
export const lastEndOf = (one: Pod, container = 'c') => statusOf(one, container)?.lastState?.terminated;
export const endOf = (one: Pod, container = 'c') => statusOf(one, container)?.state?.terminated;
