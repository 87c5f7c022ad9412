/** Answers of others, for as long as they may be believed. The least recently used ones go first. */
import { lifetime } from '../wire/received.js';

/** In all, and bytes of one answer: a few megabytes at the very most, some hundred kilobytes as a rule. */
const most = { answers: 1000, bytes: 4096 };
/** Seconds. What changed is known of after five minutes, whatever was said of the former. */
const longest = 300;

interface Kept {
  message: Buffer;
  at: number;
  until: number;
}

export class AnswerCache {
  readonly #kept = new Map<string, Kept>();

  /** Times are milliseconds. */
  get(key: string, now: number): { message: Buffer; ageSeconds: number } | undefined {
    const kept = this.#kept.get(key);
    if (!kept) return undefined;
    this.#kept.delete(key);
    if (now >= kept.until || now < kept.at) return undefined;
    // The last of the map is the one that was used last.
    this.#kept.set(key, kept);
    return { message: kept.message, ageSeconds: Math.floor((now - kept.at) / 1000) };
  }

  put(key: string, message: Buffer, questionLength: number, now: number): void {
    const seconds = Math.min(longest, lifetime(message, questionLength));
    if (seconds <= 0 || message.length > most.bytes) return;
    this.#kept.delete(key);
    // A copy: the bytes as they came lie in a larger block.
    this.#kept.set(key, { message: Buffer.from(message), at: now, until: now + seconds * 1000 });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > most.answers && oldest !== undefined) this.#kept.delete(oldest);
  }
}
