/** `--datastore`: which store an API server keeps its objects in. */
import { join } from 'node:path';
import type { EtcdCredentials } from './etcd/client.js';
import { openLmdbStore } from './lmdb/open.js';
import { openMemoryStore } from './memory/open.js';
import type { Store } from './store.js';

export type Datastore = { kind: 'memory' } | { kind: 'lmdb' } | { kind: 'etcd'; endpoints: string[] };

const ETCD = 'etcd://';

/** 'memory', 'lmdb' or 'etcd://HOST:PORT,HOST:PORT'. Throws a RangeError that says what is wrong. */
export function parseDatastore(datastore: string): Datastore {
  if (datastore === 'memory' || datastore === 'lmdb') return { kind: datastore };
  if (!datastore.startsWith(ETCD))
    throw refusal(datastore, 'it must be lmdb, memory or etcd://HOST:PORT[,HOST:PORT...]');
  const endpoints = datastore.slice(ETCD.length).replace(/\/$/, '').split(',');
  for (const endpoint of endpoints) {
    if (!isEndpoint(endpoint)) throw refusal(datastore, `"${endpoint}" is not HOST:PORT, as in etcd://10.0.0.1:2379`);
  }
  return { kind: 'etcd', endpoints };
}

export type { EtcdCredentials } from './etcd/client.js';

/**
 * Opens the store, without loading the library of another: etcd's is 20 MB. With credentials, etcd is spoken to in TLS.
 * Throws a RangeError for a datastore that is none, and Unavailable when it cannot be reached or used.
 */
export async function openStore(datastore: string, dataDir: string, credentials?: EtcdCredentials): Promise<Store> {
  const parsed = parseDatastore(datastore);
  switch (parsed.kind) {
    case 'memory':
      return openMemoryStore();
    case 'lmdb':
      return openLmdbStore({ path: join(dataDir, 'store') });
    case 'etcd': {
      const { openEtcdStore } = await import('./etcd/open.js');
      return openEtcdStore({ endpoints: parsed.endpoints, ...(credentials ? { credentials } : {}) });
    }
  }
}

/** A name or an address (an IPv6 one in square brackets), and a port. */
function isEndpoint(endpoint: string): boolean {
  const port = Number(/^(?:[\w.-]+|\[[\da-fA-F:.]+\]):(\d{1,5})$/.exec(endpoint)?.[1] ?? 0);
  return port >= 1 && port <= 65_535;
}

const refusal = (datastore: string, why: string): RangeError =>
  new RangeError(`the datastore "${datastore}" is not understood: ${why}`);
