import type { EtcdClient } from './client.js';
import { isCompacted } from './errors.js';
import { Inbox } from './inbox.js';
import { NUL } from './keys.js';

const PROBE_MS = 10_000;

/**
 * The compacted revision, or 0. etcd has no call that answers it: a list at revision 1 tells whether there is one, and a
 * watch from there is refused with its number.
 */
export async function compactedRevisionOf(client: EtcdClient): Promise<number> {
  try {
    await client.read(() => client.kv.range({ key: NUL, revision: 1, keys_only: true }));
    return 0;
  } catch (error) {
    if (!isCompacted(error)) throw error;
  }
  const stream = await client.watchStream({ deadline: Date.now() + PROBE_MS });
  return new Promise((resolve, reject) => {
    const inbox = new Inbox(stream, 1, () => {
      const compacted = Number(inbox.take()?.compact_revision ?? 0);
      if (compacted === 0 && inbox.failure === undefined) return;
      inbox.close();
      if (compacted > 0) resolve(compacted);
      else reject(inbox.failure);
    });
  });
}
