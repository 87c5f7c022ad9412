/** Chain names as kube-proxy makes them: a prefix, and sixteen characters of a hash, for iptables allows 28 in all. */
import { createHash } from 'node:crypto';
import type { Protocol } from '../model/state.js';

interface Named {
  name: string;
  protocol: Protocol;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The first sixteen characters of the SHA-256 of a text, in base 32. */
function hash(text: string): string {
  const digest = createHash('sha256').update(text).digest();
  let out = '';
  for (let bit = 0; out.length < 16; bit += 5) {
    const pair = digest.readUInt16BE(bit >> 3);
    out += alphabet[(pair >> (11 - (bit & 7))) & 31];
  }
  return out;
}

const portHash = ({ name, protocol }: Named): string => hash(name + protocol.toLowerCase());

/** Spreads over all backends. */
export const serviceChain = (port: Named): string => `KUBE-SVC-${portHash(port)}`;
/** Spreads over the backends of this node. */
export const localServiceChain = (port: Named): string => `KUBE-SVL-${portHash(port)}`;
/** Where traffic from outside the cluster comes in. */
export const externalChain = (port: Named): string => `KUBE-EXT-${portHash(port)}`;
/** Rewrites the destination to one backend. */
export const backendChain = ({ name, protocol }: Named, ip: string, port: number): string =>
  `KUBE-SEP-${hash(`${name}${protocol.toLowerCase()}${ip}:${port}`)}`;

/** Chains that come and go with services: what is found of these and not wanted is removed. */
export const isServiceChain = (chain: string): boolean => /^KUBE-(SVC|SVL|EXT|SEP|XLB|FW)-[A-Z2-7]{16}$/.test(chain);
