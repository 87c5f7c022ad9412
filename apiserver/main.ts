/** Starts an API server: a store, the cache over it, what every cluster starts with, and the TLS server in front. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../api/clock.js';
import { builtinKinds } from '../api/kinds/index.js';
import { openStore } from '../storage/open.js';
import type { Store } from '../storage/store.js';
import { openAdmission } from './admission/open.js';
import { Aggregation } from './aggregation/aggregation.js';
import { openAudit } from './audit/index.js';
import { parseAuditPolicy } from './audit/policy-file.js';
import { createSecurity, defaultPolicy, type Security } from './auth/index.js';
import { PostStartHooks } from './bootstrap/hooks.js';
import { type Beginnings, bootstrap } from './bootstrap/index.js';
import { legacyUseRecorder } from './bootstrap/legacy-tokens.js';
import { lookupOver } from './cache/lookup.js';
import { WatchCache } from './cache/watch-cache.js';
import type { AuditSink } from './contracts.js';
import { EncryptedStore, encrypted } from './encryption/index.js';
import { Definitions } from './extensions/definitions.js';
import { Fairness } from './fairness/index.js';
import { fairnessMetrics } from './fairness/metrics.js';
import { Api } from './http/api.js';
import { type HealthCheck, pingCheck } from './http/health.js';
import { ApiHttpServer } from './http/server.js';
import { etcdCredentials, readTls } from './keys.js';
import { type Metrics, openMetrics } from './metrics/metrics.js';
import { storedObjects } from './metrics/stored-objects.js';
import { timedStore } from './metrics/timed-store.js';
import { PeerEndpoints, type PeerTiming } from './peers/reconcile.js';
import { pkiPaths } from './pki/paths.js';
import { passingOn } from './proxy/passing-on.js';
import type { Environment } from './registry/call.js';
import { componentStatuses } from './registry/components.js';
import { KindTable } from './registry/kinds.js';
import { ServiceAllocation } from './registry/services/allocation.js';
import { ServiceRepair } from './registry/services/repair.js';
import { WebhookClient } from './services/webhook-client.js';
import { defaultSettings, type Settings } from './settings/index.js';
import { Shutdown } from './shutdown.js';
import { kubeletCredentials } from './streaming/kubelets.js';
import { keepTime, keepUp, serveInCommon } from './upkeep.js';
import { askKubelets, usageKinds } from './usage/index.js';

export { FlagError, settingsOf } from './settings/index.js';

export interface ApiServerOptions {
  /** Where pki/ is (see apiserver/pki), and where store/ and audit.log go. */
  dataDir: string;
  /** 'lmdb', 'memory' or 'etcd://HOST:PORT,...' */
  datastore: string;
  bindAddress: string;
  /** 0 is any free port; the answer says which. */
  port: number;
  /** One that this server and others of the machine have in common, each with a port of its own besides (http/common-port.ts). */
  commonPort?: number;
  /** Where pods and nodes reach this server. */
  advertiseAddress: string;
  /** '10.96.0.0/16' */
  serviceCidr: string;
  /** Where nodes make the folders of the default storage class, which a new cluster is given; none unless said. */
  localVolumes?: string;
  /** What flags said; Kubernetes' defaults otherwise. */
  settings?: Settings;
  log: Logger;
  clock: Clock;
  /** How this server and others on the same store hear of each other; Kubernetes' times unless said. */
  peerTiming?: PeerTiming;
  /** The store is gone for good (a failed disk, a lost cluster): the owner should stop the process. Logged anyway. */
  onFatal?(error: unknown): void;
}

export interface ApiServer {
  port: number;
  /**
   * Is not ready any more, ends watches, finishes requests under way and closes the store: within two seconds, or as long
   * as flags say; with requests that take long, within five more.
   */
  stop(): Promise<void>;
}

/** Throws what opening the store, reading the keys or listening throws, with everything closed again. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const closing: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const port = await assemble(options, closing);
    return { port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Puts the parts together, and `closing` is told how each is taken apart again: the last first. */
