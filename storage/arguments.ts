/** What every store refuses before it looks at anything: keys and times to live that none of them could keep. */

/** Keys are whole (`/registry/pods/default/web`), not empty, and well-formed Unicode, since stores order them by their UTF-8 bytes. */
export function checkKey(key: string): void {
  if (key === '') throw new RangeError('a key may not be empty');
  if (isMalformed(key)) throw new RangeError(`the key ${JSON.stringify(key)} has a surrogate without its other half`);
}

export function checkTtl(ttlSeconds: number | undefined): void {
  if (ttlSeconds === undefined || (Number.isFinite(ttlSeconds) && ttlSeconds > 0)) return;
  throw new RangeError(`ttlSeconds must be a positive number of seconds, not ${ttlSeconds}`);
}

export function checkRevision(revision: number): void {
  if (Number.isSafeInteger(revision) && revision >= 1) return;
  throw new RangeError(`a revision is a whole number from 1 up, not ${revision}`);
}

const isMalformed = (text: string): boolean => /\p{Surrogate}/u.test(text);
