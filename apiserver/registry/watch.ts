/** GET with watch=true: what is there, where the client does not know it yet, and then every change. */
import { expired, StatusError } from '../../api/status.js';
import { type Change, prepareChanges } from '../cache/change.js';
import type { CacheEntry } from '../cache/entry.js';
import { type Filter, matches } from '../cache/filter.js';
import { frame, type Representation } from '../cache/representation.js';
import { Watcher, type WatchSchedule } from '../cache/watcher.js';
import type { Sink } from '../contracts.js';
import type { Answer, Call, Environment } from './call.js';
import { type ListOptions, parseListOptions } from './list-options.js';
import { filterOf } from './selection.js';

const bookmarkEveryMs = 60_000;
/** A watch without a timeout of its own ends after one to two times this: so the load spreads over all servers. */
const shortestSeconds = 1800;

export async function watch(env: Environment, call: Call): Promise<Answer> {
  const options = parseListOptions(call.query, true);
  const filter = filterOf(call, options);
  const version = options.resourceVersion;
  if (version === '') await env.cache.fresh();
  else if (version !== '0') await env.cache.atLeast(Number(version));
  return {
    status: 200,
    contentType: call.representation.streamType ?? call.representation.contentType,
    body: [],
    stream: sink => start(env, call, options, filter, sink),
  };
}

/** Without a version, or from any version, a watch starts by telling what is there. */
const resumes = ({ resourceVersion }: ListOptions): boolean => resourceVersion !== '' && resourceVersion !== '0';

const startsFromState = (options: ListOptions): boolean => options.sendInitialEvents ?? !resumes(options);

/** Reading the state and joining the watchers is one synchronous step: no change comes between them. */
function start(env: Environment, call: Call, options: ListOptions, filter: Filter, sink: Sink): void {
  const now = env.clock.now();
  const watcher = new Watcher(filter, call.representation, sink, scheduleOf(env, options, now), now, env.cache.wake);
  const first = firstFrames(env, call, options, filter);
  if (first instanceof StatusError) {
    watcher.fail(first.status);
    return;
  }
  if (first.ready === undefined) watcher.startWith(first.frames());
  else watcher.startAfter(first.ready, first.frames);
  env.cache.resource(call.row).addWatcher(watcher);
  if (env.cache.isLeaving) watcher.end();
}

/** What a watch is told before any change. */
interface First {
  /** Present where `frames` has to wait until objects are converted. */
  ready?: Promise<void> | undefined;
  frames(): Iterator<Buffer>;
}

/** History that is gone is told in the stream, as Kubernetes does: old clients do not read the body of a refused watch. */
function firstFrames(env: Environment, call: Call, options: ListOptions, filter: Filter): First | StatusError {
  const { cache } = env;
  const { representation } = call;
  const resource = cache.resource(call.row);
  if (startsFromState(options)) {
    const end = options.sendInitialEvents ? cache.revision : undefined;
    // A test that reads another version is asked only when all is converted to that.
    const entries = [...(filter.view ? resource.all(filter.namespace) : resource.select(filter))];
    const ready = filter.view ? filter.view.prepare(entries) : representation.prepare?.(entries);
    const chosen = () => (filter.view ? entries.filter(entry => matches(filter, entry)) : entries);
    return { ready, frames: () => initialEvents(chosen(), representation, end) };
  }
  if (!resumes(options)) return { frames: () => [].values() };
  const version = Number(options.resourceVersion);
  const missed = resource.since(version);
  if (!missed) return tooOld(version, resource.floor);
  const ready = prepareChanges(missed, filter, representation);
  return { ready, frames: () => missedEvents(missed, filter, representation) };
}

function scheduleOf(env: Environment, options: ListOptions, now: number): WatchSchedule {
  const seconds = options.timeoutSeconds || shortestSeconds * (1 + env.random());
  return { deadline: now + seconds * 1000, ...(options.allowWatchBookmarks ? { bookmarkEveryMs } : {}) };
}

function* initialEvents(
  entries: readonly CacheEntry[],
  representation: Representation,
  endAt: number | undefined,
): Generator<Buffer> {
  let shown = representation;
  for (const entry of entries) {
    yield frame(shown, 'ADDED', shown.object(entry));
    shown = shown.following ?? shown;
  }
  if (endAt === undefined) return;
  yield frame(shown, 'BOOKMARK', shown.bookmark(endAt, { 'k8s.io/initial-events-end': 'true' }));
}

function* missedEvents(changes: readonly Change[], filter: Filter, representation: Representation): Generator<Buffer> {
  let shown = representation;
  for (const change of changes) {
    const type = change.seenAs(filter);
    if (!type) continue;
    yield change.frame(type, shown);
    shown = shown.following ?? shown;
  }
}

const tooOld = (asked: number, oldest: number) => expired(`too old resource version: ${asked} (${oldest})`);
