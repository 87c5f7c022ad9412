/** Records, and the three kinds of answers that a zone gives: something, nothing of that type, no such name. */
import { isIPv6 } from 'node:net';
import type { Answer, SoaAnswer, SrvAnswer, StringAnswer } from 'dns-packet';
import type { Reply } from '../wire/reply.js';

/** Seconds. Endpoints come and go, and few clients keep an answer for so long; CoreDNS says the same. */
const ttl = 5;

/** The types that the cluster's zone has, by number. */
const typeNames: Record<number, string> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
};

/** 'other' for what nothing here has. */
export const typeName = (type: number): string => typeNames[type] ?? 'other';

export const addressRecord = (name: string, address: string): StringAnswer => ({
  type: isIPv6(address) ? 'AAAA' : 'A',
  name,
  ttl,
  data: address,
});

export const nameRecord = (type: 'CNAME' | 'NS' | 'PTR', name: string, target: string): StringAnswer => ({
  type,
  name,
  ttl,
  data: target,
});

export const textRecord = (name: string, text: string): Answer => ({ type: 'TXT', name, ttl, data: text });

/** All are as good as each other: `among` is how many there are. */
export const portRecord = (name: string, target: string, port: number, among: number): SrvAnswer => ({
  type: 'SRV',
  name,
  ttl,
  data: { priority: 0, weight: Math.max(1, Math.floor(100 / among)), port, target },
});

/** Who answers for the zone. Nobody copies it, so its serial number stays. */
export const authorityRecord = (zone: string, domain: string): SoaAnswer => ({
  type: 'SOA',
  name: zone,
  ttl,
  data: {
    mname: serverName(domain),
    rname: `hostmaster.${domain}`,
    ...{ serial: 1, refresh: 7200, retry: 1800, expire: 86_400, minimum: ttl },
  },
});

/** The cluster's DNS service under its own name. */
export const serverName = (domain: string): string => `kube-dns.kube-system.svc.${domain}`;

export const found = (answers: readonly Answer[], additionals: readonly Answer[] = []): Reply => ({
  code: 'NOERROR',
  authoritative: true,
  answers,
  additionals,
});

/** The name is there, and has nothing of that type. The SOA record says for how long that may be believed. */
export const nothingOfThatType = (soa: SoaAnswer): Reply => ({
  code: 'NOERROR',
  authoritative: true,
  authorities: [soa],
});

export const noSuchName = (soa: SoaAnswer): Reply => ({ code: 'NXDOMAIN', authoritative: true, authorities: [soa] });
