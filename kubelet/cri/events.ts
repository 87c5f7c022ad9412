/**
 * Container exits as they happen, from containerd's event stream, and the kernel's kills for lack of memory. Other
 * runtimes do not have it: they are polled instead. A lost stream is opened again; what was missed meanwhile is found by
 * the re-lists that `onGap` asks for.
 */
import protobuf from 'protobufjs';
import type { Clock } from '../../api/clock.js';
import { eventsProto } from './containerd-proto.js';
import { channel, kubernetesNamespace, plain } from './grpc.js';

export interface EventListener {
  /** The id of a container, or of a sandbox (its pause container), whose main process has ended. */
  onExit(containerId: string): void;
  /** The id of a container of which the kernel has killed something, as it took more memory than it may. */
  onOom(containerId: string): void;
  /** The stream is being (re)opened: exits of before, and of the moment that this takes, are not announced. */
  onGap(): void;
  /** The stream has broken: the runtime may be gone. It is opened again once this has resolved. */
  onLost(): Promise<void>;
}

const path = '/containerd.services.events.v1.Events/Subscribe';
const retryMs = 200;
const topics = { exit: '/tasks/exit', oom: '/tasks/oom' };
const filters = Object.values(topics).map(topic => `topic=="${topic}",namespace==k8s.io`);

/** Runs until the signal aborts. */
export async function followEvents(
  socket: string,
  listener: EventListener,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const client = channel(socket);
  const root = protobuf.parse(eventsProto).root.resolveAll();
  const envelope = root.lookupType('containerd.services.events.v1.Envelope');
  const taskExit = root.lookupType('containerd.services.events.v1.TaskExit');
  const taskOom = root.lookupType('containerd.services.events.v1.TaskOOM');
  const request = root.lookupType('containerd.services.events.v1.SubscribeRequest');
  const encode = (value: object): Buffer => Buffer.from(request.encode(request.fromObject(value)).finish());
  const decode = (bytes: Buffer): Record<string, unknown> => plain(envelope, bytes);
  while (!signal.aborted) {
    const stream = client.makeServerStreamRequest(path, encode, decode, { filters }, kubernetesNamespace());
    const abort = (): void => stream.cancel();
    signal.addEventListener('abort', abort, { once: true });
    listener.onGap();
    await new Promise<void>(resolve => {
      stream.on('data', ({ topic, event }: { topic: string; event: { value: Uint8Array } | null }) => {
        const told = plain(topic === topics.oom ? taskOom : taskExit, event?.value ?? new Uint8Array());
        if (topic === topics.oom) listener.onOom(String(told.containerId));
        // A process that was run by exec ends with its own id; only the main process has the container's.
        else if (told.id === told.containerId) listener.onExit(String(told.containerId));
      });
      stream.on('error', () => resolve());
      stream.on('end', () => resolve());
    });
    signal.removeEventListener('abort', abort);
    await clock.sleep(retryMs, signal);
    if (!signal.aborted) await listener.onLost();
  }
  client.close();
}
