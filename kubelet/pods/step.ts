/**
 * The heart of the kubelet: given what is wanted and what is there, the one next thing to do for a pod. Pure; the
 * worker (worker.ts) performs the step, looks again, and asks again.
 *
 *   while the pod is to run                                  when it is to end
 *   1. kill what may not go on (unhealthy, changed, stray)   1. ask every container to end, sidecars last
 *   2. mount the volumes                                     2. stop the sandbox: its network is given back
 *   3. make a sandbox, when none is ready                    3. unmount the volumes
 *   4. resize containers that run
 *   5. run the init containers, one after the other          4. deleted or gone: remove all traces, then the
 *      (a sidecar only has to start, and stays);                object in the API
 *      before them, what was added to look into the pod
 *   6. start the containers in order
 *   7. remove what is no longer needed
 *
 * A step that has to wait (back-off, a pull, a grace period) never blocks the decision: it stands in `have`, and the
 * answer is the next useful step, or `wait`.
 */
import { leavesNothing } from './ending.js';
import { changed, type Size } from './resize/size.js';
import { restartsAfter } from './restart-policy.js';
import { type ContainerSeen, isAlive, latest, readySandbox, type SandboxSeen, type Seen } from './seen.js';
import type { ContainerWant, Want } from './want.js';

export type ImageState = 'checking' | 'pulling' | 'ready';

export interface Have {
  seen: Seen;
  volumesMounted: boolean;
  /** Something of its volumes may be left, from an earlier kubelet too. */
  volumesLeft: boolean;
  /** Directories, cgroups or logs of the pod remain. */
  traces: boolean;
  /** The API has no such pod any more. */
  removedFromApi: boolean;
  /** By container name. Absent before it was asked for, and after a failure. */
  images: ReadonlyMap<string, ImageState>;
  /** Kills under way: container id -> when it is killed at the latest. */
  kills: ReadonlyMap<string, number>;
  /** Ids of containers whose preStop hook has begun ahead of their kill. */
  told: { has(id: string): boolean };
  /** Ids of containers whose postStart hook has not succeeded (yet). */
  hooks: ReadonlySet<string>;
  /** Ids of containers that run and whose startup probe has not passed. */
  starting: ReadonlySet<string>;
  /** Container id -> why it has to go, and with which grace if not the pod's (a probe's own). */
  unhealthy: ReadonlyMap<string, { message: string; graceSeconds?: number }>;
  /** What containers run with, by id. */
  sizes: ReadonlyMap<string, Size>;
  /** Sandboxes that were told to stop. */
  stopped: ReadonlySet<string>;
  /** Restart counts of containers that only the API remembers, by name (the machine was started anew). */
  countedBefore: ReadonlyMap<string, number>;
  /** Back-offs, in milliseconds since 1970. `containers` by name. */
  notBefore: { volumes: number; sandbox: number; resize: number; containers: ReadonlyMap<string, number> };
}

export type Step =
  | { do: 'kill'; id: string; deadline: number; message: string }
  | { do: 'tell'; id: string; deadline: number }
  | { do: 'mountVolumes' }
  | { do: 'createSandbox'; attempt: number }
  | { do: 'stopSandbox'; id: string }
  | { do: 'removeSandbox'; id: string }
  | { do: 'resize' }
  | { do: 'ensureImage'; container: string }
  | { do: 'startContainer'; container: string; attempt: number; sandboxId: string }
  | { do: 'removeContainer'; id: string }
  | { do: 'unmountVolumes' }
  | { do: 'removeTraces' }
  | { do: 'removeFromApi' }
  | { do: 'wait'; until?: number }
  | { do: 'nothingLeft' };

/** These leave the runtime as it is, or go on beside the worker and wake it at their end. */
const besideRuntime = new Set<Step['do']>([
  'kill',
  'tell',
  'mountVolumes',
  'ensureImage',
  'resize',
  'unmountVolumes',
  'removeTraces',
  'removeFromApi',
]);

/** Whether the runtime has to be looked at again once the step was performed. */
export const changesRuntime = (step: Step): boolean => !besideRuntime.has(step.do);

/**
 * Its sandbox is there, and its first container is about to be: the API is told of both at once. A pull may take long, and
 * is not waited for with that.
 */
export function isOnItsWay(step: Step, { seen, images }: Have): boolean {
  if (seen.containers.length > 0 || !readySandbox(seen)) return false;
  if (step.do === 'wait') return [...images.values()].includes('checking');
  return step.do === 'ensureImage' || step.do === 'startContainer';
}

export function nextStep(want: Want, have: Have, now: number): Step {
  return want.ending ? endingStep(want, have, now) : runningStep(want, have, now);
}

