/**
 * Many that wait for one signal. A component's signal ends thousands of requests and naps, and an EventTarget looks through all of
 * its listeners for each that comes or goes; here it has a single one, and those who wait stand in a Set.
 */
const waiting = new WeakMap<AbortSignal, { add(callback: () => void): void; delete(callback: () => void): void }>();

/** Calls back once when the signal aborts; at once, if it has. Answers how to be forgotten. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => {};
  }
  let callbacks = waiting.get(signal);
  if (!callbacks) {
    callbacks = callbacksOf(signal);
    waiting.set(signal, callbacks);
  }
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}

/** Listens only while somebody waits: a signal made of others lives as long as it has a listener. */
function callbacksOf(signal: AbortSignal) {
  const callbacks = new Set<() => void>();
  const aborted = (): void => {
    const all = [...callbacks];
    callbacks.clear();
    for (const callback of all) callback();
  };
  return {
    add(callback: () => void): void {
      if (callbacks.size === 0) signal.addEventListener('abort', aborted, { once: true });
      callbacks.add(callback);
    },
    delete(callback: () => void): void {
      if (callbacks.delete(callback) && callbacks.size === 0) signal.removeEventListener('abort', aborted);
    },
  };
}
