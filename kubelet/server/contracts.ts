/**
 * What the kubelet's HTTPS server needs from the rest of the kubelet: who the pods are, and a runtime that answers
 * streaming URLs. The CRI client satisfies `ExecRuntime` as it is.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import type { Pod } from '../../api/types.js';
import type { Client } from '../../client/client.js';

/** Which standard streams a process is joined to. With `tty`, stderr is part of stdout. */
export interface Streams {
  tty: boolean;
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
}

/** CRI's Exec, Attach and PortForward: each prepares a session and answers where the runtime serves it, once. */
export interface ExecRuntime {
  exec(request: { containerId: string; cmd: string[] } & Streams): Promise<{ url: string }>;
  /** Absent: /attach answers 501. */
  attach?(request: { containerId: string } & Streams): Promise<{ url: string }>;
  /** Absent: /portForward answers 501. */
  portForward?(request: { podSandboxId: string; port: number[] }): Promise<{ url: string }>;
}

/** CRI's CheckpointContainer. */
export interface CheckpointRuntime {
  checkpointContainer(id: string, location: string, timeoutSeconds: number): Promise<void>;
}

export interface ContainerView {
  name: string;
  /** The runtime's id of the present instance, or of the last one; absent before the first was created. */
  id?: string;
  state: 'waiting' | 'running' | 'terminated';
  /** 'ContainerCreating', 'ImagePullBackOff', ...: why it waits. */
  waitingReason?: string;
  /** The log of the instance `id`, in CRI's format; absent before the first was created. */
  logPath?: string;
  /** The log of the instance in status.lastState.terminated; absent when there is none. */
  previousLogPath?: string;
}

export interface PodView {
  /** The pod as the kubelet knows it, with its own status: what /pods shows. */
  pod: Pod;
  /** The runtime's id of the pod sandbox; absent before it was made. */
  sandboxId?: string;
  /** Init containers too. */
  containers: readonly ContainerView[];
}

/** The pods of this node, read anew with each call. */
export interface PodsView {
  find(namespace: string, name: string): PodView | undefined;
  list(): Iterable<PodView>;
}

/** What the node tells in numbers. */
export interface Figures {
  /** /stats/summary. Throws when the runtime does not answer. */
  summary(): Promise<object>;
  /** In the text format of Prometheus: of the kubelet itself, and of what its pods use. */
  metrics(): Promise<string>;
  resourceMetrics(): Promise<string>;
  cadvisorMetrics(): Promise<string>;
  probeMetrics(): Promise<string>;
}

export interface ServerOptions {
  cri: ExecRuntime & CheckpointRuntime;
  podsView: PodsView;
  figures: Figures;
  /** What /configz shows. */
  configuration: object;
  /** The folder of the archives of /checkpoint. */
  checkpoints: string;
  /** The folder of the machine's logs; absent: /logs/ answers 405. */
  systemLogs?: string;
  /** Holds kubelet.crt, kubelet.key and ca.crt. */
  pkiDir: string;
  /** 0 takes a free one. */
  port: number;
  /** The system's own clock unless given. */
  clock?: Clock;
  /** All addresses unless given. */
  bindAddress?: string;
  nodeName: string;
  /** Asks the API server (SubjectAccessReview) about callers other than itself. */
  client: Client;
  log: Logger;
}
