/**
 * All pods of this node: a worker for each that the API has bound here, and for each that was left over from before.
 * News comes from the API, from the runtime's events, and from a slow look at everything, in case some of it got lost.
 */
import { isMirror } from '../../api/kinds/pod/mirror.js';
import type { Pod } from '../../api/types.js';
import type { Informer } from '../../client/informer/informer.js';
import type { KubeletContext } from '../context.js';
import { leftovers } from './leftovers.js';
import { isAsSeen, listedByPod } from './listed.js';
import { StaticPods } from './static/static-pods.js';
import { type Origin, PodWorker } from './worker.js';

export interface PodsOptions {
  context: KubeletContext;
  /** Of the pods that are bound to this node. */
  informer: Informer<Pod>;
  /** Between two looks at everything: a second where the runtime has no events, more where it has. */
  relistMs: number;
}

/**
 * The looks at everything after a gap in the runtime's events: an exit may have been announced within the gap and be in
 * the runtime's lists only a moment later, on a busy machine much later.
 */
const looksAfterGapMs = [0, 50, 100, 200, 400, 800, 1600, 3200];

export class Pods {
  readonly #workers = new Map<string, PodWorker>();
  #relisting: Promise<void> | undefined;
  #again = false;
  /** The API has said which pods there are: whatever else is here is left over. */
  #isTold = false;

  readonly #static: StaticPods;

  constructor(private readonly options: PodsOptions) {
    this.#static = new StaticPods(options.context, {
      start: pod => this.#work(pod, 'known'),
      end: pod => this.#workers.get(pod.metadata.uid ?? '')?.update(pod, false),
      mirrored: (pod, mirror) => this.#workers.get(pod.metadata.uid ?? '')?.mirrored(mirror),
    });
    options.context.objects.onChange(uid => this.#workers.get(uid)?.refreshVolumes());
  }

  /** Runs until the kubelet stops. Pods left over are touched only once the API has said which ones there are. */
  async run(): Promise<void> {
    const { context, informer, relistMs } = this.options;
    const { manifests } = context.directories;
    let following = Promise.resolve();
    const looked = new Promise<void>(resolve => {
      following = this.#static.follow(manifests, resolve);
    });
    await Promise.race([looked, aborted(context.signal)]);
    informer.onChange(({ now, before }) => {
      const pod = now ?? before;
      if (!pod) return;
      // A pod that is replaced by another of its name in one change: the old one is gone.
      if (before && before.metadata.uid !== pod.metadata.uid) this.#take(before, false);
      this.#take(pod, now !== undefined);
    });
    await Promise.race([informer.synced, aborted(context.signal)]);
    for (const pod of informer.list()) this.#take(pod, true);
    this.#isTold = true;
    await this.#cleanLeftovers();
    while (!context.signal.aborted) {
      await context.clock.sleep(relistMs, context.signal);
      if (!context.signal.aborted) await this.relist();
    }
    await Promise.all([following, ...this.workers().map(worker => worker.ended)]);
  }

  /** Of the containers that run. */
  logs(): { id: string; path: string }[] {
    const running = this.workers().flatMap(({ seen }) =>
      seen.containers.filter(c => c.state === 'running' && c.logPath),
    );
    return running.map(({ id, logPath }) => ({ id, path: logPath }));
  }

  workers(): PodWorker[] {
    return [...this.#workers.values()];
  }

  /** The runtime says that the main process of this container or sandbox has ended. */
  exited(id: string): void {
    this.options.context.exits.add(id);
    this.#wake(id, 'has ended');
  }

  /** The runtime says so of a container: before or after it says that it has ended. */
  ranOutOfMemory(id: string): void {
    this.options.context.ooms.add(id);
    this.#wake(id, 'ran out of memory');
  }

  /** Of what is only being started nobody has the id yet: its worker asks when it looks next. */
  #wake(id: string, what: string): void {
    const worker = this.workers().find(
      w => w.seen.containers.some(c => c.id === id) || w.seen.sandboxes.some(s => s.id === id),
    );
    const container = worker?.seen.containers.find(c => c.id === id);
    worker?.wake(`${container ? `container ${container.name}` : 'the sandbox'} ${what}`);
  }

  /** The runtime's events begin, or begin again: what they told before is lost. */
  async missedEvents(): Promise<void> {
    const { clock, signal } = this.options.context;
    for (const wait of looksAfterGapMs) {
      await clock.sleep(wait, signal);
      if (signal.aborted) return;
      await this.relist();
    }
  }

  /** Looks at everything, and wakes the workers who have seen their pods otherwise. Calls that meet one under way share the next. */
  relist(): Promise<void> {
    this.#again = true;
    this.#relisting ??= this.#relistWhileAsked().finally(() => {
      this.#relisting = undefined;
    });
    return this.#relisting;
  }

  async #relistWhileAsked(): Promise<void> {
    while (this.#again && !this.options.context.signal.aborted) {
      this.#again = false;
      await this.#relistOnce();
    }
  }

  async #relistOnce(): Promise<void> {
    const { cri, log } = this.options.context;
    try {
      const [sandboxes, containers] = await Promise.all([cri.listPodSandbox(), cri.listContainers()]);
      const listed = listedByPod(sandboxes, containers);
      for (const [uid, worker] of this.#workers)
        if (!isAsSeen(listed.get(uid) ?? [], worker.seen))
          worker.wake('the runtime lists it otherwise than it was seen');
      // What an earlier kubelet has asked for may have come into being after this one had looked for left-overs.
      if (this.#isTold && [...listed.keys()].some(uid => !this.#workers.has(uid))) await this.#cleanLeftovers();
    } catch (error) {
      log.warn({ reason: (error as Error).message }, 'the runtime did not list its pods');
    }
  }

  async #cleanLeftovers(): Promise<void> {
    const { context } = this.options;
    while (!context.signal.aborted) {
      try {
        for (const pod of await leftovers(context))
          if (!this.#workers.has(pod.metadata.uid ?? '')) this.#work(pod, 'leftover');
        return;
      } catch (error) {
        context.log.warn({ reason: (error as Error).message }, 'looking for pods left over from before failed');
        await context.clock.sleep(1000, context.signal);
      }
    }
  }

  /** News of the API. That a pod is gone which has no worker (any more) is no news. */
  #take(pod: Pod, exists: boolean): void {
    if (isMirror(pod)) {
      this.#static.mirror(pod, exists);
      return;
    }
    const known = this.#workers.get(pod.metadata.uid ?? '');
    if (known) known.update(pod, exists);
    // One that was not on the list when this kubelet came, and that none has taken on, has nothing in the runtime.
    else if (exists) this.#work(pod, this.#isTold && pod.status?.startTime === undefined ? 'new' : 'known');
  }

  #work(pod: Pod, origin: Origin): void {
    const { context } = this.options;
    if (context.signal.aborted) return;
    const uid = pod.metadata.uid ?? '';
    const worker = new PodWorker(pod, origin, context, () =>
      this.workers().flatMap(other => (other !== worker && other.takesPlace ? [other.allocated] : [])),
    );
    this.#workers.set(uid, worker);
    void worker.ended.then(() => {
      this.#workers.delete(uid);
      this.#static.ended(pod);
      // One that was to have other sizes may have room now.
      for (const other of this.workers()) other.roomMade();
      context.objects.release(uid);
    });
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
