/** What all commands about a cluster have. */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { defaultDataDir } from './layout.js';
import type { Steps } from './steps.js';

/** As its processes need it, which run in /, and as the kernel names what is mounted there. */
function wholePath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return resolve(folder);
  }
}

export const withDataDir = (command: Command): Command =>
  command.option('--data-dir <folder>', 'where the cluster keeps its files', wholePath, defaultDataDir);

/** Loaded with what is called, so that `--help` is quick. */
export const steps = async (): Promise<Steps> => {
  const { stepsTo } = await import('./steps.js');
  return stepsTo(process.stdout, () => performance.now());
};
