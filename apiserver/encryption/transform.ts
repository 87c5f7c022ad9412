/** Which values are hidden in the store, and how each is read again. */
import type { KindRow } from '../../api/kinds/row.js';
import { Unavailable } from '../../storage/store.js';
import { asBuffer } from '../cache/encoded.js';
import { KeySpace, registryPrefix } from '../cache/keys.js';
import type { Provider, Rule } from './config.js';
import { type Cipher, ciphers } from './providers.js';

/** What stands before a hidden value: 'k8s:enc:aesgcm:v1:key1:'. A value that is not hidden never begins so. */
const mark = Buffer.from('k8s:enc:');
const prefixForm = /^k8s:enc:(\w+):v1:([^:]+):/;
/** Longer than any prefix is. */
const prefixLength = 320;

interface Sealer {
  prefix: Buffer;
  cipher: Cipher;
}

interface Plan {
  /** Undefined leaves values as they are. */
  writer: Sealer | undefined;
  readers: readonly Sealer[];
}

export interface Opened {
  value: Uint8Array;
  /** Whether it would be written otherwise today: with a newer key, or hidden at all. */
  stale: boolean;
}

export class Transformer {
  readonly #plans: readonly { resources: readonly string[]; plan: Plan }[];
  readonly #resources: ReadonlyMap<string, { plural: string; group: string }>;
  readonly #byPrefix = new Map<string, Plan | undefined>();

  /** `rows` are the built-in kinds, whose keys do not say their group. */
  constructor(rules: readonly Rule[], rows: readonly KindRow[]) {
    this.#plans = rules.map(({ resources, providers }) => ({ resources, plan: planOf(providers) }));
    const keys = new KeySpace(rows);
    this.#resources = new Map(rows.map(row => [keys.prefixOf(row), { plural: row.plural, group: row.group }]));
  }

  /** As it is to be stored. */
  seal(key: string, value: Uint8Array): Uint8Array {
    const writer = this.#planFor(key)?.writer;
    return writer ? Buffer.concat([writer.prefix, writer.cipher.seal(value, key)]) : value;
  }

  /** Throws Unavailable for what no key opens: it must not be taken for what it is not, nor written over. */
  open(key: string, stored: Uint8Array): Opened {
    const plan = this.#planFor(key);
    const bytes = asBuffer(stored);
    if (bytes[0] !== mark[0] || !bytes.subarray(0, mark.length).equals(mark))
      return { value: stored, stale: plan?.writer !== undefined };
    const reader = plan?.readers.find(({ prefix }) => bytes.subarray(0, prefix.length).equals(prefix));
    if (!reader) throw unreadable(key, bytes, 'the EncryptionConfiguration has no such key for it: add it');
    try {
      const value = reader.cipher.open(bytes.subarray(reader.prefix.length), key);
      return { value, stale: reader !== plan?.writer };
    } catch (error) {
      throw unreadable(key, bytes, `that key does not open it (${(error as Error).message}): restore the right one`);
    }
  }

  #planFor(key: string): Plan | undefined {
    const first = key.indexOf('/', registryPrefix.length) + 1;
    const prefix = key.slice(0, first);
    if (this.#resources.has(prefix)) return this.#plan(prefix);
    return this.#plan(key.slice(0, key.indexOf('/', first) + 1));
  }

  #plan(prefix: string): Plan | undefined {
    if (this.#byPrefix.has(prefix)) return this.#byPrefix.get(prefix);
    const found = this.#plans.find(({ resources }) => resources.some(name => this.#names(name, prefix)))?.plan;
    // As many as there are resources: keys that are no objects' are few.
    this.#byPrefix.set(prefix, found);
    return found;
  }

  #names(name: string, prefix: string): boolean {
    const resource = this.#resources.get(prefix) ?? customResource(prefix);
    if (!resource) return false;
    const dot = name.indexOf('.');
    const [plural, group] = dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot + 1)];
    if (name === '*.*') return true;
    return group === resource.group && (plural === '*' || plural === resource.plural);
  }
}

/** '/registry/example.org/widgets/' */
function customResource(prefix: string): { plural: string; group: string } | undefined {
  const [group = '', plural = ''] = prefix.slice(registryPrefix.length).split('/');
  return group.includes('.') && plural !== '' ? { plural, group } : undefined;
}

function planOf(providers: readonly Provider[]): Plan {
  const sealers = providers.map(provider => (provider === 'identity' ? [] : sealersOf(provider)));
  return { writer: sealers[0]?.[0], readers: sealers.flat() };
}

const sealersOf = ({ cipher, keys }: Exclude<Provider, 'identity'>): Sealer[] =>
  keys.map(({ name, key }) => ({ prefix: Buffer.from(`k8s:enc:${cipher}:v1:${name}:`), cipher: ciphers[cipher](key) }));

function unreadable(key: string, bytes: Buffer, why: string): Unavailable {
  const [, cipher, name] = prefixForm.exec(bytes.toString('latin1', 0, prefixLength)) ?? [];
  const how =
    cipher === undefined ? 'in a way that is not known here' : `with the key ${JSON.stringify(name)} of ${cipher}`;
  return new Unavailable(`the value of ${key} is encrypted ${how}, and ${why}`);
}
