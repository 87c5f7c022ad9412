/**
 * One pod's worker: look at the runtime, report, decide the next step, perform it, and look again. Nothing but this
 * loop changes anything of the pod, so a step never meets another one half-way.
 */
import { semanticEqual } from '../../api/json.js';
import type { Pod, PodStatus } from '../../api/types.js';
import { keyOf } from '../../client/informer/cache.js';
import { nodes } from '../../client/resources.js';
import { causeText, describeChange, type Trigger, withChange } from '../../client/runtime/cause.js';
import type { KubeletContext } from '../context.js';
import { detailsOf } from '../cri/cri.js';
import { extendedOf } from '../node/node.js';
import { shutdownRejection } from '../shutdown/shutdown.js';
import { baseStatus } from '../status/base.js';
import { podStatus } from '../status/pod-status.js';
import { StatusReporter } from '../status/reporter.js';
import { asksNodeObject, misfit } from './admission/fit.js';
import { underPressure } from './admission/pressure.js';
import { refusal } from './config/refusals.js';
import { crashLoopState, type HeldBack, heldBack } from './crash-loop.js';
import { activeDeadline, type Ending, endingOfObject, graceOf, mergeEnding, type Termination } from './ending.js';
import { fullName, hasMemoryLimit, type Job, podFacts, say } from './job.js';
import { type Made, PodObserver } from './observe.js';
import { outcome } from './outcome.js';
import { perform } from './perform.js';
import { Progress } from './progress.js';
import { Readiness } from './readiness.js';
import { Allotment } from './resize/allotment.js';
import { sizeOf } from './resize/size.js';
import { isAlive, nothingSeen, type Seen } from './seen.js';
import { isStatic } from './static/manifest.js';
import { changesRuntime, type Have, nextStep, type Step } from './step.js';
import { wantOf } from './want.js';

/** ConfigMaps, Secrets and tokens in volumes are looked at this often, and sizes measured. */
const refreshMs = 60_000;
const retryMs = { first: 100, most: 10_000 };
/** The runtime needs a moment to tell of an exit that its events have announced. */
const exitPatienceMs = 2000;

/**
 * 'new': the API has just put it here, and no kubelet has done anything for it yet. 'known': an earlier kubelet may have.
 * 'leftover': it is known from the runtime or the disk alone.
 */
export type Origin = 'new' | 'known' | 'leftover';

export class PodWorker {
  /** Resolves when nothing of the pod is left, or the kubelet stops. */
  readonly ended: Promise<void>;
  readonly #allotment: Allotment;
  /** It has its place on this node. */
  #admitted: boolean;
  #exists: boolean;
  #seen: Seen = nothingSeen;
  #status: PodStatus | undefined;
  #ending: Ending | undefined;
  /** Something has happened since the last decision. */
  #dirty = true;
  /** The runtime may have changed since it was looked at. */
  #stale: boolean;
  /** By the last step: all that has changed since then, unless it is stale. */
  #made: Made | undefined;
  #wakeUp: () => void = () => {};
  #refreshedAt: number;
  #failures = 0;
  /** Why the next turn comes. */
  #trigger: Trigger | undefined;
  /** Of a static pod: what the API shows it as. */
  #mirrorUid: string | undefined;
  /** Of the turn under way. */
  #cause = '';
  readonly #progress = new Progress();
  readonly #readiness = new Readiness();
  readonly #running = new AbortController();
  readonly #observer: PodObserver;
  readonly #reporter: StatusReporter;

  /** By the API, when this kubelet first saw the pod. */
  readonly #countedBefore: ReadonlyMap<string, number>;

