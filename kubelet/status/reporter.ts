/**
 * Sends one pod's status to the API: at once when it changed, one request at a time, always the newest; again and
 * again while the API is away.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import { semanticEqual } from '../../api/json.js';
import { StatusError } from '../../api/status.js';
import type { Pod, PodStatus } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { exponential } from '../../client/queue/backoff.js';
import { pods } from '../../client/resources.js';
import { podName } from '../directories.js';
import { statusPatch } from './patch.js';

const backoff = { baseMs: 200, maxMs: 10_000 };

export interface ReporterOptions {
  client: Client;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** The uid of what the API shows of the pod; undefined while it shows nothing. */
export type UidInApi = () => string | undefined;

export class StatusReporter {
  #wanted: PodStatus | undefined;
  /** Of the newest status. */
  #cause = '';
  #sent: PodStatus | undefined;
  #sending: Promise<void> | undefined;
  #gone = false;

  constructor(
    private readonly pod: Pod,
    private readonly options: ReporterOptions,
    /** Another than the pod's own for a static pod, whose mirror may go and come. */
    private readonly mirrorUid?: UidInApi,
  ) {
    this.#sent = pod.status;
  }

  report(status: PodStatus, cause: string): void {
    if (!semanticEqual(status, this.#wanted)) this.#cause = cause;
    this.#wanted = status;
    if (!this.#gone) this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
  }

  /** The API says otherwise than what was sent: somebody else has written it since. */
  correct(inApi: PodStatus | undefined, cause: string): void {
    if (this.#sending !== undefined || !this.#wanted || agree(this.#wanted, inApi)) return;
    this.#sent = inApi;
    this.#cause = cause;
    this.report(this.#wanted, cause);
  }

  /** Resolves once the API has the newest status, or has no such pod. */
  async settled(): Promise<void> {
    for (let sending = this.#sending; sending !== undefined; sending = this.#sending) await sending;
  }

  async #send(): Promise<void> {
    const { client, clock, log, signal } = this.options;
    const { namespace, name, uid: own } = podName(this.pod);
    for (let failures = 0; !signal.aborted && !this.#gone; ) {
      const status = this.#wanted;
      const uid = this.mirrorUid ? this.mirrorUid() : own;
      if (!status || uid === undefined || semanticEqual(status, this.#sent)) return;
      try {
        const patch = statusPatch(uid, this.#sent, status);
        const options = { subresource: 'status', signal, cause: this.#cause };
        await client.patch(pods, { namespace, name }, 'strategic', patch, options);
        this.#sent = status;
        failures = 0;
      } catch (error) {
        this.#gone = await this.#isGone(error);
        if (this.#gone) return;
        // Its next mirror asks anew.
        if (this.mirrorUid && error instanceof StatusError && error.reason === 'NotFound') return;
        failures++;
        log.warn({ pod: `${namespace}/${name}`, reason: (error as Error).message }, 'the status could not be written');
        await clock.sleep(exponential(backoff, failures), signal);
      }
    }
  }

  /** The pod was deleted, or another has taken its name: then a uid that does not match is a conflict. */
  async #isGone(error: unknown): Promise<boolean> {
    if (!(error instanceof StatusError) || this.mirrorUid) return false;
    if (error.reason !== 'Conflict') return error.reason === 'NotFound';
    const { namespace, name, uid } = podName(this.pod);
    const now = await this.options.client.get(pods, { namespace, name }).catch(() => undefined);
    return now !== undefined && now.metadata.uid !== uid;
  }
}

/** About the phase and the kubelet's conditions; whatever else the API keeps there is not compared. */
const agree = (wanted: PodStatus, inApi: PodStatus | undefined): boolean =>
  wanted.phase === inApi?.phase &&
  (wanted.conditions ?? []).every(c => inApi?.conditions?.some(a => a.type === c.type && a.status === c.status));
