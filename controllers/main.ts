/**
 * The controllers of a cluster, in one process. One such process leads (Lease kube-system/kube-controller-manager); its
 * loops share one set of caches, read as the kubeconfig's user, and each writes as a ServiceAccount of its own.
 */
import type { Logger } from 'pino';
import type { Clock } from '../api/clock.js';
import type { Client } from '../client/client.js';
import type { Connection } from '../client/connection.js';
import { loadKubeconfig } from '../client/kubeconfig.js';
import { namespaces } from '../client/resources.js';
import { connect } from '../client/rest/connect.js';
import type { Controller } from '../client/runtime/controller.js';
import { runAsLeader } from '../client/runtime/leader.js';
import { runControllers } from '../client/runtime/run.js';
import { withFormerVersions } from '../client/versions/former.js';
import { authorityFrom } from './certificates/authority.js';
import { type Discovered, type Discovery, discover, isServable } from './discovery.js';
import { everyController } from './every.js';
import { isCollected } from './gc/controller.js';
import { Identities } from './identities.js';
import { signerFrom } from './serviceaccounttokens/sign.js';

export interface ControllersOptions {
  /** The path of the kubeconfig of system:kube-controller-manager. */
  kubeconfig: string;
  /** The API server to work with, as `--master`: 'https://192.0.2.1:6444'. That of the kubeconfig unless said. */
  master?: string;
  /** Who leads, for the Lease: unlike any other process's. After a restart under the same one it need not wait. */
  identity: string;
  /** Signs the tokens of Secrets that ask for one; without it none do. In PEM. */
  serviceAccountPrivateKeyFile?: string;
  log: Logger;
  clock: Clock;
  /** The authority that signs certificate requests, PEM. Without it approved requests wait for another signer. */
  clusterSigningCertFile?: string;
  clusterSigningKeyFile?: string;
  /** Of all pods: nodes without a range are given one of it. Absent: they bring their own. */
  clusterCidr?: string;
  /** A node may be silent for so long; 40 s unless said. */
  nodeMonitorGraceMs?: number;
}

const lease = { namespace: 'kube-system', name: 'kube-controller-manager' };

/** After so long it is looked whether the server serves other kinds than before. */
const rediscoverMs = 30_000;
const retryMs = 1_000;
const pollMs = 50;

/** Answers at once; loops begin when this process leads, and the server is waited for. Throws KubeconfigError. */
export async function startControllers(options: ControllersOptions): Promise<{ stop(): Promise<void> }> {
  const { clock, identity, kubeconfig, log, master } = options;
  const connection = loadKubeconfig({ path: kubeconfig, ...(master === undefined ? {} : { server: master }) });
  const client = connect(connection, { userAgent: 'kube-controller-manager', clock, log });
  const identities = new Identities(connection, { client, clock, log });
  const stopping = new AbortController();
  const process = new ControllerProcess(options, connection, client, identities);
  const { signal } = stopping;
  const leading = clusterExists(client, clock, signal).then(() => {
    process.prepare(signal);
    const election = { client, lease, identity, clock, random: Math.random, log, signal };
    return runAsLeader(election, elected => process.lead(elected));
  });
  return {
    stop: async () => {
      stopping.abort();
      await leading;
      await Promise.all([identities.close(), client.close()]);
    },
  };
}

/**
 * Resolves once the server has the namespace of the lease, or the signal aborts. A cluster's parts start together, and
 * an attempt at the lease that comes too early would cost the seconds until the next.
 */
async function clusterExists(client: Client, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await client.get(namespaces, { name: lease.namespace }, { signal });
      return;
    } catch {
      await clock.sleep(pollMs, signal);
    }
  }
}

class ControllerProcess {
  #known: Promise<Discovery | undefined> | undefined;

  constructor(
    private readonly options: ControllersOptions,
    private readonly connection: Connection,
    private readonly client: Client,
    private readonly identities: Identities,
  ) {}

  /** Does during the election what the loops would have to wait for after it. */
  prepare(signal: AbortSignal): void {
    this.#known = this.discovered(signal);
    this.identities.warm('service-account-controller', 'replication-controller');
  }

  /** Runs the loops until the signal aborts; anew, when the kinds that the server serves have changed. */
  async lead(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.options;
    while (!signal.aborted) {
      const served = await (this.#known ?? this.discovered(signal));
      this.#known = undefined;
      if (!served) continue;
      const outdated = new AbortController();
      const until = AbortSignal.any([signal, outdated.signal]);
      const watching = this.kindsChange(served, until).then(() => outdated.abort());
      await runControllers({
        client: withFormerVersions(this.client),
        clientFor: name => withFormerVersions(this.identities.clientFor(name)),
        controllers: this.controllers(served.resources).filter(controller => isServable(controller, served)),
        clock,
        random: Math.random,
        log,
        signal: until,
      });
      outdated.abort();
      await watching;
    }
  }

  private controllers(served: readonly Discovered[]): Controller[] {
    const { clusterCidr, nodeMonitorGraceMs: graceMs, serviceAccountPrivateKeyFile: keyFile, log } = this.options;
    const { clusterSigningCertFile, clusterSigningKeyFile } = this.options;
    const { ca } = this.connection;
    if (!ca) log.warn('the kubeconfig names no certificate authority, so no kube-root-ca.crt is published');
    return everyController({
      clientFor: name => this.identities.clientFor(name),
      served,
      authority: authorityFrom(clusterSigningCertFile, clusterSigningKeyFile, log),
      ...(ca === undefined ? {} : { ca }),
      ...(keyFile === undefined ? {} : { signToken: signerFrom(keyFile) }),
      ...(clusterCidr === undefined ? {} : { clusterCidr }),
      ...(graceMs === undefined ? {} : { graceMs }),
    });
  }

  /** Undefined, after a wait, when the server does not say what it serves. */
  private async discovered(signal: AbortSignal): Promise<Discovery | undefined> {
    const { clock, log } = this.options;
    try {
      const discovery = await discover(this.client, signal);
      for (const failure of discovery.failures) log.warn({ failure }, 'kinds are left out that cannot be discovered');
      return discovery;
    } catch (error) {
      if (signal.aborted) return undefined;
      log.warn({ reason: (error as Error).message }, 'the server does not say what it serves');
      await clock.sleep(retryMs, signal);
      return undefined;
    }
  }

  /** Resolves once the collected kinds are others than those of `before`, or the signal aborts. */
  private async kindsChange(before: Discovery, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.options;
    while (!signal.aborted) {
      await clock.sleep(rediscoverMs, signal);
      const now = signal.aborted ? undefined : await this.discovered(signal);
      if (!now || now.failures.length > 0 || collectedKinds(now) === collectedKinds(before)) continue;
      log.info('the server serves other kinds than before: the loops start anew');
      return;
    }
  }
}

const collectedKinds = ({ resources }: Discovery): string =>
  resources
    .filter(isCollected)
    .map(({ group, version, plural }) => `${group}/${version}/${plural}`)
    .sort()
    .join();
