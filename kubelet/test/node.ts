/** A real node for tests: a kubelet with its containerd in the network namespace of this process, and an API in memory. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../../api/clock.js';
import type { ConfigMap, Container, Pod, PodSpec } from '../../api/types.js';
import { configMaps, pods } from '../../client/resources.js';
import { containerdPaths } from '../containerd/start.js';
import { connectCri } from '../cri/connect.js';
import type { Cri } from '../cri/cri.js';
import { busyboxImage } from '../images/local.js';
import { startNode } from '../kubelet.js';
import type { NodeOptions } from '../node-options.js';
import { resetNode } from '../reset.js';
import type { Figures, PodsView } from '../server/contracts.js';
import { PodsApi } from './pods-api.js';

const execSeconds = 10 * Number(process.env.ORRERY_TEST_SLOWNESS ?? 1);
const log = pino({ level: process.env.ORRERY_TEST_LOG ?? 'silent' });
const bridge = 'okubelet0';
/** MemoryApi's uids are the same in every run: two runs at once must not share cgroups. */
const cgroupParent = `/okubelet-${process.pid}`;
export const nodeName = 'test-node';

export class TestNode {
  readonly api = new PodsApi();
  view!: PodsView;
  figures!: Figures;
  cri!: Cri;
  #node: { stop(): Promise<void> } | undefined;

  private constructor(
    readonly dataDir: string,
    private readonly more: Partial<NodeOptions>,
  ) {}

  /** `dataDir`: a folder of its own unless given. */
  static async start(more: Partial<NodeOptions> = {}, dataDir?: string): Promise<TestNode> {
    execFileSync('ip', ['link', 'set', 'lo', 'up']);
    const dir = dataDir ?? (await mkdtemp(join(tmpdir(), 'okubelet-')));
    // The root of a pod with users of its own is one of the others.
    await chmod(dir, 0o711);
    const node = new TestNode(dir, more);
    await node.startKubelet();
    node.cri = connectCri(containerdPaths(node.dataDir).socket);
    return node;
  }

  /** `more`: for this one alone. */
  async startKubelet(more: Partial<NodeOptions> = {}): Promise<void> {
    this.#node = await startNode(this.api, { ...this.#options(), ...more }, async ({ podsView, figures }) => {
      this.view = podsView;
      this.figures = figures;
      return { port: 10250, stop: async () => {} };
    });
  }

  async stopKubelet(): Promise<void> {
    await this.#node?.stop();
    this.#node = undefined;
  }

  async remove(): Promise<void> {
    await this.stopKubelet();
    this.cri.close();
    await resetNode({ dataDir: this.dataDir, bridge, cgroupParent, removeData: true, log, clock: systemClock });
  }

  #options() {
    const { dataDir } = this;
    return {
      nodeName,
      nodeIP: '127.0.0.1',
      dataDir,
      podCidr: '10.251.0.0/24',
      bridge,
      cgroupParent,
      log,
      clock: systemClock,
      ...this.more,
    };
  }

  create(name: string, spec: PodSpec, metadata: Partial<Pod['metadata']> = {}): Promise<Pod> {
    return this.api.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', ...metadata },
      spec: { terminationGracePeriodSeconds: 1, ...spec, nodeName },
      status: { phase: 'Pending' },
    } as Pod);
  }

  createConfigMap(name: string, data: Record<string, string>): Promise<ConfigMap> {
    return this.api.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default' },
      data,
    });
  }

  get(name: string): Promise<Pod> {
    return this.api.get(pods, { namespace: 'default', name });
  }

  async delete(name: string, gracePeriodSeconds?: number): Promise<void> {
    await this.api.delete(
      pods,
      { namespace: 'default', name },
      gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds },
    );
  }

  /** Resolves with the pod once it is as wanted; rejects with what it looks like instead. */
  until(name: string, what: string, wanted: (pod: Pod) => boolean): Promise<Pod> {
    return eventually(`${name} is ${what}`, () => this.get(name), wanted);
  }

  ready(name: string): Promise<Pod> {
    return this.until(name, 'ready', isReady);
  }

  async gone(name: string): Promise<void> {
    const ask = (): Promise<Pod | undefined> => this.get(name).catch(() => undefined);
    await eventually(`${name} is gone`, ask, pod => pod === undefined);
  }

  /** Of pods, in any tree. */
  cgroups(): string[] {
    const found = execFileSync('find', [
      '/sys/fs/cgroup',
      '-maxdepth',
      '4',
      '-path',
      `*${cgroupParent}/*`,
      '-name',
      'pod*',
    ]);
    return found.toString().split('\n').filter(Boolean);
  }

  /** Of a sandbox's pause, or of a container's main process. */
  pidOfTask(id: string): number {
    const { socket } = containerdPaths(this.dataDir);
    const tasks = execFileSync('ctr', ['--address', socket, '--namespace', 'k8s.io', 'tasks', 'ls']).toString();
    return Number(new RegExp(`^${id}\\s+(\\d+)`, 'm').exec(tasks)?.[1]);
  }

  /** What a command in the pod's container prints. */
  async exec(pod: Pod, command: string[], container?: string): Promise<string> {
    const status = (pod.status?.containerStatuses ?? []).find(s => container === undefined || s.name === container);
    const id = status?.containerID?.replace('containerd://', '') ?? '';
    const { stdout, stderr, exitCode } = await this.cri.execSync(id, command, execSeconds);
    if (exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${exitCode}: ${stderr}${stdout}`);
    return stdout.toString();
  }
}

/** As long as a busy machine may need; an emulated one (tools/guest.sh) needs more. */
const patienceMs = 30_000 * Number(process.env.ORRERY_TEST_SLOWNESS ?? 1);

/** Asks again until the answer is as wanted. `what` is for the error otherwise. */
export async function eventually<T>(
  what: string,
  ask: () => T | Promise<T>,
  wanted: (answer: T) => boolean,
): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > end)
      throw new Error(`it did not come about that ${what}; last: ${JSON.stringify(answer, null, 1)}`);
    await systemClock.sleep(10);
  }
}

export const isReady = (pod: Pod): boolean =>
  (pod.status?.conditions ?? []).some(c => c.type === 'Ready' && c.status === 'True');

export const containerId = (pod: Pod, index = 0): string => pod.status?.containerStatuses?.[index]?.containerID ?? '';

export const busybox = (name: string, command: string, more: Partial<Container> = {}): Container => ({
  name,
  image: busyboxImage,
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', command],
  ...more,
});

/** A program that ends at once when it is asked to: as PID 1 a shell would otherwise ignore the signal. */
export const idle = "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done";
