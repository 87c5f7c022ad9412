/** What all commands about a cluster have. */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
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

export function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new InvalidArgumentError('a port is a number from 1 to 65535.');
  return port;
}

export function nodeName(text: string): string {
  if (text.length > 253 || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text))
    throw new InvalidArgumentError(
      "a node's name has lower case letters, digits, '-' and '.', as in web-1.example.org.",
    );
  return text;
}
