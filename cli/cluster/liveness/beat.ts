/**
 * The sign of life of a process that serves nobody: a file whose time it sets anew as long as its event loop turns. An empty file
 * is there also when the disk is full.
 */
import { statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from '../layout.js';

/** Half of the shortest period in which anybody looks. */
const everyMs = 500;

export const beatFile = (layout: Pick<Layout, 'run'>, name: string): string => join(layout.run, `${name}.alive`);

/** Until the process ends. Throws when the file cannot be written. */
export function startBeating(file: string): void {
  writeFileSync(file, '');
  setInterval(() => {
    const now = new Date();
    try {
      utimesSync(file, now, now);
    } catch {
      // `down` has taken the folder away.
    }
  }, everyMs).unref();
}

/** Another value with each beat; undefined when there never was one. */
export const lastBeat = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.mtimeMs;
