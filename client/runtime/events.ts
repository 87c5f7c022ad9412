/**
 * Reports about objects, as core/v1 Events. Never throws and never waits: reports are written one after the other
 * behind the caller's back, and dropped when far too many are waiting.
 */
import type { Logger } from 'pino';
import { type Clock, timestamp } from '../../api/clock.js';
import { StatusError } from '../../api/status.js';
import type { Event, KubeObject } from '../../api/types.js';
import type { Client, Name } from '../client.js';
import { events } from '../resources.js';
import { Correlator, remembered, type Verdict } from './correlation.js';
import { Recent } from './recent.js';

const longestBacklog = 1000;
const lastWordMs = 2000;

export interface EventRecorderOptions {
  client: Client;
  /** 'kubelet', 'replication-controller': source.component and reportingComponent. */
  component: string;
  /** The node, where the component belongs to one. */
  host?: string;
  clock: Clock;
  log: Logger;
}

export interface EventDetails {
  /** 'spec.containers{web}': the part of the object that it is about. */
  fieldPath?: string;
  /** What made the reporter look at the object; see cause.ts. */
  cause?: string;
  /** Of the Event itself: details for programs. Those of the last report count. */
  annotations?: Record<string, string>;
}

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #correlator = new Correlator();
  readonly #names = new Recent<string, Name>(remembered);
  readonly #stop = new AbortController();
  #backlog: (() => Promise<void>)[] = [];
  #writing: Promise<void> | undefined;
  #lastStamp = 0n;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  event(
    about: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    details: EventDetails = {},
  ): void {
    const now = this.#options.clock.now();
    const { kind, metadata } = about;
    const id = [kind, metadata.namespace, metadata.name, metadata.uid, details.fieldPath].join('/');
    const verdict = this.#correlator.judge({ about: id, type, reason, message }, now);
    if (verdict.kind === 'drop' || this.#backlog.length >= longestBacklog || this.#stop.signal.aborted) return;
    const { cause, annotations, ...part } = details;
    const event = this.#eventFor(about, type, reason, verdict.message, part, now);
    if (annotations) event.metadata.annotations = annotations;
    this.#backlog.push(() => this.#write(verdict, event, cause));
    this.#writing ??= this.#drain();
  }

  /** Resolves when all that was reported is written, or given up. */
  async flush(): Promise<void> {
    for (let writing = this.#writing; writing !== undefined; writing = this.#writing) await writing;
  }

  /** Gives what is waiting two seconds. */
  async close(): Promise<void> {
    const done = new AbortController();
    const patience = this.#options.clock.sleep(lastWordMs, done.signal);
    await Promise.race([this.flush(), patience]);
    done.abort();
    this.#stop.abort();
    this.#backlog = [];
  }

  async #drain(): Promise<void> {
    for (let write = this.#backlog.shift(); write; write = this.#backlog.shift()) {
      try {
        await write();
      } catch (error) {
        this.#options.log.debug({ reason: (error as Error).message }, 'an event could not be written');
      }
    }
    this.#writing = undefined;
  }

  async #write(verdict: Exclude<Verdict, { kind: 'drop' }>, event: Event, cause: string | undefined): Promise<void> {
    const { client } = this.#options;
    const options = { signal: this.#stop.signal, ...(cause === undefined ? {} : { cause }) };
    const known = this.#names.get(verdict.key);
    if (verdict.kind === 'count' && known) {
      const { annotations } = event.metadata;
      const patch = {
        count: verdict.count,
        lastTimestamp: event.lastTimestamp,
        message: event.message,
        ...(annotations ? { metadata: { annotations } } : {}),
      };
      try {
        await client.patch(events, known, 'merge', patch, options);
        return;
      } catch (error) {
        if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error;
      }
    }
    const { name = '', namespace = '' } = event.metadata;
    this.#names.set(verdict.key, { name, namespace });
    try {
      await client.create(events, { ...event, count: verdict.kind === 'count' ? verdict.count : 1 }, options);
    } catch (error) {
      this.#names.delete(verdict.key);
      this.#correlator.forget(verdict.key);
      throw error;
    }
  }

  #eventFor(
    about: KubeObject,
    type: string,
    reason: string,
    message: string,
    part: Pick<EventDetails, 'fieldPath'>,
    now: number,
  ): Event {
    const { component, host } = this.#options;
    const { name = '', namespace, uid, resourceVersion } = about.metadata;
    const stamp = timestamp(now);
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${this.#uniqueStamp(now)}`, namespace: namespace ?? 'default' },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
        ...part,
      },
      type,
      reason,
      message: message.length > 1024 ? `${message.slice(0, 1021)}...` : message,
      source: { component, ...(host === undefined ? {} : { host }) },
      firstTimestamp: stamp,
      lastTimestamp: stamp,
      count: 1,
      reportingComponent: component,
      reportingInstance: host ?? '',
    };
  }

  /** Nanoseconds in hexadecimal, as Kubernetes names its events; within a millisecond, one more each. */
  #uniqueStamp(now: number): string {
    const stamp = BigInt(now) * 1_000_000n;
    this.#lastStamp = stamp > this.#lastStamp ? stamp : this.#lastStamp + 1n;
    return this.#lastStamp.toString(16);
  }
}
