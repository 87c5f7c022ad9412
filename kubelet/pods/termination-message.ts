/** What a container left as its last words: its termination log, or the end of its log where the spec asks for that. */
import { open } from 'node:fs/promises';
import type { Directories } from '../directories.js';

export interface MessageSource {
  directories: Directories;
  uid: string;
  container: string;
  attempt: number;
  logPath: string;
  policy: string;
}

const longest = { file: 4096, log: 2048, lines: 80 };

/** Empty when it left none; the runtime's own message where it could not even be started. */
export async function terminationMessage(
  source: MessageSource,
  end: { exitCode: number; message: string },
): Promise<string> {
  const path = source.directories.terminationLog(source.uid, source.container, source.attempt);
  const left = await lastBytes(path, longest.file);
  if (left) return left;
  if (source.policy === 'FallbackToLogsOnError' && end.exitCode !== 0) {
    const log = await lastBytes(source.logPath, longest.log * 4);
    if (log) return plainLog(log);
  }
  return end.message;
}

async function lastBytes(path: string, limit: number): Promise<string> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = await file.stat();
    const length = Math.min(size, limit);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await file.close();
  }
}

/** CRI's log lines are `time stream tag text`; a first line that was cut in the middle is left out. */
function plainLog(log: string): string {
  const lines = log.split('\n').filter(line => /^\d{4}-\S+ std(out|err) [FP] /.test(line));
  const text = lines.slice(-longest.lines).map(line => line.split(' ').slice(3).join(' '));
  return text.join('\n').slice(-longest.log);
}
