/** A log file read line by line, past its rotation (another file under the same path) and its truncation. */
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DirectoryChanges } from './changes.js';
import { LineSplitter } from './split.js';
import { tailOffset } from './tail.js';

export interface LogSource {
  path: string;
  /** The container will write no more. Asked at the end of the file, when following. */
  ended(): boolean;
  /** Stops following. */
  signal: AbortSignal;
}

const chunkBytes = 64 * 1024;
/** How soon the end of a container is noticed that says nothing as it goes. */
const lookAgainMs = 200;

/** Throws ENOENT when there is no such file. */
export async function openLogFile(source: LogSource): Promise<LogFile> {
  return new LogFile(await open(source.path, constants.O_RDONLY), source);
}

export class LogFile {
  private position = 0;
  private splitter = new LineSplitter();
  private readonly chunk = Buffer.allocUnsafe(chunkBytes);

  constructor(
    private handle: FileHandle,
    private readonly source: LogSource,
  ) {}

  /** Starts at the last `lines` lines instead of at the beginning. */
  async seekToTail(lines: number): Promise<void> {
    const { size } = await this.handle.stat();
    const readAt = async (position: number, length: number): Promise<Buffer> => {
      const { bytesRead, buffer } = await this.handle.read(Buffer.allocUnsafe(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    };
    this.position = await tailOffset(readAt, size, lines);
  }

  /** What is in the file now, in batches of lines. */
  async *toEnd(): AsyncGenerator<Buffer[], void> {
    yield* this.available();
    const last = this.splitter.rest();
    if (last) yield [last];
  }

  /** What is in the file, and what comes, until the container has ended. */
  async *followed(): AsyncGenerator<Buffer[], void> {
    const changes = new DirectoryChanges(dirname(this.source.path));
    try {
      while (!this.source.signal.aborted) {
        // Both are asked before the read, so that what was written until then is still read.
        const ended = this.source.ended();
        const successor = await this.successor();
        yield* this.available();
        if (successor) await this.switchTo(successor);
        else if (ended) return;
        else if (!(await this.startOverIfTruncated())) await changes.next(lookAgainMs, this.source.signal);
      }
    } finally {
      changes.close();
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  private async *available(): AsyncGenerator<Buffer[], void> {
    for (;;) {
      const { bytesRead } = await this.handle.read(this.chunk, 0, chunkBytes, this.position);
      if (bytesRead === 0) return;
      this.position += bytesRead;
      const lines = this.splitter.push(this.chunk.subarray(0, bytesRead));
      if (lines.length > 0) yield lines;
    }
  }

  /**
   * The file that a rotation has put in this one's place; undefined while there is none (yet). As long as it is empty the
   * runtime may still be writing to this one.
   */
  private async successor(): Promise<FileHandle | undefined> {
    try {
      const [mine, now] = await Promise.all([this.handle.stat(), stat(this.source.path)]);
      const isSame = mine.ino === now.ino && mine.dev === now.dev;
      return isSame || now.size === 0 ? undefined : await open(this.source.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  private async switchTo(next: FileHandle): Promise<void> {
    await this.handle.close();
    this.handle = next;
    this.startOver();
  }

  private async startOverIfTruncated(): Promise<boolean> {
    const { size } = await this.handle.stat();
    if (size >= this.position) return false;
    this.startOver();
    return true;
  }

  private startOver(): void {
    this.position = 0;
    this.splitter = new LineSplitter();
  }
}
