/**
 * One pod's worker: look at the runtime, report, decide the next step, perform it, and look again. Nothing but this
 * loop changes anything of the pod, so a step never meets another one half-way.
 */
import { semanticEqual } from '../../api/json.js';
import type { Pod } from '../../api/types.js';
import { keyOf } from '../../client/informer/cache.js';
import { causeText, describeChange, type Trigger } from '../../client/runtime/cause.js';
import type { KubeletContext } from '../context.js';
import { detailsOf } from '../cri/cri.js';
import { baseStatus, isEcho } from '../status/base.js';
import { Alarm } from './alarm.js';
import { type HeldBack, heldBack } from './crash-loop.js';
import { activeDeadline, type Termination } from './ending.js';
import { Fate } from './fate.js';
import { fullName, hasMemoryLimit, type Job, podFacts, say } from './job.js';
import { PodObserver } from './observe.js';
import { perform } from './perform.js';
import { Progress } from './progress.js';
import { Readiness } from './readiness.js';
import { Allotment } from './resize/allotment.js';
import { sizeOf } from './resize/size.js';
import { isAlive, type Seen } from './seen.js';
import { Sight } from './sight.js';
import { isStatic } from './static/manifest.js';
import { changesRuntime, type Have, isOnItsWay, nextStep, type Step } from './step.js';
import { Telling } from './telling.js';
import { wantOf } from './want.js';

/** ConfigMaps, Secrets and tokens in volumes are looked at this often, and sizes measured. */
const refreshMs = 60_000;
const retryMs = { first: 100, most: 10_000 };

/**
 * 'new': the API has just put it here, and no kubelet has done anything for it yet. 'known': an earlier kubelet may have.
 * 'leftover': it is known from the runtime or the disk alone.
 */
export type Origin = 'new' | 'known' | 'leftover';

export class PodWorker {
  /** Resolves when nothing of the pod is left, or the kubelet stops. */
  readonly ended: Promise<void>;
  readonly #allotment: Allotment;
  readonly #alarm: Alarm;
  readonly #sight: Sight;
  readonly #fate: Fate;
  readonly #telling: Telling;
  readonly #progress = new Progress();
  readonly #readiness = new Readiness();
  readonly #running = new AbortController();
  /** By the API, when this kubelet first saw the pod. */
  readonly #countedBefore: ReadonlyMap<string, number>;
  #exists: boolean;
  #refreshedAt: number;
  #failures = 0;
  /** Of a static pod: what the API shows it as. */
  #mirrorUid: string | undefined;
  /** Of the turn under way. */
  #cause = '';

  constructor(
    pod: Pod,
    origin: Origin,
    private readonly context: KubeletContext,
    /** The pods that have their place here besides. */
    private readonly others: () => readonly Pod[],
  ) {
    this.#exists = origin !== 'leftover';
    this.#allotment = new Allotment(pod);
    this.#alarm = new Alarm(context.clock);
    this.#sight = new Sight(this.#observer(), context, origin !== 'new');
    // An earlier kubelet has admitted what it has started.
    const isAdmitted = !this.#exists || pod.status?.startTime !== undefined;
    this.#fate = new Fate(isAdmitted, others, () => this.#stopRunning());
    this.#telling = new Telling(pod, context, isStatic(pod) ? () => this.#mirrorUid : undefined);
    this.#refreshedAt = context.clock.now();
    this.#countedBefore = restartsCounted(pod);
    this.#alarm.because(this.#exists ? describeChange('Pod', { now: pod }) : 'left over from before');
    this.ended = this.#run();
  }

  /** The pod with the status that this kubelet found last. */
  get pod(): Pod {
    return baseStatus(this.#pod, this.#telling.status);
  }

  /** Whether it counts as one of the pods that share the node. */
  get takesPlace(): boolean {
    const phase = this.#telling.status?.phase;
    return this.#fate.isAdmitted && this.#exists && phase !== 'Failed' && phase !== 'Succeeded';
  }

  /** Nothing of it runs, and no volume of it is mounted. */
  get isAtRest(): boolean {
    const { containers, sandboxes } = this.seen;
    return !containers.some(isAlive) && !sandboxes.some(s => s.ready) && !this.#progress.volumesLeft;
  }

  /** Resolves once the API has its last status. */
  settled(): Promise<void> {
    return this.#telling.settled();
  }

  /** What it was given on this node. */
  get allocated(): Pod {
    return this.#pod;
  }

  get #pod(): Pod {
    return this.#allotment.pod;
  }

