/**
 * Work in batches of 1, 2, 4, ..., each batch at once, which ends after the first batch with a failure. When all would be
 * refused (a quota, a bad template) the server is asked once, not five hundred times.
 */

/** Does something `count` times. */
export async function slowStart(
  count: number,
  once: () => Promise<unknown>,
): Promise<{ done: number; error: Error | undefined }> {
  return batches(Array.from({ length: count }), once);
}

/** Does something for each item, in order; answers the error that ended it. */
export const inBatches = async <T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<Error | undefined> => (await batches(items, work)).error;

async function batches<T>(items: readonly T[], work: (item: T) => Promise<unknown>) {
  let done = 0;
  for (let at = 0, size = 1; at < items.length; at += size, size *= 2) {
    const results = await Promise.allSettled(items.slice(at, at + size).map(work));
    const failed = results.find(result => result.status === 'rejected');
    done += results.filter(result => result.status === 'fulfilled').length;
    if (failed) return { done, error: asError(failed.reason) };
  }
  return { done, error: undefined };
}

export const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
