/** The audit log: JSON lines in a file, written behind the requests' backs, so that none ever waits for the disk. */
import type { Logger } from 'pino';
import type { AuditRecord, AuditSink } from '../contracts.js';
import { auditEvent } from './event.js';
import { LogFile } from './log-file.js';
import { isAudited } from './policy.js';

export interface AuditOptions {
  path: string;
  log: Logger;
  /** 100 MB unless said. */
  maxBytes?: number;
  /** 3 unless said. */
  files?: number;
  /** Lines wait for the disk in at most so much memory; what comes when it is full is dropped, and counted. 16 MB unless said. */
  maxPendingBytes?: number;
}

const megabyte = 1024 * 1024;

/** The file is made with the first line, readable by its owner only. */
export function openAudit({ path, log, maxBytes, files, maxPendingBytes }: AuditOptions): AuditSink {
  const file = new LogFile({ path, maxBytes: maxBytes ?? 100 * megabyte, files: files ?? 3 });
  return new BufferedAudit(file, maxPendingBytes ?? 16 * megabyte, log);
}

class BufferedAudit implements AuditSink {
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private dropped = 0;
  private writing: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly file: LogFile,
    private readonly maxPendingBytes: number,
    private readonly log: Logger,
  ) {}

  record(record: AuditRecord): void {
    if (this.closed || !isAudited(record)) return;
    const line = Buffer.from(`${JSON.stringify(auditEvent(record))}\n`);
    if (this.pendingBytes + line.length > this.maxPendingBytes) {
      this.dropped++;
      return;
    }
    this.pending.push(line);
    this.pendingBytes += line.length;
    this.writing ??= this.drain();
  }

  /** Writes what was recorded, and closes the file. */
  async close(): Promise<void> {
    this.closed = true;
    await this.writing;
    await this.file.close();
  }

  /** One write at a time: what arrives meanwhile goes with the next. */
  private async drain(): Promise<void> {
    // The requests of this turn of the event loop go into one write.
    await new Promise(resolve => setImmediate(resolve));
    while (this.pending.length > 0) {
      const lines = this.pending;
      this.pending = [];
      await this.write(lines);
    }
    this.writing = undefined;
  }

  private async write(lines: Buffer[]): Promise<void> {
    const chunk = Buffer.concat(lines);
    try {
      await this.file.append(chunk);
    } catch (error) {
      this.dropped += lines.length;
      this.log.error({ err: error }, 'the audit log cannot be written');
    }
    this.pendingBytes -= chunk.length;
    if (this.dropped > 0) {
      this.log.warn({ dropped: this.dropped }, 'lines of the audit log were dropped: the disk did not keep up');
      this.dropped = 0;
    }
  }
}
