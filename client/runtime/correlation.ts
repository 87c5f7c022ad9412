/**
 * Which Event a report becomes: a new one, one more count of an earlier one, or none. The rules and figures are those of
 * Kubernetes' recorder: the same message is counted up; when ten different ones of a kind come within ten minutes, the
 * further ones are counted together; and each source has 25 events for an object, and one more every five minutes. Pure.
 */
import { Recent } from './recent.js';

export interface Report {
  /** Identifies the object. */
  about: string;
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

export type Verdict =
  | { kind: 'drop' }
  /** `key` remembers the Event for later counts. */
  | { kind: 'create'; key: string; message: string }
  | { kind: 'count'; key: string; message: string; count: number };

const similarWindowMs = 600_000;
const differentMessages = 10;
const burst = 25;
const refillMs = 300_000;
export const remembered = 4096;

interface Similar {
  messages: Set<string>;
  lastAt: number;
}

export class Correlator {
  readonly #counts = new Recent<string, number>(remembered);
  readonly #similar = new Recent<string, Similar>(remembered);
  readonly #tokens = new Recent<string, { left: number; at: number }>(remembered);

  judge(report: Report, now: number): Verdict {
    const kind = [report.about, report.type, report.reason].join('|');
    const together = this.#isOneOfMany(kind, report.message, now);
    const message = together ? `(combined from similar events): ${report.message}` : report.message;
    const key = together ? kind : `${kind}|${report.message}`;
    if (!this.#hasToken(report.about, now)) return { kind: 'drop' };
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count === 1 ? { kind: 'create', key, message } : { kind: 'count', key, message, count };
  }

  /** The Event that was counted up is gone (its time to live is an hour): the next of it is a new one. */
  forget(key: string): void {
    this.#counts.delete(key);
  }

  #isOneOfMany(kind: string, message: string, now: number): boolean {
    const known = this.#similar.get(kind);
    const similar =
      known && now - known.lastAt <= similarWindowMs ? known : { messages: new Set<string>(), lastAt: now };
    similar.lastAt = now;
    const many = similar.messages.size >= differentMessages && !similar.messages.has(message);
    if (!many) similar.messages.add(message);
    this.#similar.set(kind, similar);
    return many;
  }

  #hasToken(about: string, now: number): boolean {
    const known = this.#tokens.get(about) ?? { left: burst, at: now };
    const left = Math.min(burst, known.left + (now - known.at) / refillMs);
    this.#tokens.set(about, { left: left >= 1 ? left - 1 : left, at: now });
    return left >= 1;
  }
}
