/**
 * Follows the APIServices: keeps those of what is served here, looks whether those of others can be reached, and sends
 * requests on to these.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { timestamp } from '../../api/clock.js';
import { deepEqual } from '../../api/json.js';
import { apiServiceRow } from '../../api/kinds/apiservice.js';
import type { OtherDocument } from '../../api/openapi/merge.js';
import { StatusError, statusError } from '../../api/status.js';
import type { AnyObject, APIService } from '../../api/types.js';
import type { User } from '../contracts.js';
import type { RemoteVersion } from '../discovery/resources.js';
import { definitions } from '../extensions/definitions.js';
import type { AnyRequest, AnyResponse } from '../http/express-graft.js';
import type { PkiPaths } from '../pki/paths.js';
import type { Environment } from '../registry/call.js';
import { beginLife } from '../registry/metadata.js';
import { change, insert } from '../registry/write.js';
import { preflight, probe, type ResourceList, type Verdict } from './availability.js';
import { Backends } from './backends.js';
import { localServices, managedLabel } from './local.js';
import { OtherDocuments } from './openapi.js';
import { forward, forwardUpgrade } from './proxy.js';

const apiServices = { group: 'apiregistration.k8s.io', resource: 'apiservices' };

export interface AggregationOptions {
  env: Environment;
  pki: Pick<PkiPaths, 'frontProxyClient'>;
  /** Told of what could not be done; it is tried again. */
  failed(error: unknown, name: string): void;
}

/** A version's objects and its discovery, or what OpenAPI says of it. */
const ofVersion = /^(?:\/openapi\/v3)?\/apis\/([^/?]+)\/([^/?]+)/;

/** As often as Kubernetes looks. */
const lookEveryMs = 30_000;
/** Changes come in swarms when a server starts: they are looked at together. */
const settleMs = 100;

export class Aggregation {
  readonly #backends: Backends;
  readonly #documents: OtherDocuments;
  readonly #stopping = new AbortController();
  readonly #lists = new Map<string, ResourceList>();
  /** Versions that others serve, by 'group/version'. */
  #remote: ReadonlyMap<string, APIService> = new Map();
  #discovered: readonly RemoteVersion[] = [];
  #running: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;

