/** What an informer has told, and whether it may: nothing twice, nothing before its time, nothing about what is not there. */
import { setTimeout as later } from 'node:timers/promises';
import * as k8s from '@kubernetes/client-node';
import { systemClock } from '../../../api/clock.js';
import type { ConfigMap } from '../../../api/types.js';
import { startInformer } from '../../../client/informer/informer.js';
import { configMaps } from '../../../client/resources.js';
import type { RestClient } from '../../../client/rest/index.js';
import { silentLog } from '../../../client/testing/log.js';

type Told = 'add' | 'update' | 'delete';
interface Said {
  metadata?: { name?: string; resourceVersion?: string } | undefined;
  data?: Record<string, string> | undefined;
}

export class Ledger {
  /** Name -> value and version, as told so far. */
  readonly #held = new Map<string, { value: string; version: number }>();
  readonly #wrong: string[] = [];
  #look: () => void = () => undefined;
  /** 'add a=1': everything, in the order in which it was told. */
  readonly told: string[] = [];

  constructor(readonly name: string) {}

  tell(what: Told, { metadata = {}, data = {} }: Said): void {
    const { name = '', resourceVersion } = metadata;
    const value = data.value ?? '';
    const version = Number(resourceVersion);
    const held = this.#held.get(name);
    this.told.push(`${what} ${name}=${value}`);
    if ((what === 'add') !== (held === undefined))
      this.#wrong.push(`${what} ${name}, which is ${held ? 'there' : 'not'}`);
    if (held && what === 'update' && version <= held.version) this.#wrong.push(`${name} went back to ${version}`);
    if (what === 'delete') this.#held.delete(name);
    else this.#held.set(name, { value, version });
    this.#look();
  }

  /** Resolves once exactly these are held, by name and value; rejects at once when something was told that may not be. */
  until(wanted: ReadonlyMap<string, string>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#look = () => {
        if (this.#wrong.length > 0) reject(new Error(`${this.name}: ${this.#wrong.join('; ')}`));
        const same = [...wanted].every(([name, value]) => this.#held.get(name)?.value === value);
        if (same && this.#held.size === wanted.size) resolve();
      };
      this.#look();
    });
  }
}

const namespace = 'default';

/** Follows the ConfigMaps of the namespace `default` with an informer of client/. */
export function followWithOurs(client: RestClient, signal: AbortSignal): Ledger {
  const ledger = new Ledger('client/');
  const informer = startInformer<ConfigMap>({
    client,
    resource: configMaps,
    selection: { namespace },
    clock: systemClock,
    random: Math.random,
    log: silentLog,
    signal,
  });
  informer.onChange(({ before, now }) => {
    if (now) ledger.tell(before ? 'update' : 'add', now);
    else if (before) ledger.tell('delete', before);
  });
  return ledger;
}

/** The same with Kubernetes' own client for JavaScript, which knows nothing of this server. */
export async function followWithClientNode(kubeconfig: string, signal: AbortSignal): Promise<Ledger> {
  const ledger = new Ledger('client-node');
  const config = new k8s.KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = config.makeApiClient(k8s.CoreV1Api);
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const list = () => api.listNamespacedConfigMap({ namespace });
  const informer = new k8s.ListWatch<k8s.V1ConfigMap>(path, new k8s.Watch(config), list, false);
  for (const what of ['add', 'update', 'delete'] as const) informer.on(what, object => ledger.tell(what, object));
  informer.on('error', () => {
    // Its users start it again, as its documentation shows.
    if (!signal.aborted) void later(100).then(() => informer.start());
  });
  signal.addEventListener('abort', () => void informer.stop());
  await informer.start();
  return ledger;
}
