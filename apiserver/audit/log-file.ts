/** A file that lines are appended to in the background; full files are set aside, so many are kept, older ones go. */
import { type FileHandle, open, rename } from 'node:fs/promises';

export interface LogFileOptions {
  path: string;
  /** A file that has reached so many bytes is set aside. */
  maxBytes: number;
  /** How many files there are at most, the current one counted: path, path.1 (newer), path.2 ... */
  files: number;
}

export class LogFile {
  private file: FileHandle | undefined;
  private size = 0;

  constructor(private readonly options: LogFileOptions) {}

  /** Must not be called again before it is done. */
  async append(chunk: Buffer): Promise<void> {
    let file = this.file ?? (await this.begin());
    if (this.size > 0 && this.size + chunk.length > this.options.maxBytes) {
      await this.rotate();
      file = await this.begin();
    }
    await file.appendFile(chunk);
    this.size += chunk.length;
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = undefined;
  }

  private async begin(): Promise<FileHandle> {
    const file = await open(this.options.path, 'a', 0o600);
    this.size = (await file.stat()).size;
    this.file = file;
    return file;
  }

  private async rotate(): Promise<void> {
    const { path, files } = this.options;
    await this.close();
    for (let age = files - 2; age >= 0; age--)
      await moveIfThere(age === 0 ? path : `${path}.${age}`, `${path}.${age + 1}`);
    if (files <= 1) await (await open(path, 'w')).close();
  }
}

async function moveIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
