/**
 * The pods of a lab as a watch shows them: every state that each went through, so that a test need not look at the
 * right moment.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { systemClock } from '../../../api/clock.js';
import type { Pod, WatchEvent } from '../../../api/types.js';
import type { Lab } from '../lab.js';

export interface Seen {
  /** Milliseconds since 1970, as this process learned of it. */
  at: number;
  pod: Pod;
  deleted: boolean;
}

const usualMs = 30_000;
const retryMs = 200;

export class WatchedPods {
  readonly #histories = new Map<string, Seen[]>();
  readonly #looks = new Set<() => void>();
  #watch: ChildProcess | undefined;
  #stopped = false;

  constructor(
    private readonly lab: Lab,
    private readonly kubectl: string,
  ) {
    void this.#follow();
  }

  stop(): void {
    this.#stopped = true;
    this.#watch?.kill();
  }

  /** Of all pods that ever had this name in the namespace default. */
  history(name: string): readonly Seen[] {
    return this.#histories.get(`default/${name}`) ?? [];
  }

  /** Those that are there now, of all namespaces. */
  now(): Pod[] {
    const last = [...this.#histories.values()].flatMap(history => history.at(-1) ?? []);
    return last.filter(({ deleted }) => !deleted).map(({ pod }) => pod);
  }

  /** Every state that any pod was seen in, in order. */
  everSeen(): Pod[] {
    return [...this.#histories.values()].flat().map(({ pod }) => pod);
  }

  /** The uids of all that ever were. */
  uids(): Set<string> {
    return new Set([...this.#histories.values()].flat().map(({ pod }) => pod.metadata.uid ?? ''));
  }

  /** The first state of the pod, from the beginning, that pleases; `what` is for the error when there never is one. */
  until(name: string, what: string, pleases: (pod: Pod) => boolean, timeoutMs = usualMs): Promise<Pod> {
    const state = (): Pod | undefined => this.history(name).find(({ pod, deleted }) => !deleted && pleases(pod))?.pod;
    return this.#eventually(state, () => `${name} was never ${what}: ${this.#told(name)}`, timeoutMs);
  }

  /** The same of the state that it is in. */
  untilNow(name: string, what: string, pleases: (pod: Pod) => boolean, timeoutMs = usualMs): Promise<Pod> {
    const state = (): Pod | undefined => {
      const last = this.history(name).at(-1);
      return last && !last.deleted && pleases(last.pod) ? last.pod : undefined;
    };
    return this.#eventually(state, () => `${name} is not ${what}: ${this.#told(name)}`, timeoutMs);
  }

  /** When the pod of this name was removed. */
  async gone(name: string, timeoutMs = usualMs): Promise<number> {
    const end = (): Seen | undefined => this.history(name).findLast(({ deleted }) => deleted);
    return (await this.#eventually(end, () => `${name} is still there: ${this.#told(name)}`, timeoutMs)).at;
  }

  /** Of all pods at once, as they are now. */
  all(what: string, please: (pods: Pod[]) => boolean, timeoutMs = usualMs): Promise<Pod[]> {
    const state = (): Pod[] | undefined => (please(this.now()) ? this.now() : undefined);
    const told = (): string =>
      `${what}: not so: ${this.now().map(({ metadata, status }) => `${metadata.name} ${JSON.stringify(status)}`)}`;
    return this.#eventually(state, told, timeoutMs);
  }

  #told(name: string): string {
    return JSON.stringify(this.history(name).at(-1) ?? 'no such pod');
  }

  #eventually<T>(state: () => T | undefined, complaint: () => string, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = state();
        if (found === undefined) return;
        clearTimeout(timer);
        this.#looks.delete(look);
        resolve(found);
      };
      const timer = setTimeout(() => {
        this.#looks.delete(look);
        reject(new Error(`after ${timeoutMs} ms ${complaint()}`));
      }, timeoutMs);
      this.#looks.add(look);
      look();
    });
  }

  /** Lists, and watches from there; again and again, for the API server may be away. */
  async #follow(): Promise<void> {
    while (!this.#stopped) {
      const listed = await this.lab.run(this.kubectl, ['get', '--raw', '/api/v1/pods']);
      if (listed.code === 0) {
        const { items, metadata } = JSON.parse(listed.stdout) as {
          items: Pod[];
          metadata: { resourceVersion: string };
        };
        this.#replace(items);
        await this.#watchFrom(metadata.resourceVersion);
      }
      await systemClock.sleep(retryMs);
    }
  }

  #watchFrom(resourceVersion: string): Promise<void> {
    return new Promise(resolve => {
      const path = `/api/v1/pods?watch=1&resourceVersion=${resourceVersion}`;
      const args = [`--net=${this.lab.netns}`, this.kubectl, 'get', '--raw', path];
      const child = spawn('nsenter', args, { env: this.lab.env, stdio: ['ignore', 'pipe', 'ignore'] });
      this.#watch = child;
      createInterface({ input: child.stdout }).on('line', line => this.#take(JSON.parse(line) as WatchEvent<Pod>));
      child.once('error', () => resolve());
      child.once('close', () => resolve());
    });
  }

  #take({ type, object }: WatchEvent<Pod>): void {
    if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') this.#add(object, type === 'DELETED');
  }

  #replace(items: readonly Pod[]): void {
    const present = new Set(items.map(pod => pod.metadata.uid));
    for (const pod of this.now()) if (!present.has(pod.metadata.uid)) this.#add(pod, true);
    for (const pod of items) this.#add(pod, false);
  }

  #add(pod: Pod, deleted: boolean): void {
    const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
    const history = this.#histories.get(key) ?? [];
    history.push({ at: Date.now(), pod, deleted });
    this.#histories.set(key, history);
    for (const look of this.#looks) look();
  }
}
