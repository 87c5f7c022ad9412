/**
 * Goes on with a value now where it is there, and later where it is promised. Most requests are answered from what is held
 * in memory: a promise at each step would cost them more than the work between.
 */
export function whenKnown<T, U>(value: T | Promise<T>, next: (value: T) => U | Promise<U>): U | Promise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
