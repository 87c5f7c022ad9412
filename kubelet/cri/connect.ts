/** `connectCri(socket)`: the runtime's and the image service's calls on one channel. */
import type { Cri } from './cri.js';
import { type Call, channel, unaryCalls } from './grpc.js';
import { runtimeProto } from './proto.js';
import type * as t from './types.js';

const minute = 60_000;
/** Pod networks and unpacking take their time on a busy machine; a hung runtime still ends. */
const slow = 4 * minute;
const usual = 2 * minute;
const pull = 15 * minute;

/** `versionTimeoutMs` is for asking whether anything answers at the socket at all. */
export function connectCri(socket: string, versionTimeoutMs = 10_000): Cri {
  const client = channel(socket);
  const runtime = unaryCalls(client, runtimeProto, 'runtime.v1.RuntimeService');
  const images = unaryCalls(client, runtimeProto, 'runtime.v1.ImageService');
  const call = async <A>(name: string, request: object = {}, deadlineMs = usual): Promise<A> =>
    (await (runtime.get(name) ?? (images.get(name) as Call))(request, deadlineMs)) as A;
  return {
    socket,
    ...sandboxes(call, versionTimeoutMs),
    ...containers(call),
    ...streams(call),
    ...imageCalls(call),
    close: () => client.close(),
  };
}

type Calls = <A>(name: string, request?: object, deadlineMs?: number) => Promise<A>;
type Part<K extends keyof Cri> = Pick<Cri, K>;

function sandboxes(
  call: Calls,
  versionTimeoutMs: number,
): Part<
  | 'version'
  | 'status'
  | 'abilities'
  | 'statusInfo'
  | 'runPodSandbox'
  | 'stopPodSandbox'
  | 'removePodSandbox'
  | 'podSandboxStatus'
  | 'podSandboxInfo'
  | 'listPodSandbox'
> {
  return {
    version: () => call('Version', { version: 'v1' }, versionTimeoutMs),
    status: async () =>
      (await call<{ status: { conditions: t.RuntimeCondition[] } }>('Status', {}, 10_000)).status.conditions,
    abilities: async () => {
      interface Answer {
        runtimeHandlers: t.RuntimeHandler[];
        features: { supplementalGroupsPolicy: boolean } | null;
      }
      const { runtimeHandlers, features } = await call<Answer>('Status', {}, 10_000);
      return { handlers: runtimeHandlers, supplementalGroupsPolicy: features?.supplementalGroupsPolicy === true };
    },
    statusInfo: async () => (await call<{ info: Record<string, string> }>('Status', { verbose: true }, 10_000)).info,
    runPodSandbox: async (config, runtimeHandler = '') =>
      (await call<{ podSandboxId: string }>('RunPodSandbox', { config, runtimeHandler }, slow)).podSandboxId,
    stopPodSandbox: async id => void (await call('StopPodSandbox', { podSandboxId: id }, slow)),
    removePodSandbox: async id => void (await call('RemovePodSandbox', { podSandboxId: id }, slow)),
    podSandboxStatus: async id =>
      (await call<{ status: t.SandboxStatus }>('PodSandboxStatus', { podSandboxId: id })).status,
    podSandboxInfo: async id =>
      (await call<{ info: Record<string, string> }>('PodSandboxStatus', { podSandboxId: id, verbose: true })).info,
    listPodSandbox: async labels =>
      (await call<{ items: t.Sandbox[] }>('ListPodSandbox', labels ? { filter: { labelSelector: labels } } : {})).items,
  };
}

function containers(
  call: Calls,
): Part<
  | 'createContainer'
  | 'startContainer'
  | 'stopContainer'
  | 'removeContainer'
  | 'listContainers'
  | 'containerStatus'
  | 'containerInfo'
  | 'updateContainerResources'
  | 'reopenContainerLog'
  | 'checkpointContainer'
  | 'containerStats'
  | 'listContainerStats'
> {
  const filter = (labels?: Record<string, string>): object => (labels ? { filter: { labelSelector: labels } } : {});
  return {
    createContainer: async (podSandboxId, config, sandboxConfig) =>
      (await call<{ containerId: string }>('CreateContainer', { podSandboxId, config, sandboxConfig }, slow))
        .containerId,
    startContainer: async id => void (await call('StartContainer', { containerId: id }, slow)),
    stopContainer: async (id, timeout) =>
      void (await call('StopContainer', { containerId: id, timeout }, timeout * 1000 + usual)),
    removeContainer: async id => void (await call('RemoveContainer', { containerId: id })),
    listContainers: async labels =>
      (await call<{ containers: t.ContainerListed[] }>('ListContainers', filter(labels))).containers,
    containerStatus: async id =>
      (await call<{ status: t.ContainerStatus }>('ContainerStatus', { containerId: id })).status,
    containerInfo: async id =>
      (await call<{ info: Record<string, string> }>('ContainerStatus', { containerId: id, verbose: true })).info,
    updateContainerResources: async (id, linux) =>
      void (await call('UpdateContainerResources', { containerId: id, linux })),
    reopenContainerLog: async id => void (await call('ReopenContainerLog', { containerId: id })),
    checkpointContainer: async (containerId, location, timeout) =>
      void (await call(
        'CheckpointContainer',
        { containerId, location, timeout },
        timeout > 0 ? timeout * 1000 + usual : slow,
      )),
    containerStats: async id => (await call<{ stats: t.ContainerStats }>('ContainerStats', { containerId: id })).stats,
    listContainerStats: async labels =>
      (await call<{ stats: t.ContainerStats[] }>('ListContainerStats', filter(labels))).stats,
  };
}

function streams(call: Calls): Part<'execSync' | 'exec' | 'attach' | 'portForward'> {
  return {
    execSync: (containerId, cmd, timeout) =>
      call('ExecSync', { containerId, cmd, timeout }, timeout > 0 ? timeout * 1000 + 10_000 : usual),
    exec: request => call('Exec', request),
    attach: request => call('Attach', request),
    portForward: request => call('PortForward', request),
  };
}

function imageCalls(call: Calls): Part<'listImages' | 'imageStatus' | 'pullImage' | 'removeImage' | 'imageFsInfo'> {
  interface Usage {
    fsId: { mountpoint: string } | null;
    usedBytes: { value: number } | null;
  }
  return {
    listImages: async () => (await call<{ images: t.Image[] }>('ListImages')).images,
    imageStatus: async image =>
      (await call<{ image: t.Image | null }>('ImageStatus', { image: { image } })).image ?? undefined,
    pullImage: async (image, auth) =>
      (await call<{ imageRef: string }>('PullImage', { image: { image }, ...(auth ? { auth } : {}) }, pull)).imageRef,
    removeImage: async image => void (await call('RemoveImage', { image: { image } })),
    imageFsInfo: async () =>
      (await call<{ imageFilesystems: Usage[] }>('ImageFsInfo')).imageFilesystems.map(usage => ({
        mountpoint: usage.fsId?.mountpoint ?? '',
        usedBytes: usage.usedBytes?.value ?? 0,
      })),
  };
}
