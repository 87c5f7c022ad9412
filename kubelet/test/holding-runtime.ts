/** Stands between a kubelet and its runtime, and keeps the calls that a test names from getting there. For tests. */
import { rmSync } from 'node:fs';
import { connect, constants, createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { connect as connectSocket } from 'node:net';

/** Of a gRPC call: '/runtime.v1.RuntimeService/RunPodSandbox', and its message, in which names can be looked for. */
export type Holds = (path: string, message: Buffer) => boolean;

export interface HoldingRuntime {
  /** How many calls wait now. */
  held(): number;
  /** Lets them go on, and holds no more. */
  release(): void;
  close(): Promise<void>;
}

/** `socket` is made, and leads to that of the runtime. */
export async function holdingRuntime(socket: string, runtime: string, holds: Holds): Promise<HoldingRuntime> {
  const upstream = connect('http://localhost', { createConnection: () => connectSocket(runtime) });
  upstream.on('error', () => {});
  const waiting = new Set<() => void>();
  let isHolding = true;
  const server = createServer();
  server.on('stream', (stream, headers) => {
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(part));
    // Whoever called may have gone.
    stream.on('error', () => {});
    stream.on('end', () => {
      const message = Buffer.concat(parts);
      const goOn = (): void => void (stream.destroyed || passOn(stream, headers, message));
      if (!isHolding || !holds(String(headers[':path']), message)) return goOn();
      waiting.add(goOn);
      stream.once('close', () => waiting.delete(goOn));
    });
  });
  const passOn = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, message: Buffer): void => {
    const call = upstream.request({ ...headers });
    let trailers: IncomingHttpHeaders = {};
    call.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
    call.on('trailers', given => {
      trailers = given;
    });
    call.once('response', answer => {
      if (stream.destroyed) return;
      stream.respond(answer, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
      call.pipe(stream);
    });
    stream.once('close', () => call.close());
    call.end(message);
  };
  await new Promise<void>(resolve => server.listen(socket, resolve));
  const release = (): void => {
    isHolding = false;
    for (const goOn of waiting) goOn();
    waiting.clear();
  };
  return {
    held: () => waiting.size,
    release,
    async close() {
      release();
      upstream.destroy();
      server.close();
      rmSync(socket, { force: true });
    },
  };
}
