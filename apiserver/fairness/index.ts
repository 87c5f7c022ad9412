/**
 * API priority and fairness: no client, however many requests it sends, keeps others from being served. Each request
 * belongs to a flow of a priority level, and waits for a seat of that level.
 */
import type { Clock } from '../../api/clock.js';
import { flowControlGroup } from '../../api/kinds/flowcontrol/objects.js';
import type { FlowSchema, PriorityLevelConfiguration } from '../../api/types.js';
import type { Lookup, RequestInfo, User } from '../contracts.js';
import { distinguisherOf, schemaFor } from './classify.js';
import { schemasOf, settingsOf } from './configuration.js';
import { Level, type Refusal } from './level.js';
import { share } from './sharing.js';
import { flowHash } from './shuffle-shard.js';

const schemas = { group: flowControlGroup, resource: 'flowschemas' };
const levels = { group: flowControlGroup, resource: 'prioritylevelconfigurations' };

/** --max-requests-inflight and --max-mutating-requests-inflight of Kubernetes, together. */
const serverSeats = 600;
/** So often levels lend and borrow seats anew. */
const sharingMs = 10_000;
/** A quarter of what a request may take. */
const waitLimitMs = 15_000;

/** Of one user, that are remembered. */
const mostFlows = 1000;

export interface Flow {
  schema: string;
  level: string;
  /** What clients are told: X-Kubernetes-PF-FlowSchema-UID and -PriorityLevel-UID. */
  schemaUid: string;
  levelUid: string;
  /** Of a flow without limits: undefined. */
  hash?: bigint;
}

/** What is counted (see http/metrics.ts). */
export interface FairnessObserver {
  dispatched(flow: Flow, waitedMs: number): void;
  refused(flow: Flow, why: Refusal): void;
}

export interface FairnessOptions {
  lookup: Lookup;
  clock: Pick<Clock, 'now'>;
  observer?: FairnessObserver;
  seats?: number;
}

/** Gives the seat back. */
export type Release = () => void;

export class TooManyRequests extends Error {}

export class Fairness {
  readonly #levels = new Map<string, Level | undefined>();
  #schemas: readonly FlowSchema[] = [];
  #uids = new Map<string, string>();
  #outdated = true;
  #sharedAt: number;
  #fraction = 1;
  /** A User is one object for as long as its credential is used. */
  #flows = new WeakMap<User, Map<string, Flow>>();

  constructor(private readonly options: FairnessOptions) {
    this.#sharedAt = options.clock.now();
    const outdated = (): void => {
      this.#outdated = true;
    };
    options.lookup.onChange(schemas, outdated);
    options.lookup.onChange(levels, outdated);
  }

  flowOf(user: User, info: RequestInfo): Flow {
    this.#update();
    const { isResource, verb, group, resource, subresource, namespace, path } = info;
    const key = isResource ? `${verb} ${group}/${resource}/${subresource} ${namespace}` : `${verb} ${path}`;
    let known = this.#flows.get(user);
    if (!known || known.size >= mostFlows) {
      known = new Map();
      this.#flows.set(user, known);
    }
    const flow = known.get(key) ?? this.#find(user, info);
    known.set(key, flow);
    return flow;
  }

  #find(user: User, info: RequestInfo): Flow {
    const schema = schemaFor(this.#schemas, user, info);
    if (!schema) throw new Error('no flow schema matches: the mandatory one is gone');
    const name = schema.metadata.name ?? '';
    const level = schema.spec?.priorityLevelConfiguration.name ?? '';
    return {
      schema: name,
      level,
      schemaUid: schema.metadata.uid ?? '',
      levelUid: this.#uids.get(level) ?? '',
      ...(this.#levels.get(level) ? { hash: flowHash(name, distinguisherOf(schema, user, info)) } : {}),
    };
  }

  /** At once where there is a seat, which is the rule: a promise only where there is none. Rejects with TooManyRequests. */
  enter(flow: Flow): Release | Promise<Release> {
    const { clock, observer } = this.options;
    const level = this.#levels.get(flow.level);
    const arrived = clock.now();
    if (!level || flow.hash === undefined) {
      observer?.dispatched(flow, 0);
      return () => undefined;
    }
    const leave = level.take(flow.hash, arrived);
    if (!leave) return this.#wait(level, flow, flow.hash, arrived);
    observer?.dispatched(flow, 0);
    return () => leave(clock.now());
  }

  #wait(level: Level, flow: Flow, hash: bigint, arrived: number): Promise<Release> {
    const { clock, observer } = this.options;
    return new Promise((resolve, reject) => {
      level.enter(
        hash,
        arrived,
        leave => {
          observer?.dispatched(flow, clock.now() - arrived);
          resolve(() => leave(clock.now()));
        },
        why => {
          observer?.refused(flow, why);
          reject(new TooManyRequests(why));
        },
      );
    });
  }

  /** The once-a-second look at the clock: who has waited too long is turned away; idle seats go where they are wanted. */
  tick(): void {
    const now = this.options.clock.now();
    for (const level of this.#levels.values()) level?.expire(now - waitLimitMs);
    if (now - this.#sharedAt >= sharingMs) this.#share(now);
  }

  #share(now: number): void {
    this.#sharedAt = now;
    const limited = [...this.#levels.values()].filter(level => level !== undefined);
    const { seats, fraction } = share(
      limited.map(level => level.claim(now)),
      this.options.seats ?? serverSeats,
    );
    this.#fraction = fraction;
    limited.forEach((level, i) => {
      level.allot(seats[i] as number, now);
    });
  }

  /** For the metrics: each level that has limits. */
  *state(): Iterable<{ level: string; of: Level }> {
    for (const [level, of] of this.#levels) if (of) yield { level, of };
  }

  /** The part that each level has of what it wants, its bounds permitting. */
  get fraction(): number {
    return this.#fraction;
  }

  #update(): void {
    if (!this.#outdated) return;
    this.#outdated = false;
    this.#flows = new WeakMap();
    const { lookup, clock, seats = serverSeats } = this.options;
    const configured = [...lookup.list(levels)] as unknown as PriorityLevelConfiguration[];
    this.#uids = new Map(configured.map(({ metadata }) => [metadata.name ?? '', metadata.uid ?? '']));
    const settings = settingsOf(configured, seats);
    for (const [name, wanted] of settings) {
      const level = this.#levels.get(name);
      if (level && wanted) level.reconfigure(wanted, clock.now());
      else this.#levels.set(name, wanted && new Level(wanted));
    }
    this.#schemas = schemasOf(lookup.list(schemas) as Iterable<unknown> as Iterable<FlowSchema>, settings);
    // A level that is gone takes nobody new; those that wait there still get their seats.
    for (const [name, level] of this.#levels) {
      if (!settings.has(name) && (!level || level.executing + level.waiting === 0)) this.#levels.delete(name);
    }
  }
}

/** Served for as long as the client stays: they would hold a seat for ever. (Of a watch, the beginning counts.) */
export const isLongRunning = ({ verb, subresource }: RequestInfo): boolean =>
  verb === 'proxy' || ['attach', 'exec', 'log', 'portforward', 'proxy'].includes(subresource);
