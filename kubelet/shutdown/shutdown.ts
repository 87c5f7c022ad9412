/**
 * Graceful node shutdown: the login manager is held up until the pods of this node have ended, those that the others
 * depend on last. Only a shutdown of the machine does that; a kubelet that stops leaves its pods as they are.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import type { KubeObject, Pod } from '../../api/types.js';
import type { EventRecorder } from '../../client/runtime/events.js';
import { detailsOf } from '../cri/cri.js';
import type { Rejection } from '../pods/admission/fit.js';
import type { Termination } from '../pods/ending.js';
import type { Logind } from './logind.js';
import { graceInAll, type ShutdownGroup, type ShutdownRound, shutdownPlan } from './plan.js';

/** A pod's worker. */
export interface ShutdownPod {
  allocated: Pod;
  /** Nothing of it runs, and no volume of it is mounted. */
  isAtRest: boolean;
  /** False when it is ending already. */
  terminate(termination: Termination): boolean;
  /** One that is ending has no more time than this. */
  hasten(graceSeconds: number): void;
  /** Resolves once the API has its last status. */
  settled(): Promise<void>;
}

export interface ShutdownOptions {
  /** None, or no time: the machine's shutdown is not held up. */
  groups: readonly ShutdownGroup[];
  logind: Logind;
  pods: () => readonly ShutdownPod[];
  nodeName: string;
  clock: Clock;
  log: Logger;
  events: EventRecorder;
  signal: AbortSignal;
  /** Counts when it began and ended. */
  measured: (what: 'start' | 'end') => void;
}

const retryMs = 1000;
const lookMs = 50;
/** For the login manager to read its configuration. */
const mostLooks = 60;
const message = 'Pod was terminated in response to imminent node shutdown.';

/** What Kubernetes says of a pod that comes to such a node. */
export const shutdownRejection: Rejection = {
  reason: 'NodeShutdown',
  message: 'Pod was rejected: Pod was rejected as the node is shutting down.',
};

export class NodeShutdown {
  /** Aborted when the shutdown is called off. */
  #near: AbortController | undefined;
  #onChange: () => void = () => {};

  constructor(private readonly options: ShutdownOptions) {}

  /** The machine is about to shut down. */
  get isNear(): boolean {
    return this.#near !== undefined;
  }

  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** Runs until the signal aborts; never throws. */
  async keep(): Promise<void> {
    const { groups, log, clock, signal } = this.options;
    if (graceInAll(groups) === 0) return;
    try {
      await this.#prepare();
    } catch (error) {
      log.warn(
        { reason: (error as Error).message },
        'graceful node shutdown is off: pods will end as the machine does, without their grace',
      );
      return;
    }
    while (!signal.aborted) {
      await this.#follow().catch(error =>
        log.warn({ reason: detailsOf(error) }, 'the login manager was lost, and is asked again'),
      );
      await clock.sleep(retryMs, signal);
    }
  }

  /** Throws when the login manager cannot be held up for so long. */
  async #prepare(): Promise<void> {
    const { logind, groups, clock, signal } = this.options;
    const neededMs = graceInAll(groups) * 1000;
    if ((await logind.longestDelayMs()) >= neededMs) return;
    await logind.allowDelay(neededMs);
    // It reads its configuration beside the answer.
    for (let look = 0; look < mostLooks; look++) {
      if ((await logind.longestDelayMs()) >= neededMs) return;
      await clock.sleep(lookMs, signal);
    }
    const seconds = (await logind.longestDelayMs()) / 1000;
    throw new Error(
      `shutdownGracePeriod is ${neededMs / 1000} s, and the login manager waits for ${seconds} s: raise InhibitDelayMaxSec in /etc/systemd/logind.conf`,
    );
  }

  /** Until the kubelet stops. Throws when the login manager is lost. */
  async #follow(): Promise<void> {
    const { logind, signal } = this.options;
    const lost = new AbortController();
    const stop = (): void => lost.abort();
    signal.addEventListener('abort', stop, { once: true });
    let lock = await logind.inhibit();
    let work = Promise.resolve();
    const onShutdown = (begins: boolean): void => {
      if (begins === this.isNear) return;
      this.#turn(begins);
      const deed = async (): Promise<void> => {
        if (begins) await this.#endPods();
        lock.release();
        // The next one is to be held up, too.
        if (!begins) lock = await logind.inhibit();
      };
      work = work.then(deed).catch(stop);
    };
    try {
      await logind.follow(onShutdown, lost.signal);
    } finally {
      signal.removeEventListener('abort', stop);
      lock.release();
    }
  }

  #turn(begins: boolean): void {
    const { events, nodeName, log } = this.options;
    this.#near?.abort();
    this.#near = begins ? new AbortController() : undefined;
    const text = `Shutdown manager detected shutdown ${begins ? 'event' : 'cancellation'}`;
    log.info(text);
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName, uid: nodeName } } as KubeObject;
    events.event(node, 'Normal', 'NodeShutdown', text, { cause: `kubelet ${nodeName} <- shutdown of the machine` });
    this.#onChange();
  }

  /** Until all have ended or have had their time, or the machine goes on after all. */
  async #endPods(): Promise<void> {
    const { pods, groups, measured, signal } = this.options;
    const cancelled = this.#near?.signal;
    measured('start');
    const running = pods().filter(pod => !pod.isAtRest);
    for (const round of shutdownPlan(running, groups)) {
      if (signal.aborted || !cancelled || cancelled.aborted) return;
      await this.#endRound(round, cancelled);
    }
    measured('end');
  }

  async #endRound({ pods, graceSeconds }: ShutdownRound<ShutdownPod>, cancelled: AbortSignal): Promise<void> {
    const { clock, log } = this.options;
    for (const { pod, graceSeconds: grace } of pods) {
      const termination = { reason: 'Terminated', message, graceSeconds: grace, isDisruption: true };
      if (!pod.terminate(termination)) pod.hasten(grace);
    }
    const over = new AbortController();
    const stop = (): void => over.abort();
    cancelled.addEventListener('abort', stop, { once: true });
    const ends = pods.map(async ({ pod }) => {
      while (!pod.isAtRest && !over.signal.aborted) await clock.sleep(lookMs, over.signal);
      if (pod.isAtRest) await pod.settled();
    });
    await Promise.race([Promise.all(ends), clock.sleep(graceSeconds * 1000, over.signal)]);
    over.abort();
    cancelled.removeEventListener('abort', stop);
    const late = pods.filter(({ pod }) => !pod.isAtRest).map(({ pod }) => pod.allocated.metadata.name);
    if (late.length > 0)
      log.warn({ pods: late, graceSeconds }, 'pods have not ended in their time, and are left to the machine');
  }
}
