/** The file of `--encryption-provider-config`: apiserver.config.k8s.io/v1 EncryptionConfiguration. */
import { isObject, type JsonObject } from '../../api/json.js';
import { parseYaml } from '../../api/yaml.js';
import { type CipherName, keySizes } from './providers.js';

/** What is wrong with the file, where, and what would be right. Never says a key. */
export class EncryptionConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EncryptionConfigError';
  }
}

export interface NamedKey {
  name: string;
  key: Buffer;
}

/** 'identity' leaves values as they are. */
export type Provider = 'identity' | { cipher: CipherName; keys: readonly NamedKey[] };

export interface Rule {
  /** 'secrets', 'deployments.apps', '*.apps', '*.' (the core group), '*.*' */
  resources: readonly string[];
  /** The first writes, with its first key; all read. */
  providers: readonly Provider[];
}

/** Throws EncryptionConfigError. `path` is for the message. */
export function parseEncryptionConfig(text: string, path: string): Rule[] {
  const wrong = (why: string): EncryptionConfigError => new EncryptionConfigError(`${path}: ${why}`);
  let document: unknown;
  try {
    document = parseYaml(text);
  } catch (error) {
    throw wrong((error as Error).message);
  }
  if (!isObject(document) || document.kind !== 'EncryptionConfiguration') {
    throw wrong('it must be an EncryptionConfiguration of apiserver.config.k8s.io/v1');
  }
  if (document.apiVersion !== 'apiserver.config.k8s.io/v1') {
    throw wrong(
      `the apiVersion ${JSON.stringify(document.apiVersion)} is not known: it must be apiserver.config.k8s.io/v1`,
    );
  }
  const rules = document.resources;
  if (!Array.isArray(rules) || rules.length === 0) throw wrong('resources: Required value: it must name at least one');
  return rules.map((rule, index) => ruleOf(rule, `resources[${index}]`, wrong));
}

type Wrong = (why: string) => EncryptionConfigError;

function ruleOf(rule: unknown, where: string, wrong: Wrong): Rule {
  const { resources, providers } = (isObject(rule) ? rule : {}) as JsonObject;
  const named =
    Array.isArray(resources) &&
    resources.length > 0 &&
    resources.every(name => typeof name === 'string' && name !== '');
  if (!named) throw wrong(`${where}.resources: Required value: it must be a list such as [secrets, deployments.apps]`);
  if (!Array.isArray(providers) || providers.length === 0) {
    throw wrong(`${where}.providers: Required value: it must name at least one, such as identity`);
  }
  return {
    resources: resources as string[],
    providers: providers.map((provider, index) => providerOf(provider, `${where}.providers[${index}]`, wrong)),
  };
}

function providerOf(provider: unknown, where: string, wrong: Wrong): Provider {
  const [name, ...more] = isObject(provider) ? Object.keys(provider) : [];
  if (name === undefined || more.length > 0)
    throw wrong(`${where} must have exactly one of aesgcm, aescbc, secretbox and identity`);
  if (name === 'identity') return 'identity';
  if (name === 'kms') {
    throw wrong(
      `${where}: kms is not supported: this server speaks to no key management service; use secretbox or aesgcm`,
    );
  }
  if (!Object.hasOwn(keySizes, name)) throw wrong(`${where}: there is no provider ${JSON.stringify(name)}`);
  const cipher = name as CipherName;
  const { keys } = ((provider as JsonObject)[name] ?? {}) as JsonObject;
  if (!Array.isArray(keys) || keys.length === 0) throw wrong(`${where}.${name}.keys: Required value: at least one`);
  const parsed = keys.map((key, index) => keyOf(key, cipher, `${where}.${name}.keys[${index}]`, wrong));
  const names = new Set(parsed.map(key => key.name));
  if (names.size < parsed.length) throw wrong(`${where}.${name}.keys: two keys have the same name`);
  return { cipher, keys: parsed };
}

function keyOf(value: unknown, cipher: CipherName, where: string, wrong: Wrong): NamedKey {
  const { name, secret } = (isObject(value) ? value : {}) as JsonObject;
  if (typeof name !== 'string' || !/^[^:\s]+$/.test(name))
    throw wrong(`${where}.name: Required value: without ':' and spaces`);
  const key =
    typeof secret === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(secret)
      ? Buffer.from(secret, 'base64')
      : Buffer.alloc(0);
  if (keySizes[cipher].includes(key.length)) return { name, key };
  throw wrong(`${where}.secret: must be ${keySizes[cipher].join(', ')} bytes in base64 for ${cipher}`);
}
