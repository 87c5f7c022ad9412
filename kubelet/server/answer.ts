/** A request's way: routed, authenticated, authorized, answered. What is wrong on the way is thrown as a Refusal. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { systemClock } from '../../api/clock.js';
import type { Pod } from '../../api/types.js';
import { podName } from '../directories.js';
import { authenticate, authorize } from './access.js';
import { checkpoint } from './checkpoint.js';
import { hasEnded, logPathOf, type Named } from './containers.js';
import type { PodsView, ServerOptions } from './contracts.js';
import { type LogFile, openLogFile } from './logs/file.js';
import { parseLogOptions } from './logs/options.js';
import { readLog } from './logs/read.js';
import { Refusal } from './refusal.js';
import { isStream, type Route, routeOf } from './route.js';
import { streamingUrl } from './streams.js';
import { systemLog } from './system-logs.js';
import { tunnel } from './tunnel.js';

/** Never throws: a failure is the answer, or, once that has begun, the end of the connection. */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
): Promise<void> {
  try {
    const { route, query } = await admitted(request, options);
    switch (route.kind) {
      case 'healthz':
        return text(response, 200, 'ok');
      case 'pods':
        return podList(
          response,
          Array.from(options.podsView.list(), ({ pod }) => pod),
        );
      case 'runningpods':
        return podList(response, runningPods(options.podsView));
      case 'summary':
        return json(response, await options.figures.summary());
      case 'metrics':
        return text(response, 200, await options.figures.metrics(), prometheus);
      case 'resourceMetrics':
        return text(response, 200, await options.figures.resourceMetrics(), prometheus);
      case 'cadvisorMetrics':
        return text(response, 200, await options.figures.cadvisorMetrics(), prometheus);
      case 'probeMetrics':
        return text(response, 200, await options.figures.probeMetrics(), prometheus);
      case 'configz':
        return json(response, { kubeletconfig: options.configuration });
      case 'checkpoint':
        return json(response, await checkpoint(route, query, options));
      case 'systemLogs':
        if (!options.systemLogs) throw new Refusal(405, 'logs endpoint is disabled.');
        return await systemLog(response, options.systemLogs, route.path);
      case 'containerLogs':
        return await containerLogs(response, route, query, options);
      default:
        throw new Refusal(400, 'Upgrade request required');
    }
  } catch (error) {
    const refusal = refusalFor(error, request, options);
    if (response.headersSent) response.destroy();
    else text(response, refusal.code, refusal.message);
  }
}

/** The same for a request that asks to become a stream. */
export async function answerUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  options: ServerOptions,
): Promise<void> {
  // Without a listener, a client that resets the connection would end the process.
  socket.on('error', error => options.log.debug({ error: error.message }, 'a streaming client has gone'));
  try {
    const { route, query } = await admitted(request, options);
    if (!isStream(route)) throw new Refusal(400, `${request.url} cannot be upgraded`);
    await tunnel(request, socket, head, await streamingUrl(route, query, options));
  } catch (error) {
    const { code, message } = refusalFor(error, request, options);
    const headers = `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(message)}`;
    socket.end(`HTTP/1.1 ${code} ${STATUS_CODES[code]}\r\n${headers}\r\nConnection: close\r\n\r\n${message}`);
  }
}

async function admitted(
  request: IncomingMessage,
  options: ServerOptions,
): Promise<{ route: Route; query: URLSearchParams }> {
  const { method = 'GET', url = '/' } = request;
  const [pathname = '/', query = ''] = url.split(/\?(.*)/s);
  const route = routeOf(method, pathname);
  if (route.kind !== 'healthz') {
    await authorize(await authenticate(request, options), { method, pathname }, options);
  }
  return { route, query: new URLSearchParams(query) };
}

function refusalFor(error: unknown, request: IncomingMessage, { log }: ServerOptions): Refusal {
  if (error instanceof Refusal) return error;
  log.warn({ error, url: request.url }, 'a request to the kubelet failed');
  return new Refusal(500, (error as Error).message);
}

const prometheus = 'text/plain; version=0.0.4; charset=utf-8';

function text(response: ServerResponse, code: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(code, { 'content-type': type, 'x-content-type-options': 'nosniff' });
  response.end(body);
}

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

const podList = (response: ServerResponse, items: readonly Pod[]): void =>
  json(response, { kind: 'PodList', apiVersion: 'v1', metadata: {}, items });

/** As the runtime has them: the names of what runs, and nothing of what is wished for. */
const runningPods = (view: PodsView): Pod[] =>
  Array.from(view.list()).flatMap(({ pod, containers }) => {
    const names = containers.filter(c => c.state === 'running').map(c => c.name);
    const image = (name: string): string => (pod.spec?.containers ?? []).find(c => c.name === name)?.image ?? '';
    const { name, namespace, uid } = podName(pod);
    const spec = { containers: names.map(container => ({ name: container, image: image(container) })) };
    return names.length > 0 ? [{ metadata: { name, namespace, uid }, spec } as Pod] : [];
  });

async function containerLogs(
  response: ServerResponse,
  named: Named,
  query: URLSearchParams,
  { podsView, clock = systemClock }: ServerOptions,
): Promise<void> {
  const options = parseLogOptions(query, clock.now());
  if (typeof options === 'string') throw new Refusal(400, options);
  const path = logPathOf(podsView, named, options.previous);
  const id = podsView.find(named.namespace, named.pod)?.containers.find(c => c.name === named.container)?.id;
  const ended = (): boolean => options.previous || hasEnded(podsView, named, id);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const file = await opened({ path, ended, signal: gone.signal });
  try {
    response.writeHead(200, { 'content-type': 'text/plain' });
    // A follower is told at once that there is a log, even while it is empty.
    response.flushHeaders();
    await pipeline(readLog(file, options), response);
  } catch (error) {
    // The reader went away, as followers do; anything else is an error.
    if (!gone.signal.aborted) throw error;
  } finally {
    await file.close();
  }
}

async function opened(source: Parameters<typeof openLogFile>[0]): Promise<LogFile> {
  try {
    return await openLogFile(source);
  } catch (error) {
    throw new Refusal(500, `failed to open log file ${JSON.stringify(source.path)}: ${(error as Error).message}`);
  }
}
