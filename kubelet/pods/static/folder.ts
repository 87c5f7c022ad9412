/** The folder of static pods: looked at when something in it changes, and now and then in any case. */
import { watch } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../../../api/clock.js';

export interface FolderOptions {
  folder: string;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** Kubernetes' fileCheckFrequency. */
const lookMs = 20_000;
/** An editor writes a file in several steps. */
const settleMs = 100;
const mostBytes = 1024 * 1024;

/** Calls `told` with the text of every file, by its path, at first and whenever they may have changed. */
export async function followFolder(
  { folder, clock, log, signal }: FolderOptions,
  told: (files: ReadonlyMap<string, string>) => void,
): Promise<void> {
  let wake = new AbortController();
  const watcher = watch(folder, () => wake.abort());
  watcher.on('error', error => log.warn({ reason: error.message, folder }, 'the folder of static pods is not watched'));
  signal.addEventListener('abort', () => wake.abort());
  while (!signal.aborted) {
    wake = new AbortController();
    try {
      told(await filesIn(folder));
    } catch (error) {
      log.warn({ reason: (error as Error).message, folder }, 'the folder of static pods could not be read');
    }
    await clock.sleep(lookMs, wake.signal);
    if (!signal.aborted) await clock.sleep(settleMs, signal);
  }
  watcher.close();
}

/** Hidden ones are an editor's. Throws when one cannot be read: then nothing is known of any. */
async function filesIn(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const name of (await readdir(folder)).filter(file => !file.startsWith('.')).sort()) {
    const path = join(folder, name);
    const found = await stat(path);
    if (found.isFile() && found.size <= mostBytes) files.set(path, await readFile(path, 'utf8'));
  }
  return files;
}