  /** Throws when the front proxy's certificate cannot be read. */
  constructor(private readonly options: AggregationOptions) {
    const { lookup, random } = options.env;
    this.#backends = new Backends({ lookup, pki: options.pki, random });
    this.#documents = new OtherDocuments({
      clock: options.env.clock,
      services: () => [...this.#remote.values()].filter(service => conditionOf(service)?.status === 'True'),
      placeOf: service => this.#backends.placeOf(service),
    });
  }

  /** Registers what is served here, and follows from then on. */
  async start(): Promise<void> {
    const { env } = this.options;
    env.lookup.onChange(apiServices, () => {
      this.#gather();
      this.#wake();
    });
    for (const resource of [
      { group: '', resource: 'services' },
      { group: 'discovery.k8s.io', resource: 'endpointslices' },
    ]) {
      env.lookup.onChange(resource, (now, before) => this.#concerns(now ?? before) && this.#wake());
    }
    // A definition brings a version, or takes one away.
    env.lookup.onChange(definitions, () => this.#wake());
    this.#gather();
    await this.#round();
    this.#running = this.#follow();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#running;
    this.#backends.close();
  }

  /** What others serve, for discovery: another array after each change. */
  get remote(): readonly RemoteVersion[] {
    return this.#discovered;
  }

  /** What they say of themselves in OpenAPI 2: another array after each change. */
  openApi(): Promise<readonly OtherDocument[]> {
    return this.#documents.all();
  }

  /** The version that a path is of, where others serve it; undefined for everything else. */
  find(path: string): APIService | undefined {
    if (this.#remote.size === 0) return undefined;
    const [, group, version] = ofVersion.exec(path) ?? [];
    return this.#remote.get(`${group}/${version}`);
  }

  /** Throws a StatusError as long as nothing was written. */
  async handle(service: APIService, request: AnyRequest, response: AnyResponse, user: User): Promise<void> {
    this.#checkAvailable(service);
    await forward(this.#backends.placeOf(service), request, response, user);
  }

  async upgrade(
    service: APIService,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    user: User,
  ): Promise<number> {
    this.#checkAvailable(service);
    return forwardUpgrade(this.#backends.ownPlaceOf(service), request, socket, head, user);
  }

  #checkAvailable(service: APIService): void {
    if (conditionOf(service)?.status === 'True') return;
    throw statusError('ServiceUnavailable', 'the server is currently unable to handle the request');
  }

  /** What is served here stays here, whatever an APIService says. */
  #gather(): void {
    const { env } = this.options;
    const own = new Set(env.kinds.rows.map(({ group, version }) => `${group}/${version}`));
    const remote = this.#all().filter(({ spec }) => spec?.service && !own.has(`${spec.group}/${spec.version}`));
    this.#remote = new Map(remote.map(service => [`${service.spec?.group}/${service.spec?.version}`, service]));
    const found = [...this.#remote].map(([key, service]) => remoteVersion(service, this.#lists.get(key)));
    if (!deepEqual(found, this.#discovered)) this.#discovered = found;
  }

  #all(): APIService[] {
    return [...this.options.env.lookup.list(apiServices)] as unknown as APIService[];
  }

  #concerns(object: AnyObject | undefined): boolean {
    const { name, namespace, labels } = object?.metadata ?? {};
    const service = labels?.['kubernetes.io/service-name'] ?? name;
    return [...this.#remote.values()].some(
      ({ spec }) => spec?.service?.namespace === namespace && spec?.service?.name === service,
    );
  }

  async #follow(): Promise<void> {
    const { env } = this.options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const woken = new AbortController();
      this.#wake = () => woken.abort();
      await env.clock.sleep(lookEveryMs, AbortSignal.any([signal, woken.signal]));
      await env.clock.sleep(settleMs, signal);
      if (!signal.aborted) await this.#round();
    }
  }

  async #round(): Promise<void> {
    await this.#keepLocal().catch((error: unknown) => this.options.failed(error, 'local'));
    await Promise.all(
      [...this.#remote.values()].map(service =>
        this.#check(service).catch((error: unknown) => this.options.failed(error, service.metadata.name ?? '')),
      ),
    );
    this.#gather();
  }

  /** Local ones that are missing are made, and those of kinds that are gone go too. */
  async #keepLocal(): Promise<void> {
    const { env } = this.options;
    const wanted = localServices(env.kinds.rows, timestamp(env.clock.now()));
    const present = this.#all();
    const names = new Set(present.map(({ metadata }) => metadata.name ?? ''));
    const missing = [...wanted].filter(([name]) => !names.has(name));
    const stale = present.filter(({ metadata }) => metadata.labels?.[managedLabel] && !wanted.has(metadata.name ?? ''));
    await Promise.all([
      ...missing.map(([name, service]) => this.#create(name, service as unknown as AnyObject)),
      ...stale.map(({ metadata }) => this.#change(metadata.name ?? '', () => 'gone')),
    ]);
  }

  async #create(name: string, object: AnyObject): Promise<void> {
    const { env } = this.options;
    beginLife(apiServiceRow, object, env.uid(), env.clock.now());
    try {
      await insert(env, { row: apiServiceRow, namespace: '', name, dryRun: false }, object);
    } catch (error) {
      if (!(error instanceof StatusError && error.reason === 'AlreadyExists')) throw error;
    }
  }

  async #check(service: APIService): Promise<void> {
    const { env } = this.options;
    const key = `${service.spec?.group}/${service.spec?.version}`;
    const objection = preflight(service, env.lookup);
    const found = objection ? { verdict: objection } : await this.#probe(service);
    if ('list' in found && found.list) this.#lists.set(key, found.list);
    await this.#change(service.metadata.name ?? '', current => withVerdict(current, found.verdict, env.clock.now()));
  }

  async #probe(service: APIService): ReturnType<typeof probe> {
    try {
      return await probe(this.#backends.placeOf(service), service);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return { verdict: { status: 'False', reason: 'FailedDiscoveryCheck', message: error.message } };
    }
  }

  /** Writes what `next` makes of it; undefined changes nothing. */
  async #change(name: string, next: (current: APIService) => APIService | 'gone' | undefined): Promise<void> {
    const { env } = this.options;
    try {
      await change(env, { row: apiServiceRow, namespace: '', name, dryRun: false }, current => {
        const made = next(current.object as unknown as APIService);
        if (made === 'gone') return { kind: 'remove' };
        return made ? { kind: 'write', object: made as unknown as AnyObject } : { kind: 'keep' };
      });
    } catch (error) {
      if (!(error instanceof StatusError && error.reason === 'NotFound')) throw error;
    }
  }
}

const conditionOf = ({ status }: APIService) => status?.conditions?.find(({ type }) => type === 'Available');

function withVerdict(service: APIService, { status, reason, message }: Verdict, now: number): APIService | undefined {
  const before = conditionOf(service);
  if (before?.status === status && before.reason === reason && before.message === message) return undefined;
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : undefined;
  const condition = {
    type: 'Available',
    status,
    reason,
    message,
    lastTransitionTime: lastTransitionTime ?? timestamp(now),
  };
  const others = service.status?.conditions?.filter(({ type }) => type !== 'Available') ?? [];
  return { ...service, status: { ...service.status, conditions: [...others, condition] } };
}

/** Main resources only: of subresources the server's own document tells. */
const remoteVersion = ({ spec }: APIService, list: ResourceList | undefined): RemoteVersion => ({
  group: spec?.group ?? '',
  version: spec?.version ?? '',
  groupPriority: spec?.groupPriorityMinimum ?? 0,
  resources: (list?.resources ?? [])
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, singularName = '', kind, namespaced, verbs, shortNames, categories }) => ({
      name,
      singularName,
      kind,
      namespaced,
      verbs,
      ...(shortNames ? { shortNames } : {}),
      ...(categories ? { categories } : {}),
    })),
});
