/** One line of a container's log file as CRI runtimes write it: `2016-10-06T00:17:09.669794202Z stdout F content`. */

export type LogStream = 'stdout' | 'stderr';

export interface LogPiece {
  /** RFC 3339 with nanoseconds, as the runtime wrote it. */
  time: string;
  stream: LogStream;
  /** Tag P: the process's line was longer than the runtime's buffer and goes on in the stream's next piece. */
  partial: boolean;
  /** What the process wrote, without the newline. Bytes, for it need not be UTF-8. */
  content: Buffer;
}

const space = 0x20;

/** `line` comes without its newline. Undefined when this is no CRI log line (a torn write, another format). */
export function parseLine(line: Buffer): LogPiece | undefined {
  const afterTime = line.indexOf(space);
  const afterStream = afterTime < 0 ? -1 : line.indexOf(space, afterTime + 1);
  if (afterStream < 0) return undefined;
  const foundTag = line.indexOf(space, afterStream + 1);
  const afterTag = foundTag < 0 ? line.length : foundTag;
  const time = line.toString('latin1', 0, afterTime);
  const stream = line.toString('latin1', afterTime + 1, afterStream);
  // The format allows several tags, separated by colons; the first says whether the line is whole.
  const tag = line.toString('latin1', afterStream + 1, afterTag).split(':')[0];
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
  if (tag !== 'P' && tag !== 'F') return undefined;
  if (Number.isNaN(Date.parse(time))) return undefined;
  return { time, stream, partial: tag === 'P', content: line.subarray(afterTag + 1) };
}
