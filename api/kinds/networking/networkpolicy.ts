import { fill } from '../../json.js';
import { validateLabelSelector } from '../../meta/labels.js';
import { parseCidr } from '../../network/cidr.js';
import type { FieldError } from '../../status.js';
import type { NetworkPolicy } from '../../types.js';
import { complaints, forbiddenField, invalidValue, notSupported, required } from '../../validation/errors.js';
import { portName, portNumber } from '../../validation/strings.js';
import { ageColumn, nameColumn, selectorText, text } from '../columns.js';
import { defineKind } from '../define.js';
import { networkingGroup } from './group.js';

type Spec = NonNullable<NetworkPolicy['spec']>;
type IngressRule = NonNullable<Spec['ingress']>[number];
type Port = NonNullable<IngressRule['ports']>[number];
type Peer = NonNullable<IngressRule['from']>[number];
type IpBlock = NonNullable<Peer['ipBlock']>;

const directions = ['Ingress', 'Egress'];

/** A policy that does not say what it is about is about ingress, and about egress where it has rules for it. */
function defaults(policy: NetworkPolicy): void {
  fill(policy, 'spec', {});
  const spec = policy.spec as Spec;
  fill(spec, 'podSelector', {});
  for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
    for (const port of rule.ports ?? []) fill(port, 'protocol', 'TCP');
  }
  if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
}

function validateEndPort({ port, endPort }: Port, path: string): FieldError[] {
  if (endPort == null) return [];
  const field = `${path}.endPort`;
  if (port == null) return [invalidValue(field, endPort, 'may not be specified when `port` is not specified')];
  if (typeof port !== 'number') {
    return [invalidValue(field, endPort, 'may not be specified when `port` is non-numeric')];
  }
  const errors = endPort < port ? [invalidValue(field, endPort, 'must be greater than or equal to `port`')] : [];
  return [...errors, ...complaints(field, endPort, portNumber(endPort))];
}

function validatePort(port: Port, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const protocols = ['TCP', 'UDP', 'SCTP'];
  if (port.protocol != null && !protocols.includes(port.protocol)) {
    errors.push(notSupported(`${path}.protocol`, port.protocol, protocols));
  }
  const number: unknown = port.port;
  if (typeof number === 'number') errors.push(...complaints(`${path}.port`, number, portNumber(number)));
  else if (typeof number === 'string') errors.push(...complaints(`${path}.port`, number, portName(number)));
  return [...errors, ...validateEndPort(port, path)];
}

function validateBlock({ cidr, except }: IpBlock, path: string): FieldError[] {
  if (!cidr) return [required(`${path}.cidr`)];
  const range = parseCidr(cidr);
  if (!range) return [invalidValue(`${path}.cidr`, cidr, 'not a valid CIDR')];
  return (except ?? []).flatMap((text, index) => {
    const field = `${path}.except[${index}]`;
    const inner = parseCidr(text);
    if (!inner) return [invalidValue(field, text, 'not a valid CIDR')];
    if (range.contains(inner.address) && inner.bits > range.bits) return [];
    return [invalidValue(field, text, 'must be a strict subset of `cidr`')];
  });
}

function validatePeer(peer: Peer, path: string): FieldError[] {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  const errors = [
    ...validateLabelSelector(podSelector, `${path}.podSelector`),
    ...validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`),
    ...(ipBlock ? validateBlock(ipBlock, `${path}.ipBlock`) : []),
  ];
  if (!podSelector && !namespaceSelector && !ipBlock) errors.push(required(path, 'must specify a peer'));
  if (ipBlock && (podSelector || namespaceSelector)) {
    errors.push(forbiddenField(path, 'may not specify both ipBlock and another peer'));
  }
  return errors;
}

function validateRule(rule: { ports?: Port[] }, peers: readonly Peer[] | undefined, path: string, side: string) {
  return [
    ...(rule.ports ?? []).flatMap((port, index) => validatePort(port, `${path}.ports[${index}]`)),
    ...(peers ?? []).flatMap((peer, index) => validatePeer(peer, `${path}.${side}[${index}]`)),
  ];
}

function validateTypes(types: readonly string[]): FieldError[] {
  if (types.length > 2) return [invalidValue('spec.policyTypes', types, 'may not specify more than two policyTypes')];
  return types.flatMap((type, index) =>
    directions.includes(type) ? [] : [notSupported(`spec.policyTypes[${index}]`, type, directions)],
  );
}

function validate({ spec = {} }: NetworkPolicy): FieldError[] {
  return [
    ...validateLabelSelector(spec.podSelector, 'spec.podSelector'),
    ...(spec.ingress ?? []).flatMap((rule, i) => validateRule(rule, rule.from, `spec.ingress[${i}]`, 'from')),
    ...(spec.egress ?? []).flatMap((rule, i) => validateRule(rule, rule.to, `spec.egress[${i}]`, 'to')),
    ...validateTypes(spec.policyTypes ?? []),
  ];
}

export const networkPolicyRow = defineKind<NetworkPolicy>({
  group: networkingGroup,
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  model: 'V1NetworkPolicy',
  columns: [nameColumn, text('Pod-Selector', policy => selectorText(policy.spec?.podSelector)), ageColumn],
  defaults,
  generationOf: policy => policy.spec,
  validate,
});
