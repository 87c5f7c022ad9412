/** Short ways to write what a pod wants and has, for the tests of the next step. */
import type { Ending } from '../ending.js';
import type { ContainerSeen, SandboxSeen, Seen } from '../seen.js';
import type { Have, ImageState } from '../step.js';
import type { ContainerWant, Want } from '../want.js';

export const now = 1_000_000;

export const container = (name: string, more: Partial<ContainerSeen> = {}): ContainerSeen => ({
  id: `${name}-${more.attempt ?? 0}`,
  name,
  sandboxId: 's0',
  state: 'running',
  attempt: 0,
  hash: 'h',
  createdAt: 0,
  restartDelayMs: 0,
  startedAt: 0,
  finishedAt: 0,
  exitCode: 0,
  reason: '',
  message: '',
  image: '',
  imageId: '',
  logPath: '',
  ...more,
});
export const exited = (name: string, exitCode: number, attempt = 0): ContainerSeen =>
  container(name, { state: 'exited', exitCode, attempt });
export const sandbox = (ready = true, attempt = 0): SandboxSeen => ({
  id: `s${attempt}`,
  ready,
  attempt,
  createdAt: 0,
  ips: [],
});
export const seen = (sandboxes: SandboxSeen[], ...containers: ContainerSeen[]): Seen => ({ sandboxes, containers });
export const wants = (...names: string[]): ContainerWant[] => names.map(name => ({ name, hash: 'h' }));

export const want = (more: Partial<Want> = {}): Want => ({
  restartPolicy: 'Always',
  init: [],
  main: wants('a', 'b'),
  ephemeral: [],
  graceSeconds: 30,
  ...more,
});
export const have = (more: Partial<Have> = {}): Have => ({
  seen: seen([]),
  volumesMounted: true,
  volumesLeft: true,
  traces: true,
  removedFromApi: false,
  images: new Map(),
  kills: new Map(),
  told: new Set(),
  hooks: new Set(),
  starting: new Set(),
  unhealthy: new Map(),
  sizes: new Map(),
  stopped: new Set(),
  countedBefore: new Map(),
  notBefore: { volumes: 0, sandbox: 0, resize: 0, containers: new Map() },
  ...more,
});
export const backoff = (more: Partial<Have['notBefore']>): Have['notBefore'] => ({
  volumes: 0,
  sandbox: 0,
  resize: 0,
  containers: new Map(),
  ...more,
});
export const image = (name: string, state: ImageState = 'ready') => ({ images: new Map([[name, state]]) });
export const deleted: Ending = { why: 'deleted', deadline: now + 30_000 };
