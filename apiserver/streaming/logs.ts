/** pods/{name}/log: the kubelet's answer, passed on as fast as the client takes it. */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';

type Response = ServerResponse | Http2ServerResponse;

/** Aborts when the client goes before its answer has ended. */
export function clientGone(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}

/** The log of a pod that has no node yet. */
export function emptyLog(response: Response): void {
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.end();
}

/** Resolves when the response has ended, on whose ever side. A log that breaks off breaks the response too. */
export function passLog(log: IncomingMessage, response: Response): Promise<void> {
  return new Promise(resolve => {
    response.once('close', () => {
      log.destroy();
      resolve();
    });
    log.on('error', () => response.destroy());
    response.writeHead(200, { 'content-type': 'text/plain' });
    // A follower learns at once that there is a log, even while it is empty; HTTP/2 sends the head by itself.
    if (response instanceof ServerResponse) response.flushHeaders();
    log.pipe(response as NodeJS.WritableStream);
  });
}
