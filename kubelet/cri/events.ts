/**
 * Container exits as they happen, from containerd's event stream. Other runtimes do not have it: `false` from
 * `supported` tells the caller to poll instead. A lost stream is opened again; what was missed meanwhile is found by
 * the re-lists that `onGap` asks for.
 */
import * as grpc from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import type { Clock } from '../../api/clock.js';
import { channel, plain } from './grpc.js';
import { eventsProto } from './proto.js';

export interface ExitListener {
  /** The id of a container, or of a sandbox (its pause container), whose main process has ended. */
  onExit(containerId: string): void;
  /** The stream is being (re)opened: exits of before, and of the moment that this takes, are not announced. */
  onGap(): void;
  /** The stream has broken: the runtime may be gone. It is opened again once this has resolved. */
  onLost(): Promise<void>;
}

const path = '/containerd.services.events.v1.Events/Subscribe';
const retryMs = 200;
const filters = ['topic=="/tasks/exit",namespace==k8s.io'];

/** Runs until the signal aborts. */
export async function followExits(
  socket: string,
  listener: ExitListener,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const client = channel(socket);
  const root = protobuf.parse(eventsProto).root.resolveAll();
  const envelope = root.lookupType('containerd.services.events.v1.Envelope');
  const taskExit = root.lookupType('containerd.services.events.v1.TaskExit');
  const request = root.lookupType('containerd.services.events.v1.SubscribeRequest');
  const encode = (value: object): Buffer => Buffer.from(request.encode(request.fromObject(value)).finish());
  const decode = (bytes: Buffer): Record<string, unknown> => plain(envelope, bytes);
  while (!signal.aborted) {
    const metadata = new grpc.Metadata();
    metadata.set('containerd-namespace', 'k8s.io');
    const stream = client.makeServerStreamRequest(path, encode, decode, { filters }, metadata);
    const abort = (): void => stream.cancel();
    signal.addEventListener('abort', abort, { once: true });
    listener.onGap();
    await new Promise<void>(resolve => {
      stream.on('data', (message: { event: { value: Uint8Array } | null }) => {
        const exit = plain(taskExit, message.event?.value ?? new Uint8Array());
        // A process that was run by exec ends with its own id; only the main process has the container's.
        if (exit.id === exit.containerId) listener.onExit(String(exit.containerId));
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
