/** Network policies, in sentences: from whom, to whom, by which ports. */
import { selectorText } from '../../api/kinds/columns.js';
import type { NetworkPolicy } from '../../api/types.js';
import { labelled, named } from './metadata.js';
import type { Item } from './text.js';

type Spec = NonNullable<NetworkPolicy['spec']>;
type Ingress = NonNullable<Spec['ingress']>[number];
type Peer = NonNullable<Ingress['from']>[number];
type Port = NonNullable<Ingress['ports']>[number];

/** 'From' of what comes in, 'To' of what goes out. */
type Side = 'From' | 'To';

export function describeNetworkPolicy(policy: NetworkPolicy): Item[] {
  const { spec } = policy;
  const created = new Date(policy.metadata.creationTimestamp ?? 0).toISOString();
  const selector = selectorText(spec?.podSelector);
  const whom =
    selector === '<none>' ? '<none> (Allowing the specific traffic to all pods in this namespace)' : selector;
  const types = spec?.policyTypes ?? [];
  const ingress = (spec?.ingress ?? []).map(rule => ruleLines('From', rule.ports, rule.from));
  const egress = (spec?.egress ?? []).map(rule => ruleLines('To', rule.ports, rule.to));
  return [
    ...named(policy),
    ['Created on', `${created.slice(0, 10)} ${created.slice(11, 19)} +0000 UTC`],
    ...labelled(policy),
    'Spec:',
    `  PodSelector:     ${whom}`,
    ...(types.includes('Ingress') ? allowed('ingress', ingress) : ['  Not affecting ingress traffic']),
    ...(types.includes('Egress') ? allowed('egress', egress) : ['  Not affecting egress traffic']),
    `  Policy Types: ${types.join(', ')}`,
  ];
}

const allowed = (way: 'ingress' | 'egress', rules: readonly string[][]): string[] => [
  `  Allowing ${way} traffic:`,
  ...(rules.length === 0
    ? [`    <none> (Selected pods are isolated for ${way} connectivity)`]
    : rules.flatMap((lines, index) => [...(index > 0 ? ['    ----------'] : []), ...lines.map(line => `    ${line}`)])),
];

function ruleLines(side: Side, ports: readonly Port[] | undefined, peers: readonly Peer[] | undefined): string[] {
  const restricted = side === 'From' ? 'source' : 'destination';
  return [
    ...(ports && ports.length > 0 ? ports.map(portLine) : ['To Port: <any> (traffic allowed to all ports)']),
    ...(peers && peers.length > 0
      ? peers.flatMap(peer => [`${side}:`, ...peerLines(peer).map(line => `  ${line}`)])
      : [`${side}: <any> (traffic not restricted by ${restricted})`]),
  ];
}

function portLine({ port, endPort, protocol = 'TCP' }: Port): string {
  if (endPort !== undefined) return `To Port Range: ${port}-${endPort}/${protocol}`;
  return `To Port: ${port ?? '<any>'}/${protocol}`;
}

function peerLines({ ipBlock, podSelector, namespaceSelector }: Peer): string[] {
  if (ipBlock) return ['IPBlock:', `  CIDR: ${ipBlock.cidr}`, `  Except: ${(ipBlock.except ?? []).join(', ')}`];
  return [
    ...(namespaceSelector ? [`NamespaceSelector: ${selectorText(namespaceSelector)}`] : []),
    ...(podSelector ? [`PodSelector: ${selectorText(podSelector)}`] : []),
  ];
}
