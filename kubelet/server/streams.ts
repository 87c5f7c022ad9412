/** exec, attach and portForward: asks the runtime to prepare a session, and answers the URL where it serves it. */
import { runningContainer, sandboxOf } from './containers.js';
import type { ExecRuntime, PodsView, Streams } from './contracts.js';
import { flag } from './logs/options.js';
import { Refusal } from './refusal.js';
import type { Route, StreamKind } from './route.js';

/** Throws a Refusal when the query or what it names is wrong. */
export async function streamingUrl(
  route: Route & { kind: StreamKind },
  query: URLSearchParams,
  { cri, podsView }: { cri: ExecRuntime; podsView: PodsView },
): Promise<URL> {
  const { url } = await prepare(route, query, cri, podsView);
  return new URL(url);
}

function prepare(
  route: Route & { kind: StreamKind },
  query: URLSearchParams,
  cri: ExecRuntime,
  pods: PodsView,
): Promise<{ url: string }> {
  switch (route.kind) {
    case 'exec': {
      const cmd = query.getAll('command');
      if (cmd.length === 0) throw new Refusal(400, 'no command was given');
      return cri.exec({ containerId: runningContainer(pods, route), cmd, ...streamsOf(query) });
    }
    case 'attach': {
      if (!cri.attach) throw new Refusal(501, 'attach is not supported by the container runtime');
      return cri.attach({ containerId: runningContainer(pods, route), ...streamsOf(query) });
    }
    case 'portForward': {
      if (!cri.portForward) throw new Refusal(501, 'port forwarding is not supported by the container runtime');
      return cri.portForward({ podSandboxId: sandboxOf(pods, route.namespace, route.pod), port: portsOf(query) });
    }
  }
}

/** Kubernetes' API server calls the streams input, output and error; pods/exec calls them stdin, stdout, stderr. */
export function streamsOf(query: URLSearchParams): Streams {
  const on = (...names: string[]): boolean => names.some(name => flag(query.get(name)));
  const tty = on('tty');
  const streams = { tty, stdin: on('input', 'stdin'), stdout: on('output', 'stdout'), stderr: on('error', 'stderr') };
  if (!streams.stdin && !streams.stdout && !streams.stderr) {
    throw new Refusal(400, 'you must specify at least 1 of stdin, stdout, stderr');
  }
  // A terminal has one output.
  return tty ? { ...streams, stderr: false } : streams;
}

/** Empty for SPDY clients, which name the port with each stream. */
function portsOf(query: URLSearchParams): number[] {
  return query.getAll('port').map(text => {
    const port = Number(text);
    if (Number.isInteger(port) && port > 0 && port < 65536) return port;
    throw new Refusal(400, `${JSON.stringify(text)} is not a port number`);
  });
}