  constructor(
    pod: Pod,
    origin: Origin,
    private readonly context: KubeletContext,
    /** The pods that have their place here besides. */
    private readonly others: () => readonly Pod[],
  ) {
    const exists = origin !== 'leftover';
    this.#allotment = new Allotment(pod);
    this.#exists = exists;
    this.#stale = origin !== 'new';
    // An earlier kubelet has admitted what it has started.
    this.#admitted = !exists || pod.status?.startTime !== undefined;
    this.#refreshedAt = context.clock.now();
    const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {};
    const statuses = [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses];
    this.#countedBefore = new Map(statuses.filter(s => s.containerID).map(s => [s.name, s.restartCount]));
    const uid = pod.metadata.uid ?? '';
    this.#observer = new PodObserver({
      cri: context.cri,
      clock: context.clock,
      ooms: context.ooms,
      uid,
      directories: context.directories,
      mayRunOut: ({ id, name }) => !this.#progress.kills.has(id) && hasMemoryLimit(this.#pod, name),
    });
    this.#reporter = new StatusReporter(pod, context, isStatic(pod) ? () => this.#mirrorUid : undefined);
    this.#because(exists ? describeChange('Pod', { now: pod }) : 'left over from before');
    this.ended = this.#run();
  }

  /** The pod with the status that this kubelet found last. */
  get pod(): Pod {
    return baseStatus(this.#pod, this.#status);
  }

  /** Whether it counts as one of the pods that share the node. */
  get takesPlace(): boolean {
    const isOver = this.#status?.phase === 'Failed' || this.#status?.phase === 'Succeeded';
    return this.#admitted && this.#exists && !isOver;
  }

  /** Nothing of it runs, and no volume of it is mounted. */
  get isAtRest(): boolean {
    const { containers, sandboxes } = this.#seen;
    return !containers.some(isAlive) && !sandboxes.some(s => s.ready) && !this.#progress.volumesLeft;
  }

  /** Resolves once the API has its last status. */
  settled(): Promise<void> {
    return this.#reporter.settled();
  }

  /** What it was given on this node. */
  get allocated(): Pod {
    return this.#pod;
  }

  get #pod(): Pod {
    return this.#allotment.pod;
  }

  get seen(): Seen {
    return this.#seen;
  }

  /** The API has it so now, or (`exists` false) has it no more. */
  update(pod: Pod, exists: boolean): void {
    const { labels, annotations } = this.#pod.metadata;
    this.#because(describeChange('Pod', exists ? { now: pod, before: this.#pod } : { before: pod }));
    const relabelled =
      !semanticEqual(pod.metadata.labels, labels) || !semanticEqual(pod.metadata.annotations, annotations);
    this.#allotment.wish(pod);
    this.#allocate();
    this.#exists &&= exists;
    const correction = { text: describeChange('Pod', { now: pod, before: pod }), more: 0 };
    if (exists) this.#reporter.correct(pod.status, causeText('kubelet', keyOf(pod), correction));
    // downwardAPI volumes show them.
    if (relabelled) this.#refreshedAt = 0;
    this.#resume();
  }

  /** Of a static pod: the API has this mirror now, or none. */
  mirrored(mirror: Pod | undefined): void {
    this.#mirrorUid = mirror?.metadata.uid;
    if (mirror)
      this.#reporter.correct(mirror.status, causeText('kubelet', keyOf(mirror), { text: 'its mirror', more: 0 }));
  }

  /** A ConfigMap or Secret that it uses has changed. */
  refreshVolumes(): void {
    this.#refreshedAt = 0;
    this.#because('an object in a volume has changed');
    this.#resume();
  }

  /** Looks at the runtime again. */
  wake(because: string): void {
    this.#stale = true;
    this.#because(because);
    this.#resume();
  }

  /** Another pod has left this node. */
  roomMade(): void {
    if (!this.#allotment.pending) return;
    this.#because('another pod has left the node');
    this.#resume();
  }

  #because(text: string): void {
    this.#trigger = withChange(this.#trigger, text);
  }

  /** Decides again, from what was seen already: the runtime has not changed. */
  #resume(): void {
    this.#dirty = true;
    this.#wakeUp();
  }

  async #run(): Promise<void> {
    const { signal, log, clock } = this.context;
    const wake = (): void => this.wake('the kubelet stops');
    signal.addEventListener('abort', wake);
    while (!signal.aborted) {
      this.#dirty = false;
      try {
        if (await this.#turn()) break;
        this.#failures = 0;
      } catch (error) {
        this.#stale = true;
        this.#because('a step that failed is tried again');
        const wait = Math.min(retryMs.first * 2 ** this.#failures++, retryMs.most);
        log.warn({ pod: fullName(this.#pod), reason: detailsOf(error), wait }, 'a step failed, and is tried again');
        await this.#rest(clock.now() + wait);
      }
    }
    signal.removeEventListener('abort', wake);
    this.#running.abort();
    this.#readiness.stop();
  }

  /** Answers true when nothing of the pod is left. */
  async #turn(): Promise<boolean> {
    const { clock } = this.context;
    const turn = this.#trigger ?? { text: 'timer', more: 0 };
    this.#cause = causeText('kubelet', keyOf(this.#pod), turn);
    this.#trigger = undefined;
    await this.#look();
    this.#progress.shortenBackoffs(clock.now());
    this.#allocate();
    this.#allotment.learn(this.#progress.sizes, this.#seen.containers);
    await this.#decideEnding();
    const job = this.#job();
    if (!this.#ending) this.#readiness.follow(job);
    const held = heldBack(wantOf(this.#pod, this.#ending), this.#seen, clock.now());
    this.#report(held);
    const step = nextStep(wantOf(this.#pod, this.#ending), this.#have(held), clock.now());
    this.context.log.debug({ pod: fullName(this.#pod), step }, 'next step');
    if (step.do === 'nothingLeft') return true;
    if (step.do === 'wait') {
      await this.#refreshVolumes(job);
      await this.#rest(step.until);
    } else {
      if (step.do === 'removeFromApi') await this.#reporter.settled();
      this.#made = await perform(step, job);
      this.#because(afterStep(step, turn));
      this.#stale ||= changesRuntime(step) && !this.#made;
    }
    return false;
  }

  async #look(): Promise<void> {
    const made = this.#made;
    this.#made = undefined;
    if (made && !this.#stale) this.#seen = await this.#observer.observeMade(made);
    else if (this.#stale) this.#seen = await this.#observeAll();
    else return;
    const { clock, signal, exits } = this.context;
    const isBehind = ({ containers, sandboxes }: Seen): boolean =>
      [...containers.filter(isAlive), ...sandboxes.filter(s => s.ready)].some(({ id }) => exits.has(id));
    for (let wait = 1; isBehind(this.#seen) && wait <= exitPatienceMs && !signal.aborted; wait *= 2) {
      await clock.sleep(wait, signal);
      this.#seen = await this.#observeAll();
    }
    for (const { id } of [...this.#seen.containers, ...this.#seen.sandboxes]) exits.forget(id);
  }

  #observeAll(): Promise<Seen> {
    this.#stale = false;
    return this.#observer.observe();
  }

  #allocate(): void {
    const { allocatable } = this.context.node;
    const news = this.#allotment.renew({ allocatable, others: this.others() });
    if (news) say(this.#job(), 'Warning', `Resize${news.reason}`, `Pod resize ${news.reason}: ${news.message}`);
  }

  /** Before anything is done for it, a pod is looked at for what it needs of the node. */
  async #admit(): Promise<void> {
    const { client, node } = this.context;
    const object = asksNodeObject(this.#pod) ? await client.get(nodes, { name: node.name }) : undefined;
    const labels = object?.metadata.labels ?? {};
    const allocatable = { ...extendedOf(object?.status?.allocatable), ...node.allocatable };
    const rejection =
      (this.context.isShuttingDown() ? shutdownRejection : undefined) ??
      underPressure(this.#pod, this.context.pressures()) ??
      misfit(this.#pod, { name: node.name, labels, allocatable, others: this.others() });
    if (rejection) this.#fail({ ...rejection, isRejection: true });
    else this.#admitted = true;
  }

  async #decideEnding(): Promise<void> {
    const now = this.context.clock.now();
    this.#end(endingOfObject(this.pod, this.#exists, now));
    if (this.#ending) return;
    const refused = refusal(this.#pod, this.context.node);
    const deadline = activeDeadline(this.pod);
    if (refused) this.#fail({ ...refused, isRejection: this.#seen.containers.length === 0 });
    else if (!this.#admitted) await this.#admit();
    else if (deadline !== undefined && now >= deadline)
      this.#fail({
        reason: 'DeadlineExceeded',
        message: 'Pod was active on the node longer than the specified deadline',
      });
    else if (outcome(wantOf(this.#pod, undefined), this.#seen) !== 'running')
      this.#end({ why: 'finished', deadline: now + graceOf(this.#pod) * 1000 });
  }

  /** The node needs its place. Answers false when it is ending anyhow. */
  terminate(termination: Termination): boolean {
    if (this.#ending) return false;
    this.#fail(termination);
    this.#because(termination.reason);
    this.#resume();
    return true;
  }

  /** It is ending, and has no more time than this. */
  hasten(graceSeconds: number): void {
    if (!this.#ending) return;
    this.#end({ ...this.#ending, deadline: this.context.clock.now() + graceSeconds * 1000 });
    this.#because('its time was cut short');
    this.#resume();
  }

  #fail({ graceSeconds, ...status }: Termination): void {
    say(this.#job(), 'Warning', status.reason, status.message);
    const deadline = this.context.clock.now() + Math.min(graceSeconds ?? graceOf(this.#pod), graceOf(this.#pod)) * 1000;
    this.#end({ why: 'failed', deadline, status });
  }

  #end(ending: Ending | undefined): void {
    this.#ending = mergeEnding(this.#ending, ending);
    if (!this.#ending || this.#running.signal.aborted) return;
    this.#running.abort();
    this.#readiness.stop();
  }

  #have(held: ReadonlyMap<string, HeldBack>): Have {
    const { notBefore, sizes, ...progress } = this.#progress;
    const containers = new Map(notBefore.containers);
    for (const [name, { until }] of held) containers.set(name, Math.max(until, containers.get(name) ?? 0));
    return {
      ...progress,
      seen: this.#seen,
      sizes: new Map([...sizes].map(([id, resources]) => [id, sizeOf(resources)])),
      removedFromApi: progress.removedFromApi || !this.#exists,
      unhealthy: this.#readiness.unhealthy(),
      starting: this.#readiness.starting(),
      countedBefore: this.#countedBefore,
      notBefore: { ...notBefore, containers },
    };
  }

  #report(held: ReadonlyMap<string, HeldBack>): void {
    const waiting = new Map(this.#progress.problems);
    for (const [name, one] of held) {
      const state = crashLoopState(one, fullName(this.#pod));
      waiting.set(name, state);
      this.#sayBackOff(one);
    }
    const { hooks, sizes, resizeProblem: problem } = this.#progress;
    this.#status = podStatus(this.pod, {
      seen: this.#seen,
      ending: this.#ending,
      waiting,
      started: id => !hooks.has(id) && this.#readiness.started(id),
      ready: id => !hooks.has(id) && this.#readiness.ready(id),
      resize: { sizes, pending: this.#allotment.pending, problem },
      imageOfVolume: name => this.context.volumes.imageOf(this.pod, name),
      nodeIP: this.context.node.ip,
      runtimeName: this.context.runtimeName,
      now: this.context.clock.now(),
    });
    if (this.#exists) this.#reporter.report(this.#status, this.#cause);
  }

  #sayBackOff({ container }: HeldBack): void {
    if (this.#progress.backOffSaid.get(container.name) === container.id) return;
    this.#progress.backOffSaid.set(container.name, container.id);
    const message = `Back-off restarting failed container ${container.name} in pod ${fullName(this.#pod)}`;
    say(this.#job(), 'Warning', 'BackOff', message, container.name);
  }

  async #refreshVolumes(job: Job): Promise<void> {
    const { clock, volumes } = this.context;
    // Ahead of now is a time of a clock that has been set back since.
    const isFresh = Math.abs(clock.now() - this.#refreshedAt) < refreshMs;
    if (this.#ending || !this.#progress.volumesMounted || isFresh) return;
    this.#refreshedAt = clock.now();
    try {
      await volumes.refresh(this.#pod, podFacts(job));
    } catch (error) {
      // The API may be away; what is mounted stays as it is.
      say(job, 'Warning', 'FailedMount', detailsOf(error));
    }
  }

  /** Until woken, until the time given, or until the volumes' next turn. */
  async #rest(until?: number): Promise<void> {
    if (this.#dirty) return;
    const { clock } = this.context;
    const woken = new AbortController();
    this.#wakeUp = () => woken.abort();
    const deadline = this.#ending ? undefined : activeDeadline(this.pod);
    const next = Math.min(
      until ?? Number.POSITIVE_INFINITY,
      deadline ?? Number.POSITIVE_INFINITY,
      clock.now() + refreshMs,
    );
    await clock.sleep(Math.max(1, next - clock.now()), woken.signal);
    this.#wakeUp = () => {};
    if (!woken.signal.aborted) this.#stale = true;
  }

  #job(): Job {
    return {
      pod: this.#pod,
      exists: this.#exists,
      seen: this.#seen,
      progress: this.#progress,
      context: this.context,
      running: this.#running.signal,
      cause: this.#cause,
      wake: because => this.wake(because),
      resume: because => {
        this.#because(because);
        this.#resume();
      },
    };
  }
}

/** The look after a step: its first cause stays in sight. */
const afterStep = (step: Step, { text }: Trigger): string =>
  `${step.do}${'container' in step ? ` ${step.container}` : ''} <- ${text.split(' <- ').at(-1)}`;
