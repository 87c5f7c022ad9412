/**
 * What a worker remembers of its pod between two looks at the runtime: work under way, failures and back-offs. All of
 * it can be lost with the kubelet: what must not be forgotten is in the runtime's labels and in the API.
 */
import type { Image } from '../cri/types.js';
import type { Resources } from './resize/size.js';
import type { ImageState } from './step.js';

/** Of an image that cannot be pulled; all others are shorter. */
const longestBackoffMs = 300_000;

export class Progress {
  volumesMounted = false;
  volumesLeft = true;
  traces = true;
  removedFromApi = false;
  readonly images = new Map<string, ImageState>();
  readonly foundImages = new Map<string, Image>();
  readonly kills = new Map<string, number>();
  /** preStop hooks of sidecars, which run ahead of their kill, by the id of the container. */
  readonly told = new Map<string, Promise<boolean>>();
  /** Ids of containers whose postStart hook runs, or has failed. */
  readonly hooks = new Set<string>();
  readonly stopped = new Set<string>();
  /** Containers that this kubelet has started itself. */
  readonly startedHere = new Set<string>();
  /** Why a container cannot be started, by name: its waiting reason. */
  readonly problems = new Map<string, { reason: string; message: string }>();
  /** Container name -> the id of the container whose back-off was already told as an event. */
  readonly backOffSaid = new Map<string, string>();
  /** Failures in a row, by what failed ('volumes', 'sandbox', 'container web', 'image web'). */
  readonly failures = new Map<string, number>();
  /** What each container was made with or resized to, by its id. */
  readonly sizes = new Map<string, Resources | undefined>();
  /** Why the last resize failed. */
  resizeProblem?: string;
  readonly notBefore = { volumes: 0, sandbox: 0, resize: 0, containers: new Map<string, number>() };

  /** A back-off that is longer than any was told by a clock that has been set back since. */
  shortenBackoffs(now: number): void {
    const { notBefore } = this;
    const most = now + longestBackoffMs;
    for (const what of ['volumes', 'sandbox', 'resize'] as const) notBefore[what] = Math.min(notBefore[what], most);
    for (const [name, until] of notBefore.containers) notBefore.containers.set(name, Math.min(until, most));
  }

  /** Counts one more failure of that, and answers how many there were in a row. */
  failed(what: string): number {
    const count = (this.failures.get(what) ?? 0) + 1;
    this.failures.set(what, count);
    return count;
  }
}
