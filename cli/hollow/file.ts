/** hollow.json: how many hollow nodes a cluster has, and by which script they live. A cluster with this file has no others. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { readScript, ScriptError } from '../../kubelet/hollow/read-script.js';
import type { HollowScript } from '../../kubelet/hollow/script.js';
import type { Layout } from '../cluster/layout.js';
import { Failure } from '../failure.js';

export interface HollowFile {
  count: number;
  /** As the user wrote it; see readScript. */
  script?: unknown;
}

export const hollowFile = ({ dataDir }: Pick<Layout, 'dataDir'>): string => join(dataDir, 'hollow.json');

export const isHollow = (layout: Layout): boolean => existsSync(hollowFile(layout));

/** Throws a Failure when it is not as `up` wrote it. */
export function readHollow(layout: Layout): HollowFile & { read: HollowScript } {
  const file = hollowFile(layout);
  try {
    const found = JSON.parse(readFileSync(file, 'utf8')) as HollowFile;
    if (!Number.isInteger(found.count) || found.count < 1) throw new ScriptError('count should be a whole number');
    return { ...found, read: readScript(found.script) };
  } catch (error) {
    throw new Failure(
      `${file} cannot be used (${(error as Error).message}): say how many nodes there are with 'orrery up --hollow N'.`,
    );
  }
}

export function writeHollow(layout: Layout, hollow: HollowFile): void {
  const file = hollowFile(layout);
  writeFileSync(`${file}.new`, `${JSON.stringify(hollow, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** A script in YAML or JSON, checked. Throws a Failure that says what is wrong with it. */
export function readScriptFile(path: string): unknown {
  try {
    const script = load(readFileSync(path, 'utf8'));
    readScript(script);
    return script;
  } catch (error) {
    throw new Failure(`the script ${path} cannot be used: ${(error as Error).message}.`);
  }
}
