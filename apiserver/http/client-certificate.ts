/**
 * Who a connection's client certificate says it is, and to whom that means something: one CA signs clients, another the
 * proxies that speak for them, and neither's word counts for the other.
 */
import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { ClientCertificate } from '../contracts.js';
import type { AnyRequest } from './express-graft.js';

export interface Trust {
  /** Fingerprints (SHA-256, as node prints them) of the authorities of clients. */
  clients: ReadonlySet<string>;
  proxies: ReadonlySet<string>;
}

export interface Shown {
  client?: ClientCertificate;
  proxy?: ClientCertificate;
}

/** 'untrusted': a certificate was shown, and no authority of ours signed it. */
type Found = Shown | 'untrusted';

const found = new WeakMap<object, Found>();

/** Without `trust`, whatever TLS has verified is a client's. Read once a connection: an HTTP/2 session has thousands of requests. */
export function shownBy(request: AnyRequest, trust: Trust | undefined): Found {
  const session = 'stream' in request ? request.stream?.session : undefined;
  const socket = (session?.socket ?? request.socket) as TLSSocket;
  const connection = session ?? socket;
  let shown = found.get(connection);
  if (shown === undefined) {
    shown = read(socket, trust);
    found.set(connection, shown);
  }
  return shown;
}

function read(socket: TLSSocket, trust: Trust | undefined): Found {
  const peer = socket.getPeerCertificate(true);
  if (!peer || Object.keys(peer).length === 0) return {};
  if (!socket.authorized) return 'untrusted';
  const certificate = subjectOf(peer);
  if (!trust) return { client: certificate };
  const signers = chainOf(peer);
  const [client, proxy] = [trust.clients, trust.proxies].map(authorities => signers.some(one => authorities.has(one)));
  if (!client && !proxy) return 'untrusted';
  return { ...(client ? { client: certificate } : {}), ...(proxy ? { proxy: certificate } : {}) };
}

function subjectOf({ subject, fingerprint256 }: DetailedPeerCertificate): ClientCertificate {
  const all = (value: unknown): string[] =>
    value === undefined ? [] : Array.isArray(value) ? (value as string[]) : [value as string];
  return {
    subjectCN: all(subject.CN)[0] ?? '',
    subjectO: all(subject.O),
    sha256: fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

/** The fingerprints of those who signed it, up to the one that signed itself. */
function chainOf(peer: DetailedPeerCertificate): string[] {
  const chain: string[] = [];
  let at: DetailedPeerCertificate | undefined = peer.issuerCertificate;
  while (at && !chain.includes(at.fingerprint256)) {
    chain.push(at.fingerprint256);
    at = at.issuerCertificate;
  }
  return chain;
}

const pemBlock = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The fingerprints of all certificates of a PEM file. Throws an Error when one cannot be read. */
export const fingerprintsOf = (pem: Buffer): Set<string> =>
  new Set([...pem.toString().matchAll(pemBlock)].map(([block]) => new X509Certificate(block).fingerprint256));
