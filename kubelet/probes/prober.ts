/** Runs the probes of one container from its start to its end, and says what they add up to. */
import type { Clock } from '../../api/clock.js';
import type { Probe } from '../../api/types.js';
import type { Say } from '../images/ensure.js';
import type { ProbeMeter } from './metrics.js';
import { type ProbeResult, type ProbeTarget, runProbe } from './run.js';
import { afterResult, initialState, isFatal, type ProbeKind } from './state.js';

export interface ProberOptions {
  target: ProbeTarget;
  startedAt: number;
  clock: Clock;
  /** About the container. */
  say: Say;
  meter: ProbeMeter;
  /** Something that `verdict` tells has changed. */
  changed: () => void;
  /** What was true when a kubelet that ran before this one looked last; absent for a container of our own. */
  known?: { started: boolean; ready: boolean };
}

export interface ProbeVerdict {
  started: boolean;
  ready: boolean;
  /** Set when the container has to be killed. */
  fatal?: { message: string; graceSeconds?: number };
}

const kindNames: Record<ProbeKind, string> = { startup: 'Startup', readiness: 'Readiness', liveness: 'Liveness' };

export class Prober {
  #verdict: ProbeVerdict;
  readonly #stop = new AbortController();

  constructor(private readonly options: ProberOptions) {
    const { startupProbe, readinessProbe } = options.target.container;
    this.#verdict = {
      started: !startupProbe || options.known?.started === true,
      ready: !readinessProbe || options.known?.ready === true,
    };
    void this.#run();
  }

  get verdict(): ProbeVerdict {
    // A container that has not started is not ready, whatever else is known.
    return this.#verdict.started ? this.#verdict : { ...this.#verdict, ready: false };
  }

  stop(): void {
    this.#stop.abort();
    this.options.meter.ended();
  }

  async #run(): Promise<void> {
    const { startupProbe, livenessProbe, readinessProbe } = this.options.target.container;
    if (startupProbe && !this.#verdict.started && !(await this.#probe('startup', startupProbe))) return;
    await Promise.all([
      livenessProbe ? this.#probe('liveness', livenessProbe) : true,
      readinessProbe ? this.#probe('readiness', readinessProbe) : true,
    ]);
  }

  /** Answers true once a startup probe has passed; otherwise goes on until the container is to be killed or gone. */
  async #probe(kind: ProbeKind, probe: Probe): Promise<boolean> {
    const { clock, startedAt, target, meter } = this.options;
    const signal = this.#stop.signal;
    let state = initialState(kind === 'liveness' || (kind === 'readiness' && this.#verdict.ready));
    // Of a pause: never more than all of it, though the clock may have been set back since it began.
    const left = (ms: number, since: number): number => Math.max(0, ms - Math.max(0, clock.now() - since));
    await clock.sleep(left((probe.initialDelaySeconds ?? 0) * 1000, startedAt), signal);
    while (!signal.aborted) {
      const started = clock.now();
      const result = await runProbe(probe, probe.timeoutSeconds ?? 1, target);
      if (signal.aborted) return false;
      meter.tried(kind, result, clock.now() - started);
      if (!result.success) this.#sayUnhealthy(kind, result);
      // A runtime that is away must not cost a container its life.
      if (!result.errored) state = afterResult(state, result.success, probe);
      if (isFatal(kind, state, probe)) return this.#fail(kind, probe);
      if (kind === 'readiness') this.#set({ ready: state.passing });
      if (kind === 'startup' && state.passing) {
        this.#set({ started: true });
        return true;
      }
      await clock.sleep(left((probe.periodSeconds ?? 10) * 1000, started), signal);
    }
    return false;
  }

  #sayUnhealthy(kind: ProbeKind, { message, errored }: ProbeResult): void {
    const what = errored ? 'errored and resulted in unknown state' : 'failed';
    this.options.say('Warning', 'Unhealthy', `${kindNames[kind]} probe ${what}: ${message}`);
  }

  /** The container will be killed; until then nothing more is probed for this reason. */
  #fail(kind: ProbeKind, probe: Probe): false {
    const grace = probe.terminationGracePeriodSeconds;
    const message = `Container ${this.options.target.container.name} failed ${kind} probe, will be restarted`;
    this.#set({ fatal: { message, ...(grace === undefined ? {} : { graceSeconds: grace }) } });
    return false;
  }

  #set(change: Partial<ProbeVerdict>): void {
    const before = this.#verdict;
    this.#verdict = { ...before, ...change };
    if (Object.entries(change).some(([key, value]) => before[key as keyof ProbeVerdict] !== value))
      this.options.changed();
  }
}