  get seen(): Seen {
    return this.#sight.seen;
  }

  /** The API has it so now, or (`exists` false) has it no more. */
  update(pod: Pod, exists: boolean): void {
    const before = this.#pod;
    const { labels, annotations } = before.metadata;
    const isNews = !exists || !isEcho(this.#allotment.wished, pod);
    const relabelled =
      !semanticEqual(pod.metadata.labels, labels) || !semanticEqual(pod.metadata.annotations, annotations);
    this.#allotment.wish(pod);
    this.#allocate();
    this.#exists &&= exists;
    const correction = { text: describeChange('Pod', { now: pod, before: pod }), more: 0 };
    if (exists) this.#telling.correct(pod.status, causeText('kubelet', keyOf(pod), correction));
    // downwardAPI volumes show them.
    if (relabelled) this.#refreshedAt = 0;
    if (isNews) this.#alarm.ring(describeChange('Pod', exists ? { now: pod, before } : { before: pod }));
  }

  /** Of a static pod: the API has this mirror now, or none. */
  mirrored(mirror: Pod | undefined): void {
    this.#mirrorUid = mirror?.metadata.uid;
    if (mirror)
      this.#telling.correct(mirror.status, causeText('kubelet', keyOf(mirror), { text: 'its mirror', more: 0 }));
  }

  /** A ConfigMap or Secret that it uses has changed. */
  refreshVolumes(): void {
    this.#refreshedAt = 0;
    this.#alarm.ring('an object in a volume has changed');
  }

  /** Looks at the runtime again. */
  wake(because: string): void {
    this.#sight.changed();
    this.#alarm.ring(because);
  }

  /** Another pod has left this node. */
  roomMade(): void {
    if (this.#allotment.pending) this.#alarm.ring('another pod has left the node');
  }

  /** The node needs its place. Answers false when it is ending anyhow. */
  terminate(termination: Termination): boolean {
    if (this.#fate.ending) return false;
    this.#fate.fail(this.#job(), termination);
    this.#alarm.ring(termination.reason);
    return true;
  }

  /** It is ending, and has no more time than this. */
  hasten(graceSeconds: number): void {
    if (!this.#fate.ending) return;
    this.#fate.hasten(this.context.clock.now() + graceSeconds * 1000);
    this.#alarm.ring('its time was cut short');
  }

  async #run(): Promise<void> {
    const { signal, log, clock } = this.context;
    const wake = (): void => this.wake('the kubelet stops');
    signal.addEventListener('abort', wake);
    while (!signal.aborted) {
      const turn = this.#alarm.take();
      try {
        if (await this.#turn(turn)) break;
        this.#failures = 0;
      } catch (error) {
        this.#sight.changed();
        this.#alarm.because('a step that failed is tried again');
        const wait = Math.min(retryMs.first * 2 ** this.#failures++, retryMs.most);
        log.warn({ pod: fullName(this.#pod), reason: detailsOf(error), wait }, 'a step failed, and is tried again');
        await this.#rest(clock.now() + wait);
      }
    }
    signal.removeEventListener('abort', wake);
    this.#stopRunning();
  }

  /** Answers true when nothing of the pod is left. */
  async #turn(turn: Trigger): Promise<boolean> {
    const { clock, log } = this.context;
    this.#cause = causeText('kubelet', keyOf(this.#pod), turn);
    await this.#sight.look();
    this.#progress.shortenBackoffs(clock.now());
    this.#allocate();
    this.#allotment.learn(this.#progress.sizes, this.seen.containers);
    const job = this.#job();
    const want = wantOf(job.pod);
    await this.#fate.decide(job, this.pod, want);
    const { ending } = this.#fate;
    if (!ending) this.#readiness.follow(job);
    const held = heldBack(want, job.seen, clock.now());
    const have = this.#have(held);
    const step = nextStep(ending ? { ...want, ending } : want, have, clock.now());
    const { pending } = this.#allotment;
    if (!isOnItsWay(step, have)) this.#telling.tell(job, { ending, held, readiness: this.#readiness, pending });
    log.debug({ pod: fullName(job.pod), step }, 'next step');
    if (step.do === 'nothingLeft') return true;
    if (step.do === 'wait') {
      await this.#refreshVolumes(job);
      await this.#rest(step.until);
    } else {
      if (step.do === 'removeFromApi') await this.#telling.settled();
      const made = await perform(step, job);
      this.#alarm.because(afterStep(step, turn));
      if (changesRuntime(step)) this.#sight.changed(made);
    }
    return false;
  }

  #allocate(): void {
    const { allocatable } = this.context.node;
    const news = this.#allotment.renew({ allocatable, others: this.others });
    if (news) say(this.#job(), 'Warning', `Resize${news.reason}`, `Pod resize ${news.reason}: ${news.message}`);
  }

  #stopRunning(): void {
    this.#running.abort();
    this.#readiness.stop();
  }

  #have(held: ReadonlyMap<string, HeldBack>): Have {
    const { notBefore, sizes, ...progress } = this.#progress;
    const containers = new Map(notBefore.containers);
    for (const [name, { until }] of held) containers.set(name, Math.max(until, containers.get(name) ?? 0));
    return {
      ...progress,
      seen: this.seen,
      sizes: new Map([...sizes].map(([id, resources]) => [id, sizeOf(resources)])),
      removedFromApi: progress.removedFromApi || !this.#exists,
      unhealthy: this.#readiness.unhealthy(),
      starting: this.#readiness.starting(),
      countedBefore: this.#countedBefore,
      notBefore: { ...notBefore, containers },
    };
  }

  async #refreshVolumes(job: Job): Promise<void> {
    const { clock, volumes } = this.context;
    // Ahead of now is a time of a clock that has been set back since.
    const isFresh = Math.abs(clock.now() - this.#refreshedAt) < refreshMs;
    if (this.#fate.ending || !this.#progress.volumesMounted || isFresh) return;
    this.#refreshedAt = clock.now();
    try {
      await volumes.refresh(this.#pod, podFacts(job));
    } catch (error) {
      // The API may be away; what is mounted stays as it is.
      say(job, 'Warning', 'FailedMount', detailsOf(error));
    }
  }

  /** Until woken, until the time given, or until the volumes' next turn. */
  async #rest(until = Number.POSITIVE_INFINITY): Promise<void> {
    const deadline = this.#fate.ending ? undefined : activeDeadline(this.pod);
    const volumesTurn = this.context.clock.now() + refreshMs;
    const wasWoken = await this.#alarm.rest(Math.min(until, deadline ?? Number.POSITIVE_INFINITY, volumesTurn));
    if (!wasWoken) this.#sight.changed();
  }

  #job(): Job {
    return {
      pod: this.#pod,
      exists: this.#exists,
      seen: this.seen,
      progress: this.#progress,
      context: this.context,
      running: this.#running.signal,
      cause: this.#cause,
      wake: because => this.wake(because),
      // The runtime has not changed.
      resume: because => this.#alarm.ring(because),
    };
  }

  #observer(): PodObserver {
    const { cri, clock, ooms, directories } = this.context;
    const uid = this.#pod.metadata.uid ?? '';
    const mayRunOut = ({ id, name }: { id: string; name: string }): boolean =>
      !this.#progress.kills.has(id) && hasMemoryLimit(this.#pod, name);
    return new PodObserver({ cri, clock, ooms, uid, directories, mayRunOut });
  }
}

function restartsCounted({ status }: Pod): Map<string, number> {
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = status ?? {};
  const statuses = [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses];
  return new Map(statuses.filter(s => s.containerID).map(s => [s.name, s.restartCount]));
}

/** The look after a step: its first cause stays in sight. */
const afterStep = (step: Step, { text }: Trigger): string =>
  `${step.do}${'container' in step ? ` ${step.container}` : ''} <- ${text.split(' <- ').at(-1)}`;
