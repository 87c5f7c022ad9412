/** /checkpoint: asks the runtime to write a container's state to an archive on the node, as Kubernetes' kubelet does. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../api/clock.js';
import { CriError } from '../cri/cri.js';
import { runningContainer } from './containers.js';
import type { ServerOptions } from './contracts.js';
import { Refusal } from './refusal.js';
import type { Route } from './route.js';

/** Answers where the archive is. Throws a Refusal: 404 for a pod or container that is not there, 500 when the runtime cannot. */
export async function checkpoint(
  { namespace, pod, container }: Route & { kind: 'checkpoint' },
  query: URLSearchParams,
  {
    cri,
    podsView,
    checkpoints,
    clock = systemClock,
  }: Pick<ServerOptions, 'cri' | 'podsView' | 'checkpoints' | 'clock'>,
): Promise<{ items: string[] }> {
  const timeoutSeconds = Number(query.get('timeout') ?? 0);
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 0)
    throw new Refusal(400, `cannot parse value of timeout parameter: ${JSON.stringify(query.get('timeout'))}`);
  const id = runningContainer(podsView, { namespace, pod, container });
  const time = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  const archive = join(checkpoints, `checkpoint-${pod}_${namespace}-${container}-${time}.tar`);
  try {
    await mkdir(checkpoints, { recursive: true, mode: 0o700 });
    await cri.checkpointContainer(id, archive, timeoutSeconds);
  } catch (error) {
    throw new Refusal(500, `checkpointing of ${namespace}/${pod}/${container} failed (${wordsOf(error)})`);
  }
  return { items: [archive] };
}

/** gRPC's number for what a server does not know. */
const unimplemented = 12;

/** As Go prints the runtime's refusal. */
const wordsOf = (error: unknown): string =>
  error instanceof CriError && error.code === unimplemented
    ? `rpc error: code = Unimplemented desc = ${error.details}`
    : (error as Error).message;
