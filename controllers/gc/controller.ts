/**
 * An object whose owners are all gone goes too; one that keeps some of them only forgets the others. That an owner is
 * gone is believed only after a live read. An object deleted in the foreground stays until the dependents that block it
 * are gone; one deleted with its dependents orphaned lets them go first. Nothing is decided about an owner of a kind
 * that the server does not serve. Every write names the uid and version of what it means, so it cannot hit another.
 */
import type { KubeObject, OwnerReference } from '../../api/types.js';
import type { Resource } from '../../client/client.js';
import type { Context, Controller, Writer } from '../../client/runtime/controller.js';
import type { Discovered } from '../discovery.js';
import { inParallel } from '../in-parallel.js';
import { named } from '../keys.js';
import { type Found, Graph } from './graph.js';
import { isWaiting, type Owner, type OwnerState, planFor, type Step } from './plan.js';

const width = 32;
/** An owner that exists and that the cache does not show, or of which nothing can be known, is looked at again. */
const lookAgainMs = 5000;
const rememberedAbsent = 1000;

/** Kinds that can neither be owned usefully nor own: they come and go by the thousand. */
const ignored = new Set(['/events', 'events.k8s.io/events']);

export const isCollected = ({ group, plural, verbs }: Discovered): boolean =>
  !ignored.has(`${group}/${plural}`) && ['list', 'watch', 'delete', 'patch'].every(verb => verbs.includes(verb));

/** `served` is all that the server serves; kinds that cannot be listed, watched and deleted are only read as owners. */
export function garbageCollector(served: readonly Discovered[]): Controller {
  const graph = new Graph(served.filter(isCollected));
  const owners = new Owners(served);
  return {
    name: 'generic-garbage-collector',
    workers: 20,
    sources: graph.sources,
    async reconcile(uid, context) {
      const found = graph.find(uid, context.read);
      if (!found) return undefined;
      const states = await owners.of(found.object, context);
      const dependents = graph.dependentsOf(uid, context.read);
      const steps = planFor(
        found.object,
        states,
        dependents.map(({ object }) => object),
      );
      await carryOut(steps, found, dependents, context.write);
      const unsure = states.some(({ state, seen }) => state === 'unknown' || !seen);
      return steps.length === 0 && unsure ? { requeueAfterMs: lookAgainMs } : undefined;
    },
  };
}

/** The object's own step comes after those of its dependents, so that a crash in between leaves it to begin again. */
async function carryOut(steps: readonly Step[], found: Found, dependents: readonly Found[], write: Writer) {
  const isOwn = (step: Step): boolean => step.do !== 'setOwners' || step.object === found.object;
  const others = steps.filter(step => !isOwn(step));
  const errors = await inParallel(others, width, step => {
    const of = dependents.find(({ object }) => step.do === 'setOwners' && object === step.object) ?? found;
    return carryOutOne(step, of, write);
  });
  if (errors[0]) throw errors[0];
  for (const step of steps.filter(isOwn)) await carryOutOne(step, found, write);
}

async function carryOutOne(step: Step, { resource, object }: Found, write: Writer): Promise<void> {
  const { uid = '', resourceVersion = '' } = object.metadata;
  const patch = (metadata: object) =>
    write.patch(resource, named(object), 'merge', { metadata: { uid, resourceVersion, ...metadata } });
  if (step.do === 'delete') {
    const preconditions = { uid, resourceVersion };
    await write.delete(resource, named(object), { propagationPolicy: step.policy, preconditions });
  } else if (step.do === 'setOwners') await patch({ ownerReferences: step.owners });
  else await patch({ finalizers: step.finalizers });
}

type Resolved = Owner & { seen: boolean };

/** Finds out what became of owners, asking the server only for those that the cache does not show. */
class Owners {
  private readonly byKind: Map<string, Discovered>;
  /** Uids never come back. The oldest are forgotten first. */
  private readonly absent = new Set<string>();

  constructor(served: readonly Discovered[]) {
    this.byKind = new Map(served.map(resource => [`${resource.group}/${resource.kind}`, resource]));
  }

  of(object: KubeObject, context: Context): Promise<Resolved[]> {
    const references = object.metadata.deletionTimestamp ? [] : (object.metadata.ownerReferences ?? []);
    return Promise.all(references.map(reference => this.resolve(reference, object, context)));
  }

  private async resolve(reference: OwnerReference, object: KubeObject, { read, write }: Context): Promise<Resolved> {
    const resource = this.byKind.get(`${groupOf(reference.apiVersion)}/${reference.kind}`);
    const { namespace } = object.metadata;
    if (!resource || (resource.namespaced && namespace === undefined))
      return { reference, state: 'unknown', seen: true };
    if (this.absent.has(reference.uid)) return { reference, state: 'absent', seen: true };
    const name = { name: reference.name, ...(resource.namespaced && namespace ? { namespace } : {}) };
    const isIt = (owner: KubeObject | undefined): owner is KubeObject => owner?.metadata.uid === reference.uid;
    const cached = isCollected(resource) ? read.get(resource, name) : undefined;
    if (isIt(cached)) return { reference, state: stateOf(cached), seen: true };
    const live = await write.getLive(resource as Resource, name);
    if (isIt(live)) return { reference, state: stateOf(live), seen: !isCollected(resource) };
    this.remember(reference.uid);
    return { reference, state: 'absent', seen: true };
  }

  private remember(uid: string): void {
    this.absent.add(uid);
    const [oldest] = this.absent;
    if (this.absent.size > rememberedAbsent && oldest !== undefined) this.absent.delete(oldest);
  }
}

const stateOf = (owner: KubeObject): OwnerState => (isWaiting(owner) ? 'waiting' : 'present');

const groupOf = (apiVersion: string): string => {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
};
