/** What a component's log says of why it stopped. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What was appended to the file since it had `from` bytes; of much, the end. '' when there is no file. */
export function appendedTo(file: string, from: number, most = 64 << 10): string {
  let log: number;
  try {
    log = openSync(file, 'r');
  } catch {
    return '';
  }
  const { size } = fstatSync(log);
  const start = Math.max(from, size - most, 0);
  const bytes = Buffer.alloc(Math.max(size - start, 0));
  readSync(log, bytes, 0, bytes.length, start);
  closeSync(log);
  return bytes.toString();
}

/** pino's number for an error; a fatal one is higher. */
const errorLevel = 50;

/** The last complaint in a log of JSON lines, sentences of ours ('error: ...') and stacks; undefined when there is none. */
export function lastWords(log: string): string | undefined {
  return log.split('\n').map(complaintIn).filter(Boolean).at(-1);
}

function complaintIn(line: string): string | undefined {
  if (!line.startsWith('{')) return /^(?:\w*[Ee]rror)(?: \[\w+\])?: (.+)$/.exec(line)?.[1];
  let entry: { level?: number; msg?: string; reason?: string; err?: { message?: string } };
  try {
    entry = JSON.parse(line) as typeof entry;
  } catch {
    return undefined;
  }
  if ((entry.level ?? 0) < errorLevel) return undefined;
  return [entry.msg, entry.err?.message ?? entry.reason].filter(Boolean).join(': ') || undefined;
}
