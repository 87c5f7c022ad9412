/** Keeps the logs of running containers within their limits: a log that has grown is put aside, and a new one begun. */
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import { type Cri, detailsOf } from '../cri/cri.js';
import { compressed, isRotated, type LogLimits, rotationPlan, unfinished } from './plan.js';

export interface RotationOptions {
  cri: Cri;
  limits: LogLimits;
  /** Between two looks; 10 s unless given. */
  lookMs?: number;
  /** Of the containers that run now. */
  logs: () => Iterable<{ id: string; path: string }>;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

const usualLookMs = 10_000;

/** Runs until the signal aborts; never throws. */
export async function keepLogsShort(options: RotationOptions): Promise<void> {
  const { clock, lookMs = usualLookMs, logs, log, signal } = options;
  for (;;) {
    await clock.sleep(lookMs, signal);
    for (const container of logs()) {
      if (signal.aborted) return;
      await rotateIfLarge(container, options).catch(error =>
        log.warn({ ...container, reason: detailsOf(error) }, "a container's log could not be rotated, and grows on"),
      );
    }
    if (signal.aborted) return;
  }
}

async function rotateIfLarge({ id, path }: { id: string; path: string }, options: RotationOptions): Promise<void> {
  const { cri, limits, clock } = options;
  const size = await sizeOf(path);
  // Between putting it aside and beginning a new one an earlier kubelet has died, or somebody has removed it.
  if (size === undefined) return cri.reopenContainerLog(id);
  if (size <= limits.maxBytes) return;
  const folder = dirname(path);
  const plan = rotationPlan(basename(path), await readdir(folder), clock.now(), limits);
  await Promise.all(plan.remove.map(file => rm(join(folder, file), { force: true })));
  for (const file of plan.compress) await compress(join(folder, file));
  await putAside(path, join(folder, plan.rotated), () => cri.reopenContainerLog(id));
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The runtime goes on writing to the file that it has open, until it is told to look for the path again. */
async function putAside(path: string, rotated: string, reopen: () => Promise<void>): Promise<void> {
  await rename(path, rotated);
  try {
    await reopen();
  } catch (error) {
    await rename(rotated, path);
    throw error;
  }
}

async function compress(path: string): Promise<void> {
  const temporary = unfinished(path);
  await pipeline(createReadStream(path), createGzip(), createWriteStream(temporary));
  await rename(temporary, compressed(path));
  await rm(path);
}

/** Of a container that is removed. */
export async function removeLog(path: string): Promise<void> {
  const names = await readdir(dirname(path)).catch(() => []);
  const all = names.filter(name => name === basename(path) || isRotated(name, basename(path)));
  await Promise.all(all.map(name => rm(join(dirname(path), name), { force: true })));
}
