/** Encryption at rest: a store that hides what an EncryptionConfiguration names, where there is one. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { KindRow } from '../../api/kinds/row.js';
import type { Store } from '../../storage/store.js';
import { encryptionConfigPath } from '../pki/paths.js';
import { parseEncryptionConfig } from './config.js';
import { EncryptedStore } from './store.js';
import { Transformer } from './transform.js';

export { EncryptedStore } from './store.js';

export interface EncryptionOptions {
  /** `--encryption-provider-config` */
  file?: string | undefined;
  /** 'lmdb', 'memory' or 'etcd://...' */
  datastore: string;
  dataDir: string;
  /** The built-in kinds. */
  rows: readonly KindRow[];
}

/**
 * The store itself where nothing is to be hidden. The configuration that `orrery up` makes is for the embedded store
 * alone, which lies beside it: an etcd may have other API servers, which do not know its key.
 */
export async function encrypted(store: Store, { file, datastore, dataDir, rows }: EncryptionOptions): Promise<Store> {
  const own = encryptionConfigPath(dataDir);
  const path = file ?? (datastore === 'lmdb' && existsSync(own) ? own : undefined);
  if (path === undefined) return store;
  const rules = parseEncryptionConfig(await readFile(path, 'utf8'), path);
  return new EncryptedStore(store, new Transformer(rules, rows));
}
