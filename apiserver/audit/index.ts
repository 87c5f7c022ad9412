/** The audit log: JSON lines in a file, written behind the requests' backs, so that none ever waits for the disk. */
import type { Logger } from 'pino';
import { systemClock } from '../../api/clock.js';
import type { AuditRecord, AuditSink } from '../contracts.js';
import { linesOf } from './lines.js';
import { LogFile } from './log-file.js';
import type { Policy } from './policy-file.js';

export interface AuditOptions {
  path: string;
  log: Logger;
  /** 100 MB unless said. */
  maxBytes?: number;
  /** 3 unless said. */
  files?: number;
  /** Lines wait for the disk in at most so much memory; what comes when it is full is dropped, and counted. 16 MB unless said. */
  maxPendingBytes?: number;
  /** What is kept of which request; our own choice unless said. */
  policy?: Policy | undefined;
}

const megabyte = 1024 * 1024;
/** Lines gather for so long, and go into one write: a write for each would cost more than the request it tells of. */
const gatherMs = 20;

/** The file is made with the first line, readable by its owner only. */
export function openAudit({ path, log, maxBytes, files, maxPendingBytes, policy }: AuditOptions): AuditSink {
  const file = new LogFile({ path, maxBytes: maxBytes ?? 100 * megabyte, files: files ?? 3 });
  return new BufferedAudit(file, maxPendingBytes ?? 16 * megabyte, log, policy);
}

class BufferedAudit implements AuditSink {
  private pending = '';
  private lines = 0;
  /** In characters; those under way to the disk count. */
  private unwritten = 0;
  private dropped = 0;
  private writing: Promise<void> | undefined;
  private closed = false;
  private readonly hurry = new AbortController();

  constructor(
    private readonly file: LogFile,
    private readonly maxPendingBytes: number,
    private readonly log: Logger,
    private readonly policy: Policy | undefined,
  ) {}

  record(record: AuditRecord): void {
    if (this.closed) return;
    for (const text of linesOf(record, this.policy)) this.append(`${text}\n`);
  }

  private append(line: string): void {
    if (this.unwritten + line.length > this.maxPendingBytes) {
      this.dropped++;
      return;
    }
    this.pending += line;
    this.lines++;
    this.unwritten += line.length;
    this.writing ??= this.drain();
  }

  /** Writes what was recorded, and closes the file. */
  async close(): Promise<void> {
    this.closed = true;
    this.hurry.abort('closing');
    await this.writing;
    await this.file.close();
  }

  /** One write at a time: what arrives meanwhile goes with the next. */
  private async drain(): Promise<void> {
    while (this.lines > 0) {
      await systemClock.sleep(gatherMs, this.hurry.signal);
      const { pending, lines } = this;
      this.pending = '';
      this.lines = 0;
      await this.write(pending, lines);
    }
    this.writing = undefined;
  }

  private async write(text: string, lines: number): Promise<void> {
    try {
      await this.file.append(Buffer.from(text));
    } catch (error) {
      this.dropped += lines;
      this.log.error({ err: error }, 'the audit log cannot be written');
    }
    this.unwritten -= text.length;
    if (this.dropped > 0) {
      this.log.warn({ dropped: this.dropped }, 'lines of the audit log were dropped: the disk did not keep up');
      this.dropped = 0;
    }
  }
}
