/** Signs and verifies, through jose. Signatures are checked once and remembered; everything else, on every use. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { algorithmOf, keyIdOf } from '../../../api/service-account-tokens.js';
import { type Claims, claimsOf } from './claims.js';
import { type LegacyClaims, legacyClaimsOf } from './legacy.js';

/** So many tokens are remembered; pods have one each. */
const mostRemembered = 10_000;

/** Loaded with the first token: it takes a while, and a new cluster's first seconds need none. */
const jose = () => import('jose');

export interface SignerOptions {
  privateKey: KeyObject;
  /** Tokens that any of these verifies are ours: with an older one beside it, a key is exchanged without a break. */
  publicKeys: readonly KeyObject[];
  /** The first signs; tokens of all of them are taken. */
  issuers: readonly [string, ...string[]];
}

/** What stands in a token that we signed. */
export type Opened = { bound: Claims } | { legacy: LegacyClaims };

interface VerificationKey {
  id: string;
  algorithm: string;
  key: KeyObject;
}

export class TokenSigner {
  private readonly verified = new Map<string, Opened>();
  private readonly keys: readonly VerificationKey[];
  private readonly keyId: string;
  readonly issuer: string;

  constructor(private readonly options: SignerOptions) {
    this.issuer = options.issuers[0];
    this.keyId = keyIdOf(options.privateKey);
    this.keys = options.publicKeys.map(key => ({ id: keyIdOf(key), algorithm: algorithmOf(key), key }));
  }

  async sign(claims: Claims): Promise<string> {
    const { SignJWT } = await jose();
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: algorithmOf(this.options.privateKey), kid: this.keyId })
      .sign(this.options.privateKey);
  }

  /** What stands in a token that we signed, at whatever time; undefined for all others. At once when it was seen before. */
  open(token: string): Opened | Promise<Opened | undefined> {
    return this.verified.get(token) ?? this.openNew(token);
  }

  private async openNew(token: string): Promise<Opened | undefined> {
    const opened = await this.verify(token);
    if (opened) this.remember(token, opened);
    return opened;
  }

  /** The public keys as a JSON Web Key Set, for those who check tokens themselves. */
  jwks(): { keys: Record<string, unknown>[] } {
    return {
      keys: this.keys.map(({ id, algorithm, key }) => ({
        use: 'sig',
        kid: id,
        alg: algorithm,
        ...key.export({ format: 'jwk' }),
      })),
    };
  }

  get algorithms(): string[] {
    return [...new Set(this.keys.map(({ algorithm }) => algorithm))];
  }

  private async verify(token: string): Promise<Opened | undefined> {
    if (token.split('.').length !== 3) return undefined;
    const { decodeProtectedHeader } = await jose();
    let kid: string | undefined;
    try {
      ({ kid } = decodeProtectedHeader(token));
    } catch {
      return undefined;
    }
    // Tokens of old have no key id: each key is tried.
    for (const key of this.keys.filter(({ id }) => kid === undefined || kid === id)) {
      const payload = await payloadOf(token, key);
      if (payload) return this.read(payload);
    }
    return undefined;
  }

  private read(payload: Record<string, unknown>): Opened | undefined {
    const legacy = legacyClaimsOf(payload);
    if (legacy) return { legacy };
    if (!this.options.issuers.includes(payload.iss as string)) return undefined;
    const bound = claimsOf(payload);
    return bound && { bound };
  }

  private remember(token: string, opened: Opened): void {
    if (this.verified.size >= mostRemembered) {
      const oldest = this.verified.keys().next();
      if (!oldest.done) this.verified.delete(oldest.value);
    }
    this.verified.set(token, opened);
  }
}

async function payloadOf(
  token: string,
  { key, algorithm }: VerificationKey,
): Promise<Record<string, unknown> | undefined> {
  const { compactVerify, errors } = await jose();
  try {
    const { payload } = await compactVerify(token, key, { algorithms: [algorithm] });
    const parsed: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export interface SignerFiles {
  /** `--service-account-signing-key-file` */
  signingKey: string;
  /** `--service-account-key-file`: public or private keys in PEM, several to a file. */
  verificationKeys: readonly string[];
  issuers: readonly [string, ...string[]];
}

/** Throws an Error that names the file which cannot be read, or holds no key. */
export async function loadSigner({ signingKey, verificationKeys, issuers }: SignerFiles): Promise<TokenSigner> {
  const privateKey = createPrivateKey(await readFile(signingKey, 'utf8'));
  const files = await Promise.all(verificationKeys.map(async path => publicKeysIn(await readFile(path, 'utf8'), path)));
  const publicKeys = [createPublicKey(privateKey), ...files.flat()];
  const distinct = new Map(publicKeys.map(key => [keyIdOf(key), key]));
  return new TokenSigner({ privateKey, publicKeys: [...distinct.values()], issuers });
}

const pemBlock = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g;

/** The public halves of all keys in a PEM file. Throws an Error when it has none. */
export function publicKeysIn(text: string, path: string): KeyObject[] {
  const keys = [...text.matchAll(pemBlock)]
    .filter(([, label]) => label !== 'EC PARAMETERS')
    .map(([block]) => {
      try {
        return createPublicKey(block);
      } catch (error) {
        throw new Error(`${path} holds what is no key: ${(error as Error).message}`);
      }
    });
  if (keys.length === 0) throw new Error(`${path} holds no key in PEM: restore it from a backup`);
  return keys;
}