async function assemble(options: ApiServerOptions, closing: (() => Promise<void>)[]): Promise<number> {
  const { log, clock } = options;
  const pki = pkiPaths(options.dataDir);
  const { settings = defaultSettings, datastore, dataDir, commonPort } = options;
  // Where the whole cluster is reached, whichever server answers.
  const place = `${options.advertiseAddress}:${commonPort ?? options.port}`;
  const opened = await openStore(datastore, dataDir, settings.etcd && (await etcdCredentials(settings.etcd)));
  closing.push(() => opened.close());
  const metrics = openMetrics({ watchers: () => cache.watcherCount(), objects: () => storedObjects(env) });
  const timed = timedStore(opened, () => performance.now(), metrics.stored);
  const store = await encrypted(timed, { file: settings.encryptionFile, datastore, dataDir, rows: builtinKinds });
  const cache = await openCache(options, store);
  closing.push(() => cache.close());
  const lookup = lookupOver(cache);
  const { authentication } = settings;
  let recordUse: ReturnType<typeof legacyUseRecorder> | undefined;
  const security = await createSecurity({
    ...{ lookup, pkiDir: pki.dir, authentication, log, clock },
    jwksUri: `https://${place}/openid/v1/jwks`,
    legacyUsed: claims => recordUse?.(claims),
  });
  const services = new ServiceAllocation({ serviceCidr: options.serviceCidr, random: Math.random });
  const kinds = new KindTable(builtinKinds);
  const webhooks = new WebhookClient(lookup);
  closing.push(() => webhooks.close());
  const { authorizer } = security;
  const about = { lookup, kinds, webhooks, authorizer, registry: metrics.registry, log, clock, settings };
  const admission = await openAdmission(about, () => env);
  const env: Environment = environment(options, { store, cache, lookup, kinds, admission, services }, security);
  const repair = new ServiceRepair(env, services);
  await repair.once();
  recordUse = legacyUseRecorder(env, error => log.warn({ err: error }, 'the use of a token could not be written down'));
  const { auditPolicyFile, auditLogPath = join(dataDir, 'audit.log') } = settings;
  const policy = auditPolicyFile && parseAuditPolicy(await readFile(auditPolicyFile, 'utf8'), auditPolicyFile);
  const audit = openAudit({ path: auditLogPath, log, ...(policy ? { policy } : {}) });
  closing.push(() => audit.close());
  const proxy = passingOn({ lookup, credentials: kubeletCredentials(pki.dir), log });
  closing.push(() => proxy.close());
  const aggregation = new Aggregation({
    env,
    pki,
    failed: failureOf(options, 'an APIService could not be looked after'),
  });
  const fairness: Fairness = new Fairness({
    lookup,
    clock,
    observer: fairnessMetrics(metrics.registry, () => fairness),
  });
  const api = buildApi(options, env, security, { audit, metrics, fairness });
  const hooks = new PostStartHooks();
  const shutdown = new Shutdown(clock, settings.shutdown);
  const checks = [pingCheck, storeCheck(store), ...hooks.checks, shutdown.check];
  const app = async () =>
    (await import('./http/app.js')).buildApp({
      kinds: env.kinds,
      remote: () => aggregation.remote,
      remoteOpenApi: () => aggregation.openApi(),
      address: place,
      metrics,
      issuer: security.tokens,
      openApi: () => import('../api/openapi/index.js'),
    });
  const onError = (error: unknown, request: { method: string; target: string }): void =>
    log.error({ err: error, method: request.method, target: request.target }, 'a request failed');
  const tls = await readTls(pki, settings);
  const server = new ApiHttpServer({ api, checks, app, proxy, aggregation, clock, tls, onError });
  const port = await server.listen(options.port, options.bindAddress);
  closing.push(() => server.close(() => shutdown.endWatches(cache)));
  closing.push(keepTime(options, store, [cache, api, server]));
  const definitions = followDefinitions(options, env, webhooks);
  closing.push(() => definitions.stop());
  await hooks.after(definitions.start(), 'crd-informer-synced');
  closing.push(() => aggregation.stop());
  await hooks.after(aggregation.start(), 'kube-apiserver-autoregistration');
  const { advertiseAddress: address, serviceCidr } = options;
  const advertised = { port: commonPort ?? port, serviceCidr };
  const beginnings: Beginnings = {
    ...{ advertised, policy: defaultPolicy() },
    authentication: {
      clientCa: tls.clientCa.toString(),
      proxyCa: tls.proxyCa.toString(),
      frontProxy: authentication.frontProxy,
    },
    clusterInfo: { server: `https://${address}:${advertised.port}`, ca: await readFile(pki.ca.cert, 'utf8') },
    ...(options.localVolumes ? { localVolumes: options.localVolumes } : {}),
  };
  await bootstrap(env, beginnings, hooks);
  const peers = new PeerEndpoints(env, { address, port, sharesAddress: commonPort !== undefined }, options.peerTiming);
  await peers.once();
  if (store instanceof EncryptedStore) {
    const rewritten = await store.rewriteStale();
    if (rewritten > 0) log.info({ rewritten }, 'values were encrypted anew');
  }
  hooks.done('bootstrap-controller', 'start-service-ip-repair-controllers');
  if (commonPort !== undefined) closing.push(serveInCommon(options, server, commonPort));
  closing.push(() => shutdown.delay());
  closing.push(keepUp(options, { env, advertised, repair, peers }));
  closing.push(async () => shutdown.begin());
  log.info({ port, datastore: options.datastore }, 'the API server is ready');
  return port;
}

