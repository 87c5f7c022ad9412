import { type FSWatcher, watch } from 'node:fs';

/**
 * Wakes whoever waits when something in a directory changes. inotify tells of writes at once; the time limit is for
 * what it cannot tell (the container has ended, the machine is out of watches).
 */
export class DirectoryChanges {
  private readonly watcher: FSWatcher | undefined;
  private changed = false;
  private wake: (() => void) | undefined;

  constructor(directory: string) {
    try {
      this.watcher = watch(directory, { persistent: false }, () => this.notify());
      this.watcher.on('error', () => this.watcher?.close());
    } catch {
      this.watcher = undefined;
    }
  }

  /** Resolves upon a change since the last call, after `limitMs`, or when the signal aborts. */
  async next(limitMs: number, signal: AbortSignal): Promise<void> {
    if (!this.changed && !signal.aborted) {
      await new Promise<void>(resolve => {
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, limitMs);
        signal.addEventListener('abort', done);
        this.wake = done;
      });
    }
    this.changed = false;
    this.wake = undefined;
  }

  close(): void {
    this.watcher?.close();
  }

  private notify(): void {
    this.changed = true;
    this.wake?.();
  }
}
