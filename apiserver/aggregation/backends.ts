/** Connections to aggregated API servers: TLS as their APIService says, and the front proxy's certificate as ours. */
import { readFileSync } from 'node:fs';
import { Agent, type AgentOptions, type RequestOptions } from 'node:https';
import { statusError } from '../../api/status.js';
import type { APIService } from '../../api/types.js';
import type { Lookup } from '../contracts.js';
import type { PkiPaths } from '../pki/paths.js';
import { resolveService, type ServiceAddress } from '../services/resolve.js';

export interface BackendsOptions {
  lookup: Lookup;
  pki: Pick<PkiPaths, 'frontProxyClient'>;
  /** In [0, 1). */
  random(): number;
}

export class Backends {
  readonly #agents = new Map<string, Agent>();
  readonly #certificate: { cert: Buffer; key: Buffer };

  /** Throws when the front proxy's certificate cannot be read. */
  constructor(private readonly options: BackendsOptions) {
    const { cert, key } = options.pki.frontProxyClient;
    this.#certificate = { cert: readFileSync(cert), key: readFileSync(key) };
  }

  /** Where a request to this version is sent. Throws ServiceUnavailable. */
  placeOf({ spec }: APIService): RequestOptions {
    const { namespace = '', name = '', port = 443 } = spec?.service ?? {};
    const servername = `${name}.${namespace}.svc`;
    const { host, port: at } = this.#resolved({ namespace, name, port });
    return { agent: this.#agentFor(spec), host, port: at, servername, headers: { host: servername } };
  }

  #resolved(address: ServiceAddress): { host: string; port: number } {
    try {
      return resolveService(this.options.lookup, address, this.options.random);
    } catch (error) {
      throw statusError('ServiceUnavailable', `error trying to reach service: ${(error as Error).message}`);
    }
  }

  /** As `placeOf`, for a connection that is not shared: one that changes its protocol. */
  ownPlaceOf(service: APIService): RequestOptions {
    return { ...this.placeOf(service), ...this.#tls(service.spec), agent: false };
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #agentFor(spec: APIService['spec']): Agent {
    const key = `${spec?.insecureSkipTLSVerify === true}/${spec?.caBundle ?? ''}`;
    let agent = this.#agents.get(key);
    if (!agent) {
      agent = new Agent({ keepAlive: true, maxSockets: 256, ...this.#tls(spec) });
      this.#agents.set(key, agent);
    }
    return agent;
  }

  #tls(spec: APIService['spec']): AgentOptions {
    const ca = spec?.caBundle ? { ca: Buffer.from(spec.caBundle, 'base64').toString() } : {};
    // Only where the APIService says so in as many words.
    const rejectUnauthorized = spec?.insecureSkipTLSVerify !== true;
    return { ...this.#certificate, ...ca, rejectUnauthorized, minVersion: 'TLSv1.2' };
  }
}
