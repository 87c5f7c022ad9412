/** What the runtime says about one pod: the facts that all decisions and the pod's status are made from. */
import type { CriContainerState } from '../cri/types.js';

export interface SandboxSeen {
  id: string;
  ready: boolean;
  attempt: number;
  createdAt: number;
  /** Empty on the host's network, and before there is one. */
  ips: readonly string[];
}

export type ContainerStateSeen = 'created' | 'running' | 'exited' | 'unknown';

/** The runtime's words for them. */
export const stateSeen: Record<CriContainerState, ContainerStateSeen> = {
  CONTAINER_CREATED: 'created',
  CONTAINER_RUNNING: 'running',
  CONTAINER_EXITED: 'exited',
  CONTAINER_UNKNOWN: 'unknown',
};

/** Times are milliseconds since 1970, 0 where there is none yet. */
export interface ContainerSeen {
  id: string;
  name: string;
  sandboxId: string;
  state: ContainerStateSeen;
  /** 0 for the first of its name, and one more with every restart: the restart count. */
  attempt: number;
  /** Of the part of the spec it was made from. */
  hash: string;
  createdAt: number;
  /** How long it waits for its restart once it has ended: 0 for the first of its name. */
  restartDelayMs: number;
  startedAt: number;
  finishedAt: number;
  exitCode: number;
  /** The runtime's: 'Completed', 'Error', 'OOMKilled', 'StartError', ... */
  reason: string;
  /** The termination message. */
  message: string;
  image: string;
  imageId: string;
  logPath: string;
}

export interface Seen {
  /** Newest first. */
  sandboxes: readonly SandboxSeen[];
  /** Newest first. */
  containers: readonly ContainerSeen[];
}

export const nothingSeen: Seen = { sandboxes: [], containers: [] };

/** The sandbox that containers are put into: the newest one, if it is ready. */
export function readySandbox(seen: Seen): SandboxSeen | undefined {
  const newest = seen.sandboxes[0];
  return newest?.ready ? newest : undefined;
}

/** The newest container of that name. */
export const latest = (seen: Seen, name: string): ContainerSeen | undefined =>
  seen.containers.find(c => c.name === name);

/** 'unknown' is a container the runtime lost track of: it may well run. */
export const isAlive = (c: ContainerSeen): boolean => c.state === 'running' || c.state === 'unknown';
