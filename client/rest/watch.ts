/** A watch's answer, a JSON object a line, as events. */
import { StatusError } from '../../api/status.js';
import type { KubeObject, Status, WatchEvent } from '../../api/types.js';
import { LineSplitter } from './lines.js';

type Line<T extends KubeObject> = WatchEvent<T> | { type: 'ERROR'; object: Status };

/** Ends with its input. Throws an ERROR event as its StatusError, and a line that is not JSON as an Error. */
export async function* watchEvents<T extends KubeObject>(chunks: AsyncIterable<Buffer>): AsyncGenerator<WatchEvent<T>> {
  const splitter = new LineSplitter();
  for await (const chunk of chunks) {
    for (const line of splitter.push(chunk)) yield parseEvent<T>(line);
  }
  const rest = splitter.rest();
  if (rest !== '') yield parseEvent<T>(rest);
}

function parseEvent<T extends KubeObject>(line: string): WatchEvent<T> {
  let event: Line<T>;
  try {
    event = JSON.parse(line) as Line<T>;
  } catch (error) {
    throw new Error(`the watch delivered a line that is not JSON: ${line.slice(0, 200)}`, { cause: error });
  }
  if (event.type === 'ERROR') throw new StatusError(event.object);
  return event;
}
