/**
 * The way to the pods of other nodes: a route to each node's range, by way of that node ("host gateway"), or of the machine
 * that it lives in. It takes neighbours in one network; what lies behind a router is left to that. Pure.
 */
import { isIPv4 } from 'node:net';
import { parseCidr } from '../../api/network/cidr.js';
import type { Node } from '../../api/types.js';

export interface Route {
  /** '10.244.1.0/24' */
  range: string;
  /** The node's address. */
  via: string;
}

/** By which address other machines reach a node that is no neighbour of theirs: of the machine that it lives in. */
export const gatewayAnnotation = 'orrery.dev/gateway';

/** A range, and the addresses by way of which it may be reached: the first that is a neighbour's is taken. */
export interface Ways {
  range: string;
  via: string[];
}

export interface Place {
  nodeName: string;
  /** Of all pods: what a node says of other addresses is not believed. */
  clusterCidr: string;
}

/** Of two nodes that claim the same range, the older one has it. */
export function waysTo(nodes: readonly Node[], { nodeName, clusterCidr }: Place): Ways[] {
  const own = nodes.find(node => node.metadata.name === nodeName);
  const taken = new Set(own ? rangesOf(own) : []);
  const others = nodes.filter(node => node !== own).sort(olderFirst);
  return others.flatMap(node => {
    const via = [addressOf(node), gatewayOf(node)].filter(address => address !== undefined);
    // Who is its own gateway has the node beside it.
    const ways = via.filter(address => own === undefined || address !== addressOf(own));
    if (ways.length === 0) return [];
    const ranges = rangesOf(node).filter(range => isWithin(range, clusterCidr) && !taken.has(range));
    for (const range of ranges) taken.add(range);
    return ranges.map(range => ({ range, via: ways }));
  });
}

export interface Change {
  add: Route[];
  remove: Route[];
}

export function changeOf(standing: readonly Route[], wanted: readonly Route[]): Change {
  const lacks = (list: readonly Route[], { range, via }: Route): boolean =>
    !list.some(route => route.range === range && route.via === via);
  return {
    add: wanted.filter(route => lacks(standing, route)),
    // A range that is to go another way is replaced, not removed: there is no moment without.
    remove: standing.filter(({ range }) => !wanted.some(route => route.range === range)),
  };
}

const olderFirst = (a: Node, b: Node): number =>
  String(a.metadata.creationTimestamp).localeCompare(String(b.metadata.creationTimestamp)) ||
  String(a.metadata.name).localeCompare(String(b.metadata.name));

const rangesOf = ({ spec }: Node): string[] => spec?.podCIDRs ?? (spec?.podCIDR ? [spec.podCIDR] : []);

const addressOf = ({ status }: Node): string | undefined =>
  status?.addresses?.find(({ type, address }) => type === 'InternalIP' && !address.includes(':'))?.address;

function gatewayOf({ metadata }: Node): string | undefined {
  const said = metadata.annotations?.[gatewayAnnotation];
  return said !== undefined && isIPv4(said) ? said : undefined;
}

function isWithin(range: string, clusterCidr: string): boolean {
  const [inner, outer] = [parseCidr(range), parseCidr(clusterCidr)];
  return inner !== undefined && outer !== undefined && inner.bits >= outer.bits && outer.contains(inner.address);
}