function endingStep(want: Want, have: Have, now: number): Step {
  const ending = want.ending;
  if (!ending) throw new Error('a pod that is not to end has no ending step');
  const { seen } = have;
  const alive = seen.containers.filter(isAlive);
  const turn = now < ending.deadline ? firstToEnd(want, alive) : alive;
  for (const c of turn) {
    const due = have.kills.get(c.id);
    if (due === undefined || due > ending.deadline)
      return { do: 'kill', id: c.id, deadline: ending.deadline, message: `Stopping container ${c.name}` };
  }
  const early = alive.find(c => !have.told.has(c.id) && want.init.some(w => w.preStop && w.name === c.name));
  if (early && !turn.includes(early)) return { do: 'tell', id: early.id, deadline: ending.deadline };
  if (alive.length > 0) return alive.length > turn.length ? { do: 'wait', until: ending.deadline } : { do: 'wait' };
  const open = seen.sandboxes.find(s => !have.stopped.has(s.id));
  if (open) return { do: 'stopSandbox', id: open.id };
  if (have.volumesLeft) return { do: 'unmountVolumes' };
  return leavesNothing(ending) ? removalStep(have) : { do: 'wait' };
}

/** Sidecars serve the others to their end, and each those that were started after it: the last one ends first. */
function firstToEnd(want: Want, alive: readonly ContainerSeen[]): readonly ContainerSeen[] {
  const sidecars = want.init.filter(w => w.sidecar).map(w => w.name);
  const others = alive.filter(c => !sidecars.includes(c.name));
  if (others.length > 0) return others;
  const last = sidecars.findLast(name => alive.some(c => c.name === name));
  return alive.filter(c => c.name === last);
}

function removalStep(have: Have): Step {
  const sandbox = have.seen.sandboxes[0];
  if (sandbox) return { do: 'removeSandbox', id: sandbox.id };
  const container = have.seen.containers[0];
  if (container) return { do: 'removeContainer', id: container.id };
  if (have.traces) return { do: 'removeTraces' };
  return have.removedFromApi ? { do: 'nothingLeft' } : { do: 'removeFromApi' };
}

function runningStep(want: Want, have: Have, now: number): Step {
  const sandbox = readySandbox(have.seen);
  const kill = killStep(want, have, sandbox, now);
  if (kill) return kill;
  if (!have.volumesMounted)
    return now >= have.notBefore.volumes ? { do: 'mountVolumes' } : { do: 'wait', until: have.notBefore.volumes };
  if (!sandbox) return sandboxStep(have, now);
  const resizing = resizeStep(want, have, now);
  if (resizing) return resizing;
  return containersStep(want, have, sandbox, now) ?? cleaningStep(have, sandbox) ?? waitStep(want, have, now);
}

/** Containers that may not go on as they are: in a sandbox that died, of another spec, or unhealthy. */
function killStep(want: Want, have: Have, sandbox: SandboxSeen | undefined, now: number): Step | undefined {
  for (const c of have.seen.containers) {
    if (!isAlive(c) || have.kills.has(c.id)) continue;
    const bad = have.unhealthy.get(c.id);
    const wanted = [...want.init, ...want.main, ...want.ephemeral].find(w => w.name === c.name);
    const message =
      c.sandboxId !== sandbox?.id || !wanted
        ? `Stopping container ${c.name}`
        : c.state === 'unknown'
          ? `Container ${c.name} is in unknown state, try killing it before restart`
          : wanted.hash !== c.hash
            ? `Container ${c.name} definition changed, will be restarted`
            : resized(wanted, c, have).some(name => wanted.resizeRestarts?.includes(name))
              ? `Container ${c.name} resize requires restart`
              : bad?.message;
    if (message !== undefined)
      return { do: 'kill', id: c.id, deadline: now + (bad?.graceSeconds ?? want.graceSeconds) * 1000, message };
  }
  return undefined;
}

/** Which of its resources are to change. */
function resized(want: ContainerWant, c: ContainerSeen, { sizes }: Have): (keyof Size)[] {
  const has = sizes.get(c.id);
  return has && want.size ? changed(has, want.size) : [];
}

/** After a failure the others go on as they are, until it is tried again. */
function resizeStep(want: Want, have: Have, now: number): Step | undefined {
  if (now < have.notBefore.resize) return undefined;
  const running = have.seen.containers.filter(c => c.state === 'running' && !have.kills.has(c.id));
  const isDue = running.some(c =>
    [...want.init, ...want.main].some(w => w.name === c.name && resized(w, c, have).length > 0),
  );
  return isDue ? { do: 'resize' } : undefined;
}

/** No sandbox is ready: the old ones give back their network first, and what ran in them has to have ended. */
function sandboxStep(have: Have, now: number): Step {
  if (have.seen.containers.some(isAlive)) return { do: 'wait' };
  const open = have.seen.sandboxes.find(s => !have.stopped.has(s.id));
  if (open) return { do: 'stopSandbox', id: open.id };
  if (now < have.notBefore.sandbox) return { do: 'wait', until: have.notBefore.sandbox };
  return { do: 'createSandbox', attempt: (have.seen.sandboxes[0]?.attempt ?? -1) + 1 };
}

