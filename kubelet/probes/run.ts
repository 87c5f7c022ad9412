/** One try of a probe: exec, httpGet, tcpSocket or grpc. Never throws: what goes wrong is in the result. */
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Container, Probe } from '../../api/types.js';
import { type Cri, CriError, detailsOf, grpcCodes } from '../cri/cri.js';
import { grpcHealth } from './grpc-health.js';

export interface ProbeTarget {
  cri: Cri;
  containerId: string;
  container: Container;
  podIP: string;
}

export interface ProbeResult {
  success: boolean;
  /** The container could not be asked: nothing is known about it. */
  errored?: true;
  /** Why it failed, as Kubernetes' Unhealthy events say it. */
  message: string;
}

type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'>;

const passed: ProbeResult = { success: true, message: '' };
const failed = (message: string): ProbeResult => ({ success: false, message });
const longestBody = 10 * 1024;

export async function runProbe(handler: Handler, timeoutSeconds: number, target: ProbeTarget): Promise<ProbeResult> {
  try {
    const { exec, httpGet, tcpSocket, grpc } = handler;
    if (exec) return await execProbe(exec.command ?? [], timeoutSeconds, target);
    if (httpGet) return await httpProbe(httpGet, timeoutSeconds * 1000, target);
    if (tcpSocket) {
      const port = portNumber(tcpSocket.port as string | number, target.container);
      return await tcpProbe(tcpSocket.host || target.podIP, port, timeoutSeconds * 1000);
    }
    if (grpc) return await grpcHealth(`${target.podIP}:${grpc.port}`, grpc.service ?? '', timeoutSeconds * 1000);
    return failed('probe has no handler');
  } catch (error) {
    return { ...failed(detailsOf(error)), errored: true };
  }
}

async function execProbe(
  command: string[],
  timeoutSeconds: number,
  { cri, containerId }: ProbeTarget,
): Promise<ProbeResult> {
  try {
    const { stdout, stderr, exitCode } = await cri.execSync(containerId, command, timeoutSeconds);
    if (exitCode === 0) return passed;
    return failed(Buffer.concat([stdout, stderr]).subarray(0, longestBody).toString('utf8'));
  } catch (error) {
    if (error instanceof CriError && error.code === grpcCodes.deadlineExceeded)
      return failed(`command timed out: "${command.join(' ')}" timed out after ${timeoutSeconds}s`);
    throw error;
  }
}

type HttpGet = NonNullable<Probe['httpGet']>;

export async function httpProbe(get: HttpGet, timeoutMs: number, target: ProbeTarget): Promise<ProbeResult> {
  const port = portNumber(get.port as string | number, target.container);
  const host = get.host || target.podIP;
  const scheme = (get.scheme ?? 'HTTP').toLowerCase() === 'https' ? 'https' : 'http';
  const path = get.path || '/';
  const url = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${path.startsWith('/') ? path : `/${path}`}`;
  return request(url, headersOf(get), timeoutMs, 10);
}

type Headers = Record<string, string | string[]>;

/** One that is named twice has both values. The usual ones can be others, or none when they are empty. */
function headersOf(get: HttpGet): Headers {
  const own = new Map<string, string[]>();
  for (const { name, value } of get.httpHeaders ?? []) {
    const key = name.toLowerCase();
    own.set(key, [...(own.get(key) ?? []), value]);
  }
  const headers: Headers = { 'user-agent': 'kube-probe/1.36', accept: '*/*', connection: 'close' };
  for (const [name, values] of own) {
    if (name in headers && values[0] === '') delete headers[name];
    else headers[name] = name === 'host' ? (values[0] ?? '') : values;
  }
  return headers;
}

/** Follows redirects on the same host; one that leads elsewhere is a success, as the container did answer. */
function request(url: string, headers: Headers, timeoutMs: number, redirects: number): Promise<ProbeResult> {
  return new Promise(resolve => {
    const quoted = `Get "${url}": `;
    const done = (result: ProbeResult): void => {
      clearTimeout(timer);
      call.destroy();
      resolve(result);
    };
    const timer = setTimeout(
      () => done(failed(`${quoted}context deadline exceeded (Client.Timeout exceeded while awaiting headers)`)),
      timeoutMs,
    );
    const options = { headers, agent: false as const, rejectUnauthorized: false };
    const call = (url.startsWith('https:') ? https : http).get(url, options, response => {
      const code = response.statusCode ?? 0;
      const location = code >= 300 && code < 400 ? response.headers.location : undefined;
      if (location !== undefined) {
        const next = new URL(location, url);
        if (next.host !== new URL(url).host) return done(passed);
        if (redirects === 0) return done(failed(`${quoted}stopped after 10 redirects`));
        clearTimeout(timer);
        response.resume();
        return resolve(request(next.href, headers, timeoutMs, redirects - 1));
      }
      done(code >= 200 && code < 400 ? passed : failed(`HTTP probe failed with statuscode: ${code}`));
    });
    call.on('error', (error: NodeJS.ErrnoException) => done(failed(`${quoted}${networkWords(error)}`)));
  });
}

function tcpProbe(host: string, port: number, timeoutMs: number): Promise<ProbeResult> {
  return new Promise(resolve => {
    const socket = net.connect({ host, port });
    const done = (result: ProbeResult): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => done(failed(`dial tcp ${host}:${port}: i/o timeout`)), timeoutMs);
    socket.once('connect', () => done(passed));
    socket.once('error', (error: NodeJS.ErrnoException) => done(failed(networkWords(error))));
  });
}

const words: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'i/o timeout',
};

function networkWords(error: NodeJS.ErrnoException & { address?: string; port?: number }): string {
  const what = words[error.code ?? ''];
  if (!what) return error.code === 'ECONNRESET' || error.message === 'socket hang up' ? 'EOF' : error.message;
  return `dial tcp ${error.address}:${error.port}: connect: ${what}`;
}

/** A number, or the name of one of the container's ports. Throws when there is none of that name. */
export function portNumber(port: number | string, container: Container): number {
  const number = Number(port);
  if (Number.isInteger(number) && number > 0) return number;
  const named = (container.ports ?? []).find(p => p.name === port);
  if (!named) throw new Error(`couldn't find port: ${port}`);
  return named.containerPort;
}
