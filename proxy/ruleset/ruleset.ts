/**
 * `rulesetFor`: the whole of what the proxy does, as a function from what is to what must be. Chains and their order
 * are kube-proxy's, so that whoever knows one can read the other:
 *
 *   KUBE-SERVICES -> KUBE-SVC-x (choose a backend) -> KUBE-SEP-y (rewrite the destination)
 *   KUBE-SERVICES -> KUBE-NODEPORTS -> KUBE-EXT-x (from outside: masquerade, or stay on this node) -> KUBE-SVC-x
 *   KUBE-POSTROUTING masquerades what was marked on the way.
 */
import { type Backend, type ServicePort, type State, usable } from '../model/state.js';
import { backendChain, externalChain, localServiceChain, serviceChain } from './names.js';
import type { Rule, RuleSet } from './rules.js';

type Chains = Map<string, Rule[]>;

const markForMasquerade: Rule['target'] = { jump: 'KUBE-MARK-MASQ' };
const host = (ip: string): string => `${ip}/32`;

export function rulesetFor(state: State): RuleSet {
  const nat: Chains = new Map([
    ['KUBE-SERVICES', []],
    ['KUBE-NODEPORTS', []],
    ['KUBE-MARK-MASQ', [{ target: { mark: 'set' } }]],
    ['KUBE-POSTROUTING', postrouting],
  ]);
  const filter: Chains = new Map([
    ['KUBE-SERVICES', []],
    ['KUBE-EXTERNAL-SERVICES', []],
    ['KUBE-FORWARD', forwarding(state)],
    ['KUBE-FIREWALL', [localhostGuard]],
  ]);
  for (const port of state.ports) {
    natPort(nat, port, state);
    filterPort(filter, port);
  }
  // Last, for a node port may be taken on an address that is a service's as well.
  nat.get('KUBE-SERVICES')?.push({
    comment: 'node ports; must be the last rule of this chain',
    destinationIsLocal: true,
    target: { jump: 'KUBE-NODEPORTS' },
  });
  return { nat: { chains: nat, hooks: natHooks }, filter: { chains: filter, hooks: filterHooks } };
}

const portals: Rule = { comment: 'service portals', target: { jump: 'KUBE-SERVICES' } };
const externals: Rule = { comment: 'services seen from outside', target: { jump: 'KUBE-EXTERNAL-SERVICES' } };
const firewall: Rule = { target: { jump: 'KUBE-FIREWALL' } };
const forNew = (rule: Rule): Rule => ({ ...rule, state: ['NEW'] });

const natHooks: RuleSet['nat']['hooks'] = {
  PREROUTING: [portals],
  OUTPUT: [portals],
  POSTROUTING: [{ comment: 'masquerading for services', target: { jump: 'KUBE-POSTROUTING' } }],
};

const filterHooks: RuleSet['filter']['hooks'] = {
  INPUT: [forNew(externals), firewall],
  FORWARD: [forNew(portals), forNew(externals), { comment: 'forwarding for pods', target: { jump: 'KUBE-FORWARD' } }],
  OUTPUT: [forNew(portals), firewall],
};

const postrouting: Rule[] = [
  { marked: false, target: { verdict: 'RETURN' } },
  // Cleared, so that a packet which is encapsulated and comes by again is not masqueraded twice.
  { target: { mark: 'clear' } },
  { comment: 'traffic that must come back through this node', target: { verdict: 'MASQUERADE' } },
];

/** Pods are reached and may answer even where the machine forwards nothing by default (Docker sets it so). */
const forwarding = ({ clusterCidr }: State): Rule[] => [
  { state: ['INVALID'], target: { verdict: 'DROP' } },
  { comment: 'redirected by a service', marked: true, target: { verdict: 'ACCEPT' } },
  { comment: 'from pods', source: clusterCidr, target: { verdict: 'ACCEPT' } },
  { comment: 'to pods', destination: clusterCidr, target: { verdict: 'ACCEPT' } },
];

/** route_localnet opens 127.0.0.1 to neighbours on the network; this shuts it again (CVE-2020-8558). */
const localhostGuard: Rule = {
  comment: 'no packets from elsewhere to localhost',
  notSource: '127.0.0.0/8',
  destination: '127.0.0.0/8',
  notState: ['RELATED', 'ESTABLISHED', 'DNAT'],
  target: { verdict: 'DROP' },
};

function natPort(chains: Chains, port: ServicePort, state: State): void {
  const everywhere = usable(port.backends);
  const here = usable(port.backends.filter(backend => backend.local));
  const internal = port.internalLocal ? here : everywhere;
  const internalChain = port.internalLocal ? localServiceChain(port) : serviceChain(port);
  const isExternal = port.nodePort !== undefined || port.externalIPs.length > 0;
  if (internal.length > 0) {
    chains.get('KUBE-SERVICES')?.push({ ...toClusterIP(port), target: { jump: internalChain } });
  }
  if (isExternal && everywhere.length > 0) openOutside(chains, port, state, here.length > 0);
  const usesLocal = (port.internalLocal || (port.externalLocal && isExternal)) && here.length > 0;
  const usesAll = !port.internalLocal || isExternal;
  if (usesAll) chooseFrom(chains, serviceChain(port), port, everywhere, state);
  if (usesLocal) chooseFrom(chains, localServiceChain(port), port, here, state);
}

