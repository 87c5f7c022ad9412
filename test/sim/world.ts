/**
 * A cluster in one process: the API server over the memory store, two controller managers with all their loops, nodes whose kubelets
 * do what a seed says, and faults between any two steps, under a clock that moves only when it is told to. The same seed lives
 * the same life.
 */
import type { KubeObject, Pod } from '../../api/types.js';
import type { Resource } from '../../client/client.js';
import { leases, nodes, pods } from '../../client/resources.js';
import { connectBy, type RestClient } from '../../client/rest/connect.js';
import { ManualClock, settled } from '../../client/testing/clock.js';
import { except, isConflict, isNotFound } from '../../controllers/refusals.js';
import { Faults } from './faults.js';
import { Kubelets } from './kubelets.js';
import { leaseName, ManagerProcess } from './process.js';
import { Server } from './server.js';

const heartbeatMs = 10_000;
/** Turns of the event loop in a row without a request: then all that needs no time has been done. */
const quietTurns = 8;

export class World {
  readonly clock = new ManualClock(Date.UTC(2026, 0, 1), () => this.#quiet());
  readonly faults: Faults;
  readonly kubelets: Kubelets;
  server!: Server;
  /** As an administrator: not disturbed. */
  client!: RestClient;
  managers: ManagerProcess[] = [];
  #leader: string | undefined;

  constructor(readonly random: () => number) {
    this.faults = new Faults(random, () => this.#leader);
    this.kubelets = new Kubelets(this);
  }

  async open(): Promise<void> {
    this.server = await Server.open(this.clock, this.random, node => this.kubelets.summary(node));
    const send = (call: Parameters<Server['send']>[0]) => this.server.send(call);
    this.client = connectBy(
      { send, close: () => undefined },
      { server: 'http://simulation', namespace: 'default' },
      { clock: this.clock },
    );
  }

  start(): void {
    for (const identity of ['a', 'b']) this.managers.push(this.#manager(identity));
  }

  #manager(identity: string): ManagerProcess {
    return new ManagerProcess(identity, this.server, this.faults, this);
  }

  async close(): Promise<void> {
    const stopping = Promise.all(this.managers.map(manager => manager.stop()));
    await this.clock.advance(0);
    await stopping;
    await this.server.close();
    await settled();
  }

  /** The process that leads is killed, and another life of it begins. */
  async crash(): Promise<void> {
    const index = this.managers.findIndex(({ leads, frozen }) => leads && !frozen);
    const manager = this.managers[index];
    if (!manager) return;
    const killed = manager.kill();
    await this.clock.advance(0);
    await killed;
    this.managers[index] = this.#manager(manager.identity);
  }

  /** The process that leads stops as by SIGSTOP, unless the other one is stopped already. */
  freeze(): void {
    if (!this.managers.some(({ frozen }) => frozen)) this.managers.find(({ leads }) => leads)?.freeze();
  }

  thaw(): void {
    for (const manager of this.managers) manager.thaw();
  }

  /** Nothing goes wrong from now on. */
  calm(): void {
    this.faults.calm();
    this.thaw();
    this.kubelets.silent.clear();
  }

  /** Time passes, and the nodes that are well say so. */
  async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= heartbeatMs) {
      await this.kubelets.heartbeats();
      await this.clock.advance(Math.min(left, heartbeatMs));
      this.#leader = (await this.client.get(leases, leaseName).catch(except(isNotFound)))?.spec?.holderIdentity;
    }
  }

  async all<T extends KubeObject>(resource: Resource<T>): Promise<T[]> {
    return (await this.client.list(resource)).items;
  }

  put<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T> {
    return this.client.create(resource, object);
  }

  /** Changes it as it is now; nothing happens when it is not there. */
  async edit<T extends KubeObject>(resource: Resource<T>, name: string, change: (object: T) => void): Promise<void> {
    for (;;) {
      const object = await this.client.get(resource, this.#name(resource, name)).catch(except(isNotFound));
      if (!object) return;
      change(object);
      const done = await this.client.update(resource, object).catch(except(isConflict));
      if (done) return;
    }
  }

  async remove(resource: Resource, name: string, namespace?: string): Promise<void> {
    const at = namespace === undefined ? this.#name(resource, name) : { name, namespace };
    await this.client.delete(resource, at).catch(except(isNotFound));
  }

  /** 'n3' goes if it is there, and comes if it is not. */
  async toggleNode(name: string): Promise<void> {
    const there = (await this.all(nodes)).some(({ metadata }) => metadata.name === name);
    if (there) await this.remove(nodes, name);
    else await this.kubelets.join(name);
  }

  activePods = async (): Promise<Pod[]> => (await this.all(pods)).filter(pod => !pod.metadata.deletionTimestamp);

  #name(resource: Resource, name: string): { name: string; namespace?: string } {
    return resource.namespaced ? { name, namespace: 'default' } : { name };
  }

  async #quiet(): Promise<void> {
    for (let turns = 0; turns < quietTurns; turns++) {
      await new Promise(resolve => setImmediate(resolve));
      if (this.server && this.server.underWay > 0) turns = 0;
    }
  }
}
