/** An object as it is now, and after each change. */
import { StatusError } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import type { NamedTarget } from './targets.js';

/**
 * Undefined while the object does not exist. Goes on until the consumer breaks off or the signal aborts, which throws.
 * A watch whose history the server has forgotten begins again from a list.
 */
export async function* statesOf(
  client: Client,
  { resource, name, namespace }: NamedTarget,
  signal: AbortSignal,
): AsyncGenerator<AnyObject | undefined> {
  const kind = resource;
  const selection = {
    fieldSelector: `metadata.name=${name}`,
    ...(resource.namespaced && namespace !== undefined ? { namespace } : {}),
  };
  for (;;) {
    const { items, metadata } = await client.list(kind, { ...selection, signal });
    yield items[0];
    try {
      const resourceVersion = metadata.resourceVersion ?? '';
      for await (const event of client.watch(kind, { ...selection, resourceVersion, signal })) {
        if (event.type !== 'BOOKMARK') yield event.type === 'DELETED' ? undefined : event.object;
      }
    } catch (error) {
      if (!(error instanceof StatusError) || error.code !== 410) throw error;
    }
  }
}

/** Resolves to true once a state passes, to false when `timeoutMs` is over (0 is never). Throws what `passes` throws. */
export async function untilState(
  client: Client,
  target: NamedTarget,
  timeoutMs: number,
  passes: (object: AnyObject | undefined) => boolean,
): Promise<boolean> {
  const signal = timeoutMs > 0 ? AbortSignal.timeout(timeoutMs) : new AbortController().signal;
  try {
    for await (const state of statesOf(client, target, signal)) if (passes(state)) return true;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return false;
}
