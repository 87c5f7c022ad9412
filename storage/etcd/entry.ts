import type { IKeyValue } from 'etcd3';
import type { Entry } from '../store.js';

/** Where a store's keys lie among etcd's: under a prefix of their own, or none. */
export class KeySpace {
  constructor(private readonly prefix: string) {}

  bytes(key: string): Buffer {
    return Buffer.from(this.prefix + key);
  }

  entry(kv: IKeyValue): Entry {
    return {
      key: this.key(kv.key),
      value: kv.value,
      revision: Number(kv.mod_revision),
      createRevision: Number(kv.create_revision),
    };
  }

  key(bytes: Buffer): string {
    return bytes.toString('utf8').slice(this.prefix.length);
  }
}
