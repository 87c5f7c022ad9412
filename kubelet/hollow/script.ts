/**
 * What becomes of hollow nodes and of the pods on them: how long things take, what fails, who falls silent. Everything that
 * varies is drawn from the seed and the pod's uid, so that the same cluster can be lived again. Pure.
 */
import { createHash } from 'node:crypto';
import type { Pod } from '../../api/types.js';

/** From the first to the second, in ms; drawn for each pod. */
export type Range = readonly [least: number, most: number];

export interface Outage {
  /** Which node says nothing. */
  node: string;
  /** Since the start of the process, in ms. */
  afterMs: number;
  forMs: number;
}

export interface HollowScript {
  seed: string;
  /** Of the nodes' names: 'hollow' makes hollow-0, hollow-1, ... */
  prefix: string;
  cpus: number;
  memoryBytes: number;
  pods: number;
  /** Nodes are in so many zones by turns; 0 is none. */
  zones: number;
  heartbeatMs: number;
  /** From being bound to running, from running to ready, from being deleted to gone, from an exit to the next start. */
  start: Range;
  ready: Range;
  stop: Range;
  restart: Range;
  /** How long containers run that are not to run for ever: those of pods that are not restarted always. */
  run: Range;
  /** The share of the pods whose containers exit with 1 after `run`, from 0 to 1. */
  failing: number;
  outages: readonly Outage[];
}

export const defaultScript: HollowScript = {
  seed: 'orrery',
  prefix: 'hollow',
  cpus: 32,
  memoryBytes: 256 * 1024 ** 3,
  pods: 110,
  zones: 3,
  heartbeatMs: 10_000,
  start: [100, 500],
  ready: [0, 0],
  stop: [0, 200],
  restart: [1000, 2000],
  run: [1000, 2000],
  failing: 0,
  outages: [],
};

/** The life of one pod, drawn. Times in ms. */
export interface Life {
  startMs: number;
  readyMs: number;
  stopMs: number;
  restartMs: number;
  /** Undefined: for ever. */
  runMs: number | undefined;
  exitCode: number;
}

/** Annotations by which a pod says itself how it lives: 'hollow.orrery.dev/run: 5s', 'hollow.orrery.dev/exit-code: "3"'. */
export const annotationPrefix = 'hollow.orrery.dev/';

export function lifeOf(pod: Pod, script: HollowScript): Life {
  const own = (name: string): string | undefined => pod.metadata.annotations?.[annotationPrefix + name];
  const drawn = (name: 'start' | 'ready' | 'stop' | 'restart' | 'run'): number => {
    const said = parseDuration(own(name));
    const [least, most] = script[name];
    return said ?? Math.round(least + (most - least) * draw(script.seed, pod.metadata.uid ?? '', name));
  };
  const fails = draw(script.seed, pod.metadata.uid ?? '', 'failing') < script.failing;
  const ends = own('run') !== undefined || fails || (pod.spec?.restartPolicy ?? 'Always') !== 'Always';
  const code = Number(own('exit-code') ?? (fails ? 1 : 0));
  return {
    startMs: drawn('start'),
    readyMs: drawn('ready'),
    stopMs: drawn('stop'),
    restartMs: drawn('restart'),
    runMs: ends ? drawn('run') : undefined,
    exitCode: Number.isInteger(code) && code >= 0 && code <= 255 ? code : 1,
  };
}

/** From 0 to below 1, always the same for the same words. */
function draw(...words: string[]): number {
  return createHash('sha256').update(words.join('\n')).digest().readUInt32BE(0) / 2 ** 32;
}

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** '500ms', '2s', '1.5m' in ms; undefined for anything else. */
export function parseDuration(text: string | undefined): number | undefined {
  const [, amount, unit] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text ?? '') ?? [];
  return amount === undefined || unit === undefined ? undefined : Number(amount) * (units[unit] as number);
}
