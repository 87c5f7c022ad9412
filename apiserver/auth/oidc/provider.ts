/** What an OpenID Connect provider publishes: where its keys are, and the keys. Fetched when first needed, and again when it signs with one that is not known. */
import { request } from 'node:https';
import type { JSONWebKeySet } from 'jose';
import type { Clock } from '../../../api/clock.js';

export interface ProviderOptions {
  /** `--oidc-issuer-url` */
  issuer: string;
  /** `--oidc-ca-file`, in PEM; the system's authorities where there is none. */
  ca?: string;
  clock: Clock;
}

const timeoutMs = 10_000;
const longestAnswer = 1 << 20;
/** Unknown key ids cost the provider a request at most so often: anybody can make them up. */
const refreshMs = 10_000;

export class Provider {
  private keySet: JSONWebKeySet | undefined;
  private fetched = Number.NEGATIVE_INFINITY;
  private fetching: Promise<JSONWebKeySet> | undefined;
  private failure: Error | undefined;

  constructor(private readonly options: ProviderOptions) {}

  /**
   * The keys, with `kid` among them if the provider has it. Throws an Error while the provider does not answer and no
   * keys were ever had; with those that were, it may be away.
   */
  async keys(kid: string | undefined): Promise<JSONWebKeySet> {
    const has = kid === undefined ? this.keySet : this.keySet?.keys.some(key => key.kid === kid);
    if (has) return this.keySet as JSONWebKeySet;
    if (this.options.clock.now() - this.fetched >= refreshMs) await this.refresh();
    if (this.keySet) return this.keySet;
    throw this.failure ?? new Error(`the keys of ${this.options.issuer} are not known yet`);
  }

  private async refresh(): Promise<void> {
    this.fetching ??= this.fetchKeys().finally(() => {
      this.fetching = undefined;
      this.fetched = this.options.clock.now();
    });
    try {
      this.keySet = await this.fetching;
      this.failure = undefined;
    } catch (error) {
      this.failure = error as Error;
    }
  }

  private async fetchKeys(): Promise<JSONWebKeySet> {
    const { issuer, ca } = this.options;
    const document = await getJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, ca);
    if (document.issuer !== issuer) {
      throw new Error(
        `the provider at ${issuer} says that it is ${JSON.stringify(document.issuer)}: set --oidc-issuer-url to that`,
      );
    }
    if (typeof document.jwks_uri !== 'string') throw new Error(`the provider at ${issuer} names no jwks_uri`);
    const keys = await getJson(document.jwks_uri, ca);
    if (!Array.isArray(keys.keys)) throw new Error(`${document.jwks_uri} holds no JSON Web Key Set`);
    return keys as unknown as JSONWebKeySet;
  }
}

/** A JSON object. Throws an Error for any other answer; redirects are not followed. */
function getJson(url: string, ca: string | undefined): Promise<Record<string, unknown>> {
  if (!url.startsWith('https://')) return Promise.reject(new Error(`${url} is not https`));
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, timeout: timeoutMs, ...(ca === undefined ? {} : { ca }) });
    sent.on('timeout', () => sent.destroy(new Error(`${url} did not answer within ${timeoutMs / 1000} seconds`)));
    sent.on('error', reject);
    sent.on('response', async answer => {
      try {
        if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`);
        let text = '';
        for await (const chunk of answer.setEncoding('utf8')) {
          text += chunk;
          if (text.length > longestAnswer) throw new Error(`${url} answered more than ${longestAnswer} bytes`);
        }
        const parsed: unknown = JSON.parse(text);
        if (typeof parsed !== 'object' || parsed === null) throw new Error(`${url} answered no object`);
        resolve(parsed as Record<string, unknown>);
      } catch (error) {
        sent.destroy();
        reject(error);
      }
    });
    sent.end();
  });
}
