/** A container's log as its reader asked for it: the file's lines, chosen and formatted. */
import type { LogFile } from './file.js';
import { LogFormatter } from './format.js';
import { type LogPiece, parseLine } from './line.js';
import type { LogOptions } from './options.js';

/**
 * Yields what `options` select. Ends at the end of the file; with `follow`, once the container has ended and all it
 * wrote has been read. The caller closes the file.
 */
export async function* readLog(log: LogFile, options: LogOptions): AsyncGenerator<Buffer, void> {
  const formatter = new LogFormatter(options);
  // A tail is found first and read then: what the container writes in between is only for a reader who follows.
  const wanted = new Lines(options.follow ? undefined : options.tailLines);
  if (options.tailLines !== undefined) await log.seekToTail(options.tailLines);
  for await (const lines of options.follow ? log.followed() : log.toEnd()) {
    const bytes = Buffer.concat(wanted.of(lines).map(piece => formatter.push(piece)));
    if (bytes.length > 0) yield bytes;
    if (formatter.full || wanted.left === 0) return;
  }
  const rest = formatter.end();
  if (rest.length > 0) yield rest;
}

/** Takes pieces until they make so many whole lines. */
class Lines {
  constructor(public left = Number.POSITIVE_INFINITY) {}

  /** Lines that are not in CRI's format (torn by a crash) are left out, as Kubernetes' kubelet does. */
  of(lines: readonly Buffer[]): LogPiece[] {
    const taken: LogPiece[] = [];
    for (const line of lines) {
      const piece = this.left > 0 ? parseLine(line) : undefined;
      if (!piece) continue;
      taken.push(piece);
      if (!piece.partial) this.left -= 1;
    }
    return taken;
  }
}
