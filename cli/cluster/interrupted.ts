/** Ctrl-C (or a SIGTERM) while a cluster starts or stops: what was begun is taken back, or the same command goes on with it. */
import { constants } from 'node:os';
import { Failure } from '../failure.js';

const signals = ['SIGINT', 'SIGTERM'] as const;

/** What wants to end by itself when it is interrupted; undefined while the process may end at any moment. */
let heeded: AbortController | undefined;

/** Ends the process with a sentence and a shell's exit code; what is `heeding` is told instead, the first time. */
export function sayWhenInterrupted(): void {
  for (const signal of signals) process.on(signal, () => interrupt(128 + constants.signals[signal]));
}

function interrupt(code: number): void {
  if (heeded && !heeded.signal.aborted) {
    heeded.abort(new Failure('interrupted: what had started is stopped again; say the same to start anew.', code));
    return;
  }
  process.stderr.write('\ninterrupted: say the same again to go on.\n');
  process.exit(code);
}

/** The work's signal aborts when it is interrupted; its reason is the Failure to end with. */
export async function heeding<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  heeded = controller;
  try {
    return await work(controller.signal);
  } finally {
    heeded = undefined;
  }
}
