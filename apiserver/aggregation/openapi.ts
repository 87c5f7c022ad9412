/**
 * What aggregated servers say of their versions in OpenAPI 2, of which there is one document for all. They are asked when
 * a client asks, and not again for a minute.
 */
import { createHash } from 'node:crypto';
import type { RequestOptions } from 'node:https';
import type { Clock } from '../../api/clock.js';
import type { OtherDocument } from '../../api/openapi/merge.js';
import type { APIService } from '../../api/types.js';
import { get } from './get.js';
import { checker, identityHeaders } from './headers.js';

export interface OthersOptions {
  clock: Pick<Clock, 'now'>;
  /** Those that can be reached, by version. */
  services(): readonly APIService[];
  /** Throws when there is no way there. */
  placeOf(service: APIService): RequestOptions;
}

const freshMs = 60_000;

interface Known {
  hash: string;
  document: object;
}

export class OtherDocuments {
  readonly #known = new Map<string, Known>();
  #asked = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;
  #answer: readonly OtherDocument[] = [];

  constructor(private readonly options: OthersOptions) {}

  /** The same array for as long as all say the same. Who does not answer is left as it was known. */
  async all(): Promise<readonly OtherDocument[]> {
    const services = this.options.services();
    const isNew = services.some(service => !this.#known.has(backendOf(service)));
    if (isNew || this.options.clock.now() - this.#asked > freshMs) {
      this.#asking ??= this.#ask(services).finally(() => {
        this.#asking = undefined;
      });
      await this.#asking;
    }
    const now = services.flatMap(service => {
      const { group = '', version = '' } = service.spec ?? {};
      const document = this.#known.get(backendOf(service))?.document;
      return document ? [{ group, version, document }] : [];
    });
    const same = now.length === this.#answer.length && now.every((each, i) => isSame(each, this.#answer[i]));
    if (!same) this.#answer = now;
    return this.#answer;
  }

  async #ask(services: readonly APIService[]): Promise<void> {
    this.#asked = this.options.clock.now();
    const backends = new Map(services.map(service => [backendOf(service), service]));
    for (const name of this.#known.keys()) if (!backends.has(name)) this.#known.delete(name);
    await Promise.all([...backends].map(([name, service]) => this.#askOne(name, service)));
  }

  async #askOne(name: string, service: APIService): Promise<void> {
    const before = this.#known.get(name);
    try {
      const place = this.options.placeOf(service);
      const headers = { ...place.headers, ...identityHeaders(checker), accept: 'application/json' };
      const { status, text } = await get({ ...place, path: '/openapi/v2', headers });
      const hash = createHash('sha256').update(text).digest('hex');
      if (before?.hash === hash) return;
      const document: unknown = status === 200 ? JSON.parse(text) : {};
      this.#known.set(name, { hash, document: document as object });
    } catch {
      // It serves no document, or cannot be reached: the others' are told all the same.
      if (!before) this.#known.set(name, { hash: '', document: {} });
    }
  }
}

/** Several versions may be behind one service. */
function backendOf({ spec }: APIService): string {
  const { namespace, name, port = 443 } = spec?.service ?? {};
  return `${namespace}/${name}:${port}`;
}

const isSame = (a: OtherDocument, b: OtherDocument | undefined): boolean =>
  a.document === b?.document && a.group === b.group && a.version === b.version;