/** The next init container, a sidecar that has ended, or else the first container in order that can be started now. */
function containersStep(want: Want, have: Have, sandbox: SandboxSeen, now: number): Step | undefined {
  const here = (w: ContainerWant): ContainerSeen | undefined =>
    have.seen.containers.find(c => c.name === w.name && c.sandboxId === sandbox.id);
  for (const w of want.ephemeral) {
    const step = mayStartOnce(w, have) ? startStep(w, have, sandbox, now) : undefined;
    if (step) return step;
  }
  for (const [i, w] of want.init.entries()) {
    // One is through once a later one has been made in this sandbox, even if its record is gone.
    const isThrough = [...want.init.slice(i + 1), ...want.main].some(here);
    const step = initStep(w, here(w), isThrough, have, sandbox, now);
    if (step) return step;
  }
  for (const w of want.main) {
    // Containers start in order: the next one waits for this one's postStart hook.
    const c = latest(have.seen, w.name);
    if (c && isAlive(c) && have.hooks.has(c.id)) return undefined;
    if (c && !mayStartAgain(want, w, c)) continue;
    const step = startStep(w, have, sandbox, now);
    if (step) return step;
  }
  return undefined;
}

function mayStartOnce({ name }: ContainerWant, { seen, countedBefore }: Have): boolean {
  const c = latest(seen, name);
  return c ? c.state === 'created' : !countedBefore.has(name);
}

/** Undefined when the ones after it may come. */
function initStep(
  w: ContainerWant,
  c: ContainerSeen | undefined,
  isThrough: boolean,
  have: Have,
  sandbox: SandboxSeen,
  now: number,
): Step | undefined {
  const wait: Step = { do: 'wait', ...until(w, have, now) };
  if (!w.sidecar) return isThrough || isDone(c) ? undefined : (startStep(w, have, sandbox, now) ?? wait);
  if (!c || !isAlive(c)) return startStep(w, have, sandbox, now) ?? (isThrough ? undefined : wait);
  return isThrough || !(have.starting.has(c.id) || have.hooks.has(c.id)) ? undefined : wait;
}

const isDone = (c: ContainerSeen | undefined): boolean => c?.state === 'exited' && c.exitCode === 0;

export function mayStartAgain(want: Want, w: ContainerWant, c: ContainerSeen): boolean {
  if (isAlive(c)) return false;
  if (w.sidecar || c.state === 'created' || c.hash !== w.hash) return true;
  return restartsAfter(c.exitCode, w.restarts ?? {}, want.restartPolicy);
}

function startStep(w: ContainerWant, have: Have, sandbox: SandboxSeen, now: number): Step | undefined {
  const before = latest(have.seen, w.name);
  if (before && isAlive(before)) return undefined;
  // Made by a kubelet that died before it started it: its configuration may be old.
  if (before?.state === 'created') return { do: 'removeContainer', id: before.id };
  if (now < (have.notBefore.containers.get(w.name) ?? 0)) return undefined;
  const image = have.images.get(w.name);
  if (image === undefined) return { do: 'ensureImage', container: w.name };
  if (image !== 'ready') return undefined;
  const attempt = (before?.attempt ?? have.countedBefore.get(w.name) ?? -1) + 1;
  return { do: 'startContainer', container: w.name, attempt, sandboxId: sandbox.id };
}

/** Of each name the newest container and the last dead one before it are kept; of old sandboxes, those they live in. */
function cleaningStep(have: Have, sandbox: SandboxSeen): Step | undefined {
  const kept = new Map<string, number>();
  for (const c of have.seen.containers) {
    if (isAlive(c)) continue;
    const dead = (kept.get(c.name) ?? 0) + 1;
    kept.set(c.name, dead);
    if (dead > 1) return { do: 'removeContainer', id: c.id };
  }
  const empty = have.seen.sandboxes.find(
    s => s.id !== sandbox.id && !have.seen.containers.some(c => c.sandboxId === s.id),
  );
  if (!empty) return undefined;
  return have.stopped.has(empty.id) ? { do: 'removeSandbox', id: empty.id } : { do: 'stopSandbox', id: empty.id };
}

function waitStep(want: Want, have: Have, now: number): Step {
  const resize = have.notBefore.resize > now ? [have.notBefore.resize] : [];
  const times = [
    ...resize,
    ...[...want.init, ...want.main, ...want.ephemeral].flatMap(w => until(w, have, now).until ?? []),
  ];
  return times.length > 0 ? { do: 'wait', until: Math.min(...times) } : { do: 'wait' };
}

function until(w: ContainerWant, have: Have, now: number): { until?: number } {
  const time = have.notBefore.containers.get(w.name);
  return time !== undefined && time > now ? { until: time } : {};
}
