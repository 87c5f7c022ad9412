/** What a request asks of the kubelet, taken from its method and path alone. */
import { Refusal } from './refusal.js';

export type StreamKind = 'exec' | 'attach' | 'portForward';

export type Route =
  | { kind: 'healthz' | 'pods' | 'runningpods' | 'summary' | 'metrics' | 'resourceMetrics' }
  | { kind: 'cadvisorMetrics' | 'probeMetrics' | 'configz' }
  /** `path` ends with a slash when a folder is asked for. */
  | { kind: 'systemLogs'; path: string }
  | { kind: 'checkpoint'; namespace: string; pod: string; container: string }
  | { kind: 'containerLogs'; namespace: string; pod: string; container: string }
  | { kind: 'exec' | 'attach'; namespace: string; pod: string; container: string }
  | { kind: 'portForward'; namespace: string; pod: string };

/** Kubernetes' kubelet has these; this one says so instead of a bare "not found". */
const notServed = ['stats', 'metrics', 'run', 'debug', 'spec', 'flagz', 'statusz'];

/** Those of a fixed path. */
const plain: Record<string, Exclude<Route, { namespace: string } | { path: string }>['kind']> = {
  healthz: 'healthz',
  'healthz/ping': 'healthz',
  'healthz/log': 'healthz',
  'healthz/syncloop': 'healthz',
  pods: 'pods',
  runningpods: 'runningpods',
  'stats/summary': 'summary',
  metrics: 'metrics',
  'metrics/resource': 'resourceMetrics',
  'metrics/cadvisor': 'cadvisorMetrics',
  'metrics/probes': 'probeMetrics',
  configz: 'configz',
};

/** Throws a Refusal: 404 for a path, 405 for a method that is not served. */
export function routeOf(method: string, pathname: string): Route {
  const [head = '', ...rest] = decodedSegments(pathname);
  const route = head === 'logs' ? systemLogs(rest, pathname) : routes(head, rest);
  if (!route) {
    const why = notServed.includes(head) ? 'is not served by this kubelet' : 'not found';
    throw new Refusal(404, `404 page not found: ${pathname} ${why}`);
  }
  const methods = isStream(route) ? ['GET', 'POST'] : route.kind === 'checkpoint' ? ['POST'] : ['GET', 'HEAD'];
  if (!methods.includes(method))
    throw new Refusal(405, `405: Method Not Allowed: ${pathname} takes ${methods.join(', ')}`);
  return route;
}

export const isStream = (route: Route): route is Route & { kind: StreamKind } =>
  route.kind === 'exec' || route.kind === 'attach' || route.kind === 'portForward';

function routes(head: string, rest: string[]): Route | undefined {
  const kind = plain[[head, ...rest].join('/')];
  if (kind) return { kind };
  const [namespace, pod, container, ...more] = rest;
  if (namespace === undefined || pod === undefined || more.length > 0) return undefined;
  if (head === 'portForward') return container === undefined ? { kind: head, namespace, pod } : undefined;
  if (head !== 'containerLogs' && head !== 'exec' && head !== 'attach' && head !== 'checkpoint') return undefined;
  return container === undefined ? undefined : { kind: head, namespace, pod, container };
}

function systemLogs(rest: string[], pathname: string): Route {
  const path = rest.join('/');
  return { kind: 'systemLogs', path: path !== '' && pathname.endsWith('/') ? `${path}/` : path };
}

/** '/a/b/' and '/a/b' are the same; an escape that cannot be decoded is no path of ours. */
function decodedSegments(pathname: string): string[] {
  try {
    return pathname.replace(/^\//, '').replace(/\/$/, '').split('/').map(decodeURIComponent);
  } catch {
    throw new Refusal(400, `400: ${pathname} is not a valid path`);
  }
}
