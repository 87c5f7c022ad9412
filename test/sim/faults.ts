/** What goes wrong between a process and the server. */
import { type StatusError, statusError } from '../../api/status.js';
import { responseTo } from '../../apiserver/http/responses.js';
import type { Answer, Call } from '../../client/rest/call.js';
import { answered } from './server.js';

/** What the next write is answered. A lost answer is one to a write that was done. */
export type Refusal = 'Conflict' | 'InternalError' | 'lost answer';

export interface Fault {
  /** Answers in the server's place. */
  instead?: () => Answer;
  /** It is done, and nobody hears of it. */
  lost?: true;
}

export class Faults {
  #next: Refusal[] = [];
  /** How late the loops hear of what happened, at the most. */
  lateMs = 0;
  /** How much of what they hear they hear twice. */
  twice = 0;
  /**
   * So many pods and jobs were made of which the leading process never heard, or by one that leads no more (the API knows no
   * leader): each may be one too many, and one of the two goes again.
   */
  surplus = 0;

  /** `leader` answers who holds the lease. */
  constructor(
    private readonly random: () => number,
    private readonly leader: () => string | undefined,
  ) {}

  refuse(...what: Refusal[]): void {
    this.#next.push(...what);
  }

  calm(): void {
    this.#next = [];
    this.lateMs = 0;
    this.twice = 0;
  }

  lateness = (): number => Math.floor(this.random() * this.lateMs);
  repeats = (): boolean => this.twice > 0 && this.random() < this.twice;

  next({ method, path }: Call, identity: string): Fault | undefined {
    if (method === 'GET' || path.includes('/leases/')) return undefined;
    const makes = method === 'POST' && /\/(pods|jobs)(\?|$)/.test(path);
    if (makes && this.leader() !== identity) this.surplus++;
    const what = this.#next.pop();
    if (what === undefined) return undefined;
    if (what !== 'lost answer') return { instead: () => refusal(statusError(what, `${method} ${path}: ${what}`)) };
    if (makes) this.surplus++;
    return { lost: true };
  }
}

const refusal = (error: StatusError): Answer => answered(responseTo(error, 'simulation'));
