/**
 * A bare node:https handler (and a bare node:http2 one on the next port) that answers files' bytes: what Node itself can
 * do on this machine, in the same minute. Arguments: pki folder, port, a small file (/one), a large one (/list).
 */
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import { join } from 'node:path';

const [pki = '', port = '', one = '', list = ''] = process.argv.slice(2);
const bodies = new Map([
  ['/one', readFileSync(one)],
  ['/list', readFileSync(list)],
]);
const tls = { cert: readFileSync(join(pki, 'apiserver.crt')), key: readFileSync(join(pki, 'apiserver.key')) };

interface Answering {
  writeHead(status: number, headers: Record<string, string | number>): unknown;
  end(body?: Uint8Array): unknown;
}

function answer(request: { url?: string | undefined }, response: Answering): void {
  const body = bodies.get(request.url ?? '');
  response.writeHead(body ? 200 : 404, { 'content-type': 'application/json', 'content-length': body?.length ?? 0 });
  response.end(body);
}

createServer(tls, (request, response) => answer(request, response)).listen(Number(port), '127.0.0.1');
createSecureServer(tls, (request, response) => answer(request, response as unknown as Answering)).listen(
  Number(port) + 1,
  '127.0.0.1',
  () => console.log('listening'),
);
