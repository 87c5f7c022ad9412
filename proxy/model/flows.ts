/**
 * UDP has no end of a connection: the kernel goes on sending a client's datagrams where the first one went, until it
 * has been silent for a while. So the flows to backends that are gone must be forgotten by hand.
 */
import { isIPv4 } from 'node:net';
import type { State } from './state.js';

/** A UDP flow as conntrack has it: where the client sent it, and who is to answer. */
export interface Flow {
  destination: string;
  port: number;
  answeredBy: string;
  answeringPort: number;
}

/** Reads the output of `conntrack -L -p udp`; lines of another kind are left out. */
export function parseFlows(listed: string): Flow[] {
  return listed.split('\n').flatMap(line => {
    // Each line has the original direction, then the reply's, with the same keys.
    const [destination] = values(line, 'dst');
    const [, answeredBy] = values(line, 'src');
    const [port] = values(line, 'dport');
    const [, answeringPort] = values(line, 'sport');
    if (!destination || !answeredBy || !port || !answeringPort || !isIPv4(destination)) return [];
    return [{ destination, port: Number(port), answeredBy, answeringPort: Number(answeringPort) }];
  });
}

const values = (line: string, key: string): string[] =>
  Array.from(line.matchAll(new RegExp(` ${key}=(\\S+)`, 'g')), match => match[1] ?? '');

/**
 * The flows to a service that no backend of it answers any more, each kind once. `addresses` are this node's own, where
 * node ports are.
 */
export function staleFlows(state: State, flows: readonly Flow[], addresses: readonly string[]): Flow[] {
  const answering = answeringByAddress(state, addresses);
  const stale = new Map<string, Flow>();
  for (const flow of flows) {
    const backends = answering.get(`${flow.destination}:${flow.port}`);
    if (!backends || backends.has(`${flow.answeredBy}:${flow.answeringPort}`)) continue;
    stale.set(Object.values(flow).join(), flow);
  }
  return [...stale.values()];
}

function answeringByAddress(state: State, addresses: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const port of state.ports) {
    if (port.protocol !== 'UDP') continue;
    // One that drains may finish what it has begun.
    const alive = port.backends.filter(backend => backend.ready || backend.draining);
    const backends = new Set(alive.map(({ ip, port: number }) => `${ip}:${number}`));
    for (const ip of [port.clusterIP, ...port.externalIPs]) found.set(`${ip}:${port.port}`, backends);
    if (port.nodePort !== undefined) for (const ip of addresses) found.set(`${ip}:${port.nodePort}`, backends);
  }
  return found;
}

/** Flows can only become stale when something about UDP changes. */
export function mayLeaveFlows(before: State | undefined, after: State): boolean {
  return udpOf(before) !== udpOf(after);
}

const udpOf = (state: State | undefined): string =>
  JSON.stringify(state?.ports.filter(port => port.protocol === 'UDP') ?? []);
