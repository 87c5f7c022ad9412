/**
 * What the cluster says to a question, by Kubernetes' DNS-Based Service Discovery (schema version 1.1.0). Pure: the same
 * question over the same Services and EndpointSlices has the same answer.
 */
import { isIP, isIPv4 } from 'node:net';
import type { Answer } from 'dns-packet';
import type { Cidr } from '../../../api/network/cidr.js';
import type { Reply } from '../wire/reply.js';
import type { ClusterNames } from './names.js';
import {
  addressRecord,
  authorityRecord,
  found,
  nameRecord,
  noSuchName,
  nothingOfThatType,
  serverName,
  textRecord,
  typeName,
} from './records.js';
import { reversed, reverseZone } from './reverse.js';
import { type Found, serviceRecords } from './service.js';

const schemaVersion = '1.1.0';

export interface Zone {
  /** 'cluster.local' */
  domain: string;
  names: ClusterNames;
  /** Where pods are: an address of theirs has a name. */
  pods: Cidr;
  /** Addresses whose names nobody but us knows. */
  ranges: readonly Cidr[];
}

export type Said =
  | { reply: Reply }
  /** The name stands for another, and what is asked for is there. */
  | { alias: Answer; target: string }
  /** Others are to be asked. */
  | 'elsewhere';

/** `name` in lower case and without its last dot; `type` by its number. */
export function answer(name: string, type: number, zone: Zone): Said {
  const { domain } = zone;
  if (name === domain) return { reply: pick(apex(domain), type, domain, domain) };
  if (name.endsWith(`.${domain}`)) return inCluster(name, type, zone);
  const parts = reversed(name);
  return parts ? ofAddress(name, parts, type, zone) : 'elsewhere';
}

const apex = (domain: string): Found => ({
  records: [authorityRecord(domain, domain), nameRecord('NS', domain, serverName(domain))],
});

/** Of what is there, what the question wants. */
function pick(there: Found | undefined, type: number, zone: string, domain: string): Reply {
  const soa = authorityRecord(zone, domain);
  if (!there) return noSuchName(soa);
  const wanted = typeName(type);
  const records = there.records.filter(record => record.type === wanted);
  if (records.length === 0) return nothingOfThatType(soa);
  return found(records, wanted === 'SRV' ? there.additionals : []);
}

const empty: Found = { records: [] };

function inCluster(name: string, type: number, zone: Zone): Said {
  const { domain, names } = zone;
  // From the right: what kind of thing, the namespace, the thing, and what is below it.
  const [kind = '', namespace, thing, ...below] = name
    .slice(0, -domain.length - 1)
    .split('.')
    .reverse();
  const said = (there: Found | undefined): Said => ({ reply: pick(there, type, domain, domain) });
  if (name === `dns-version.${domain}`) return said({ records: [textRecord(name, schemaVersion)] });
  if (kind !== 'svc' && kind !== 'pod') return said(undefined);
  if (namespace === undefined) return said(empty);
  if (kind === 'pod') return said(podRecords(name, thing, below, zone));
  if (thing === undefined) return said(names.hasServices(namespace) ? empty : undefined);
  const service = names.service(namespace, thing);
  if (!service) return said(undefined);
  if (service.spec?.type === 'ExternalName') {
    if (below.length > 0) return said(undefined);
    const { externalName = '' } = service.spec;
    return alias(name, externalName.toLowerCase().replace(/\.$/, ''), type, zone);
  }
  const serviceName = `${thing}.${namespace}.svc.${domain}`;
  return said(serviceRecords(below.reverse(), { service, names, name: serviceName, asked: name }));
}

function alias(name: string, target: string, type: number, { domain }: Zone): Said {
  // An address is no name that a CNAME record could point to.
  const there = target === '' || isIP(target) ? empty : { records: [nameRecord('CNAME', name, target)] };
  const [record] = there.records;
  if (!record || typeName(type) === 'CNAME') return { reply: pick(there, type, domain, domain) };
  return { alias: record, target };
}

/** '10-244-0-5.default.pod': said of any namespace, for that is not known of an address here; but of pods' addresses only. */
function podRecords(name: string, thing: string | undefined, below: string[], { pods }: Zone): Found | undefined {
  if (thing === undefined) return empty;
  const address = thing.replaceAll('-', '.');
  if (below.length > 0 || !isIPv4(address) || !pods.contains(address)) return undefined;
  return { records: [addressRecord(name, address)] };
}

function ofAddress(name: string, parts: readonly string[], type: number, { names, ranges, domain }: Zone): Said {
  const zone = reverseZone(parts, ranges);
  const known = parts.length === 4 ? names.namesAt(parts.join('.')) : [];
  // Endpoints may have addresses anywhere; what is not known of those, others may know.
  if (zone === undefined && known.length === 0) return 'elsewhere';
  const pointers = known.map(one => nameRecord('PTR', name, `${one}.svc.${domain}`));
  const own = name === zone ? apex(domain).records.map(record => ({ ...record, name })) : [];
  const isThere = pointers.length > 0 || parts.length < 4;
  const there = isThere ? { records: [...pointers, ...own] } : undefined;
  return { reply: pick(there, type, zone ?? name, domain) };
}
