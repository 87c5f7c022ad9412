/** Does `work` for each item, `width` at a time; all are tried, and the errors are answered. */
import { asError } from './slow-start.js';

export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<unknown>,
): Promise<Error[]> {
  const errors: Error[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const item = items[next++] as T;
      await work(item).catch((thrown: unknown) => errors.push(asError(thrown)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return errors;
}
