/** Signs and verifies: ES256 through jose. Signatures are checked once and remembered; everything else, on every use. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { serviceAccountKeys } from '../../pki/paths.js';
import { type Claims, claimsOf } from './claims.js';

/** So many tokens are remembered; pods have one each. */
const mostRemembered = 10_000;

/** Loaded with the first token: it takes a while, and a new cluster's first seconds need none. */
const jose = () => import('jose');

export interface SignerOptions {
  privateKey: KeyObject;
  publicKey: KeyObject;
  issuer: string;
}

export class TokenSigner {
  private readonly verified = new Map<string, Claims>();
  readonly issuer: string;
  /** Names the key in tokens, as Kubernetes derives it: the SHA-256 of its DER form. */
  readonly keyId: string;

  constructor(private readonly options: SignerOptions) {
    this.issuer = options.issuer;
    const der = options.publicKey.export({ type: 'spki', format: 'der' });
    this.keyId = createHash('sha256').update(der).digest('base64url');
  }

  async sign(claims: Claims): Promise<string> {
    const { SignJWT } = await jose();
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: this.keyId })
      .sign(this.options.privateKey);
  }

  /** The claims of a token that we signed, at whatever time; undefined for all others. */
  async open(token: string): Promise<Claims | undefined> {
    const known = this.verified.get(token);
    if (known) return known;
    const claims = await this.verify(token);
    if (claims) this.remember(token, claims);
    return claims;
  }

  /** The public key as a JSON Web Key Set, for those who check tokens themselves. */
  jwks(): { keys: Record<string, unknown>[] } {
    const key = this.options.publicKey.export({ format: 'jwk' });
    return { keys: [{ use: 'sig', kid: this.keyId, alg: 'ES256', ...key }] };
  }

  private async verify(token: string): Promise<Claims | undefined> {
    const { compactVerify, errors } = await jose();
    try {
      const { payload } = await compactVerify(token, this.options.publicKey, { algorithms: ['ES256'] });
      const parsed = JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>;
      return parsed.iss === this.issuer ? claimsOf(parsed) : undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  private remember(token: string, claims: Claims): void {
    if (this.verified.size >= mostRemembered) {
      const oldest = this.verified.keys().next();
      if (!oldest.done) this.verified.delete(oldest.value);
    }
    this.verified.set(token, claims);
  }
}

/** Reads sa.key and sa.pub. */
export async function loadSigner(pkiDir: string, issuer: string): Promise<TokenSigner> {
  const { privateKey, publicKey } = serviceAccountKeys(pkiDir);
  const [secret, open] = await Promise.all([readFile(privateKey, 'utf8'), readFile(publicKey, 'utf8')]);
  return new TokenSigner({ privateKey: createPrivateKey(secret), publicKey: createPublicKey(open), issuer });
}
