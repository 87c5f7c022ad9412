/**
 * Read-only views of images in a containerd, each a snapshot with a name that its maker chooses. One that is there is
 * a root of containerd's garbage collection: its layers stay, even if the image itself is removed.
 */

import { contentProto, snapshotsProto } from '../cri/containerd-proto.js';
import { type Cri, isNotFound } from '../cri/cri.js';
import { type Call, channel, collectedCall, kubernetesNamespace, unaryCalls } from '../cri/grpc.js';
import { mount } from '../volumes/mounts.js';
import { chainId, mountCall, type SnapshotMount } from './chain.js';

export interface ImageViews {
  /** Mounts the files of the image with that id at a directory. Whatever had the name before is removed. */
  mount(name: string, imageId: string, dir: string): Promise<void>;
  /** What was mounted of it is to be unmounted before. One that is not there is no error. */
  remove(name: string): Promise<void>;
}

const patienceMs = 30_000;
const usualSnapshotter = 'overlayfs';

export function containerdViews(cri: Pick<Cri, 'socket' | 'statusInfo'>): ImageViews {
  let snapshotter: Promise<string> | undefined;
  const snapshots = async (client: Client, method: string, request: object): Promise<Record<string, unknown>> => {
    snapshotter ??= cri.statusInfo().then(snapshotterIn);
    snapshotter.catch(() => {
      snapshotter = undefined;
    });
    const calls = unaryCalls(
      client,
      snapshotsProto,
      'containerd.services.snapshots.v1.Snapshots',
      kubernetesNamespace(),
    );
    return (calls.get(method) as Call)({ snapshotter: await snapshotter, ...request }, patienceMs);
  };
  const remove = (client: Client, name: string): Promise<void> =>
    snapshots(client, 'Remove', { key: name }).then(
      () => undefined,
      error => {
        if (!isNotFound(error)) throw error;
      },
    );
  return {
    mount: (name, imageId, dir) =>
      connected(cri.socket, async client => {
        const parent = chainId(await layersOf(client, imageId));
        await remove(client, name);
        const labels = { 'containerd.io/gc.root': name };
        const { mounts } = await snapshots(client, 'View', { key: name, parent, labels });
        const [only, ...more] = mounts as SnapshotMount[];
        if (!only || more.length > 0)
          throw new Error(`the snapshotter wants ${more.length + (only ? 1 : 0)} mounts for image ${imageId}, not one`);
        const { args, cwd } = mountCall(only, dir);
        await mount(args, { cwd });
      }),
    remove: name => connected(cri.socket, client => remove(client, name)),
  };
}

type Client = ReturnType<typeof channel>;

async function connected<A>(socket: string, work: (client: Client) => Promise<A>): Promise<A> {
  const client = channel(socket);
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

/** An image's id is the digest of its configuration, which names its layers. */
async function layersOf(client: Client, imageId: string): Promise<readonly string[]> {
  const service = 'containerd.services.content.v1.Content';
  const read = collectedCall(client, contentProto, service, 'Read', kubernetesNamespace());
  const parts = await read({ digest: imageId }, patienceMs);
  const text = Buffer.concat(parts.map(({ data }) => data as Uint8Array)).toString('utf8');
  return (JSON.parse(text) as { rootfs?: { diff_ids?: string[] } }).rootfs?.diff_ids ?? [];
}

/** In containerd's own description of its CRI: where the layers of its images are. */
export function snapshotterIn({ config = '{}' }: Record<string, string>): string {
  const { containerd } = JSON.parse(config) as { containerd?: { snapshotter?: string } };
  return containerd?.snapshotter || usualSnapshotter;
}
