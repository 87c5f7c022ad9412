/** A container's log as its reader asked for it: the file's lines, chosen and formatted. */
import type { LogFile } from './file.js';
import { LogFormatter } from './format.js';
import { parseLine } from './line.js';
import type { LogOptions } from './options.js';

/**
 * Yields what `options` select. Ends at the end of the file; with `follow`, once the container has ended and all it
 * wrote has been read. The caller closes the file.
 */
export async function* readLog(log: LogFile, options: LogOptions): AsyncGenerator<Buffer, void> {
  const formatter = new LogFormatter(options);
  if (options.tailLines !== undefined) await log.seekToTail(options.tailLines);
  for await (const lines of options.follow ? log.followed() : log.toEnd()) {
    const bytes = Buffer.concat(lines.map(line => show(formatter, line)));
    if (bytes.length > 0) yield bytes;
    if (formatter.full) return;
  }
  const rest = formatter.end();
  if (rest.length > 0) yield rest;
}

/** Lines that are not in CRI's format (torn by a crash) are left out, as Kubernetes' kubelet does. */
function show(formatter: LogFormatter, line: Buffer): Buffer {
  const piece = parseLine(line);
  return piece ? formatter.push(piece) : Buffer.alloc(0);
}
