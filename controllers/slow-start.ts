/**
 * Does something `count` times in batches of 1, 2, 4, ..., each batch at once, and stops after the first batch with a
 * failure. When all would be refused (a quota, a bad template) the server is asked once, not five hundred times.
 */
export async function slowStart(
  count: number,
  once: () => Promise<unknown>,
): Promise<{ done: number; error: Error | undefined }> {
  let done = 0;
  for (let batch = 1; done < count; batch *= 2) {
    const results = await Promise.allSettled(Array.from({ length: Math.min(batch, count - done) }, once));
    const failed = results.find(result => result.status === 'rejected');
    done += results.filter(result => result.status === 'fulfilled').length;
    if (failed) return { done, error: asError(failed.reason) };
  }
  return { done, error: undefined };
}

export const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
