/**
 * The Container Runtime Interface as typed calls. Every failure is a CriError; a call that the runtime does not
 * answer within its deadline fails with code DEADLINE_EXCEEDED.
 */
import type * as t from './types.js';

export interface Cri {
  /** The path of the runtime's socket, as given. */
  readonly socket: string;
  version(): Promise<{ runtimeName: string; runtimeVersion: string; runtimeApiVersion: string }>;
  /** RuntimeReady and NetworkReady. */
  status(): Promise<t.RuntimeCondition[]>;
  /** What not every runtime can: nothing of it where the runtime says nothing. */
  abilities(): Promise<t.RuntimeAbilities>;
  /** What the runtime adds in verbose mode (containerd: a JSON under 'config'). */
  statusInfo(): Promise<Record<string, string>>;

  /** Answers the sandbox's id. */
  /** `handler`: of the runtime's configuration; its default one unless given. */
  runPodSandbox(config: t.SandboxConfig, handler?: string): Promise<string>;
  /** Kills what still runs inside and gives back its network. A sandbox that is gone is not an error. */
  stopPodSandbox(id: string): Promise<void>;
  removePodSandbox(id: string): Promise<void>;
  podSandboxStatus(id: string): Promise<t.SandboxStatus>;
  /** What the runtime adds in verbose mode (containerd: a JSON under 'info', with the process id and runc's spec). */
  podSandboxInfo(id: string): Promise<Record<string, string>>;
  listPodSandbox(labels?: Record<string, string>): Promise<t.Sandbox[]>;

  /** Answers the container's id. */
  createContainer(sandboxId: string, config: t.ContainerConfig, sandbox: t.SandboxConfig): Promise<string>;
  startContainer(id: string): Promise<void>;
  /** Sends the image's stop signal, and kills after so many seconds; 0 kills at once. */
  stopContainer(id: string, timeoutSeconds: number): Promise<void>;
  removeContainer(id: string): Promise<void>;
  listContainers(labels?: Record<string, string>): Promise<t.ContainerListed[]>;
  containerStatus(id: string): Promise<t.ContainerStatus>;
  /** What the runtime adds in verbose mode (containerd: a JSON under 'info', with the process id). */
  containerInfo(id: string): Promise<Record<string, string>>;
  updateContainerResources(id: string, resources: t.LinuxResources): Promise<void>;
  reopenContainerLog(id: string): Promise<void>;
  /** Writes the container's state to an archive of that path; 0 leaves the runtime its own time. Not every runtime can. */
  checkpointContainer(id: string, location: string, timeoutSeconds: number): Promise<void>;
  containerStats(id: string): Promise<t.ContainerStats>;
  listContainerStats(labels?: Record<string, string>): Promise<t.ContainerStats[]>;

  execSync(id: string, command: string[], timeoutSeconds: number): Promise<ExecResult>;
  /** The three streaming calls answer the URL at which the runtime waits for the stream. */
  exec(request: { containerId: string; cmd: string[] } & Streams): Promise<{ url: string }>;
  attach(request: { containerId: string } & Streams): Promise<{ url: string }>;
  portForward(request: { podSandboxId: string; port: number[] }): Promise<{ url: string }>;

  listImages(): Promise<t.Image[]>;
  /** Undefined when the image is not there. */
  imageStatus(image: string): Promise<t.Image | undefined>;
  /** Answers the reference of the pulled image. */
  pullImage(image: string, auth?: t.RegistryAuth): Promise<string>;
  removeImage(image: string): Promise<void>;
  imageFsInfo(): Promise<{ mountpoint: string; usedBytes: number }[]>;
  close(): void;
}

export interface Streams {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

export interface ExecResult {
  stdout: Buffer;
  stderr: Buffer;
  exitCode: number;
}

/** gRPC's codes, as far as the kubelet tells them apart. */
export const grpcCodes = { deadlineExceeded: 4, notFound: 5, unavailable: 14 } as const;

export class CriError extends Error {
  constructor(
    readonly method: string,
    readonly code: number,
    /** The runtime's own words, without the method. */
    readonly details: string,
  ) {
    super(`the container runtime refused ${method}: ${details}`);
    this.name = 'CriError';
  }
}

export const isNotFound = (error: unknown): boolean => error instanceof CriError && error.code === grpcCodes.notFound;

/** The runtime's words where there are any: what goes into a pod's status and events. */
export const detailsOf = (error: unknown): string =>
  error instanceof CriError ? error.details : error instanceof Error ? error.message : String(error);