const toClusterIP = (port: ServicePort): Omit<Rule, 'target'> => ({
  comment: `${port.name} cluster IP`,
  destination: host(port.clusterIP),
  protocol: port.protocol,
  port: port.port,
});

function openOutside(chains: Chains, port: ServicePort, { podCidr }: State, anyHere: boolean): void {
  const { name, protocol, nodePort, externalIPs } = port;
  const target = { jump: externalChain(port) };
  for (const ip of externalIPs) {
    const comment = `${name} external IP`;
    chains.get('KUBE-SERVICES')?.push({ comment, destination: host(ip), protocol, port: port.port, target });
  }
  if (nodePort !== undefined) chains.get('KUBE-NODEPORTS')?.push({ comment: name, protocol, port: nodePort, target });
  const all: Rule['target'] = { jump: serviceChain(port) };
  if (!port.externalLocal) {
    const comment = `masquerade for ${name} from outside`;
    chains.set(externalChain(port), [{ comment, target: markForMasquerade }, { target: all }]);
    return;
  }
  chains.set(externalChain(port), [
    { comment: `pods of this node to ${name} from outside: as if from inside`, source: podCidr, target: all },
    { comment: `this node itself to ${name} from outside`, sourceIsLocal: true, target: markForMasquerade },
    { sourceIsLocal: true, target: all },
    ...(anyHere ? [{ target: { jump: localServiceChain(port) } }] : []),
  ]);
}

/** The chain that picks one of these backends, and each backend's own. */
function chooseFrom(chains: Chains, chain: string, port: ServicePort, backends: Backend[], state: State): void {
  if (backends.length === 0) return;
  const offCluster: Rule = { ...toClusterIP(port), notSource: state.clusterCidr, target: markForMasquerade };
  const sticky = backends.flatMap(backend => stickTo(port, backend));
  const spread = backends.map((backend, i): Rule => {
    const left = backends.length - i;
    const target = { jump: backendChain(port, backend.ip, backend.port) };
    const comment = `${port.name} -> ${backend.ip}:${backend.port}`;
    // Of those that come this far one in `left` stops here, which makes all equally likely.
    return left === 1 ? { comment, target } : { comment, probability: 1 / left, target };
  });
  chains.set(chain, [offCluster, ...sticky, ...spread]);
  for (const backend of backends) chains.set(backendChain(port, backend.ip, backend.port), rewrite(port, backend));
}

function stickTo(port: ServicePort, { ip, port: number }: Backend): Rule[] {
  if (port.affinitySeconds === undefined) return [];
  const chain = backendChain(port, ip, number);
  const seenOn = { list: chain, withinSeconds: port.affinitySeconds };
  return [{ comment: `${port.name} -> ${ip}:${number}`, seenOn, target: { jump: chain } }];
}

function rewrite(port: ServicePort, { ip, port: number }: Backend): Rule[] {
  const remember = port.affinitySeconds === undefined ? {} : { remember: backendChain(port, ip, number) };
  return [
    // A pod that reaches itself through its service must not see its own address as the sender.
    { comment: port.name, source: host(ip), target: markForMasquerade },
    { comment: port.name, protocol: port.protocol, ...remember, target: { dnat: { ip, port: number } } },
  ];
}

/** A service that cannot answer says so at once; one that must not answer from here stays silent. */
function filterPort(chains: Chains, port: ServicePort): void {
  const everywhere = usable(port.backends).length > 0;
  const here = usable(port.backends.filter(backend => backend.local)).length > 0;
  const refuse = (local: boolean): Pick<Rule, 'comment' | 'target'> | undefined => {
    if (!everywhere) return { comment: `${port.name} has no endpoints`, target: { verdict: 'REJECT' } };
    if (local && !here) return { comment: `${port.name} has no local endpoints`, target: { verdict: 'DROP' } };
    return undefined;
  };
  const inside = refuse(port.internalLocal);
  if (inside) chains.get('KUBE-SERVICES')?.push({ ...toClusterIP(port), ...inside });
  const outside = refuse(port.externalLocal);
  if (!outside) return;
  const { protocol, nodePort } = port;
  const reached: Omit<Rule, 'target'>[] = port.externalIPs.map(ip => ({ destination: host(ip), port: port.port }));
  if (nodePort !== undefined) reached.push({ destinationIsLocal: true, port: nodePort });
  for (const way of reached) chains.get('KUBE-EXTERNAL-SERVICES')?.push({ ...way, protocol, ...outside });
}