const openCache = ({ log, clock, onFatal }: ApiServerOptions, store: Store): Promise<WatchCache> =>
  WatchCache.open({
    store,
    rows: builtinKinds,
    clock,
    onFatal(error) {
      log.fatal({ err: error }, 'the store is gone: this server can serve nothing any more');
      onFatal?.(error);
    },
  });

function environment(
  { clock, dataDir, log }: ApiServerOptions,
  parts: Pick<Environment, 'store' | 'cache' | 'lookup' | 'kinds' | 'admission'> & { services: ServiceAllocation },
  security: Security,
): Environment {
  const { services, ...given } = parts;
  const { store, lookup, cache } = given;
  return {
    ...given,
    clock,
    uid: randomUUID,
    randomSuffix,
    random: Math.random,
    reservations: [services],
    ...(store instanceof EncryptedStore
      ? { storedOtherwise: ({ row, namespace, name }) => store.isStale(cache.keyOf(row, namespace, name)) }
      : {}),
    createHandlers: security.createHandlers,
    computed: new Map([
      ['componentstatuses', componentStatuses({ store, lookup, clock })],
      ...usageKinds({ lookup, clock, log, ask: askKubelets(lookup, kubeletCredentials(pkiPaths(dataDir).dir)) }),
    ]),
  };
}

function buildApi(
  { log, clock }: ApiServerOptions,
  env: Environment,
  { authenticator, authorizer }: Security,
  { audit, metrics, fairness }: { audit: AuditSink; metrics: Metrics; fairness: Fairness },
): Api {
  return new Api({
    env,
    authenticator,
    authorizer,
    audit,
    fairness,
    clock,
    onError: (error, request) =>
      log.error({ err: error, method: request.method, target: request.target }, 'a request failed'),
    onAnswer: metrics.answered,
  });
}

const followDefinitions = (options: ApiServerOptions, env: Environment, webhooks: WebhookClient): Definitions =>
  new Definitions({
    env,
    webhooks,
    failed: failureOf(options, 'a CustomResourceDefinition could not be brought up to date'),
  });

const failureOf =
  ({ log }: ApiServerOptions, what: string) =>
  (error: unknown, name: string): void =>
    log.warn({ err: error, name }, what);

const storeCheck = (store: Store): HealthCheck => ({
  // Kubernetes' name for it, whichever it is.
  name: 'etcd',
  async check() {
    await store.revision();
    return undefined;
  },
});

/** Kubernetes' letters for generated names: no vowels, so that no words come of them, and nothing that looks alike. */
const letters = 'bcdfghjklmnpqrstvwxz2456789';

const randomSuffix = (length: number): string => {
  let suffix = '';
  while (suffix.length < length) suffix += letters[Math.floor(Math.random() * letters.length)];
  return suffix;
};
