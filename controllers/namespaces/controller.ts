/**
 * When a namespace is deleted, all that is in it is deleted: objects of every kind that the server serves, pods first.
 * While something is left the namespace's conditions say what, and why; when nothing is, the finalizer "kubernetes" is
 * taken off, and the namespace goes. What cannot be discovered or listed is taken to be there still.
 */
import type { KubeObject, Namespace } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { namespaces, pods } from '../../client/resources.js';
import type { Context, Controller, Outcome } from '../../client/runtime/controller.js';
import { type Discovered, discover } from '../discovery.js';
import { inParallel } from '../in-parallel.js';
import { named, ownKey } from '../keys.js';
import { asError } from '../slow-start.js';
import { type Content, isGoing, planFor, withoutFinalizer } from './plan.js';

const width = 32;
/** Pods, the rest, and a look whether that was all; more than this is somebody who makes what is deleted here anew. */
const mostRounds = 5;
/** How soon what waits for a finalizer is looked at again. Pods tell by themselves when they are gone. */
const lookAgainMs = 1000;

/** `client` discovers and lists; the rights it needs are get and list of everything. */
export function namespaceController(client: Pick<Client, 'raw' | 'list'>): Controller {
  return {
    name: 'namespace-controller',
    workers: 5,
    sources: [
      { resource: namespaces, keysFor: ownKey },
      { resource: pods, keysFor: (now, before) => (now ? [] : [before?.metadata.namespace ?? '']) },
    ],
    async reconcile(name, context) {
      const namespace = context.read.get(namespaces, { name });
      return namespace && isGoing(namespace) ? empty(namespace, client, context) : undefined;
    },
  };
}

/** Deletes, looks at what is left, and deletes again, as long as that gets on: most namespaces go in one turn. */
async function empty(namespace: Namespace, client: Pick<Client, 'raw' | 'list'>, context: Context): Promise<Outcome> {
  const { write, clock, signal } = context;
  const discovery = await discover(client, signal);
  const deletable = discovery.resources.filter(
    ({ namespaced, verbs }) => namespaced && verbs.includes('list') && verbs.includes('delete'),
  );
  for (let round = 1; ; round++) {
    const content = await contentOf(namespace, deletable, discovery.failures, client, signal);
    const plan = planFor(namespace, content, clock.now());
    const errors = await inParallel(plan.delete, width, ({ resource, object }) =>
      write.delete(resource, named(object), {
        propagationPolicy: 'Background',
        preconditions: { uid: object.metadata.uid ?? '' },
      }),
    );
    if (plan.finalize) {
      await write.update(namespaces, withoutFinalizer(namespace), { subresource: 'finalize' });
      return undefined;
    }
    if (plan.delete.length > 0 && errors.length === 0 && round < mostRounds) continue;
    const failures = [...content.contentFailures, ...errors.map(error => error.message)];
    const { status } = planFor(namespace, { ...content, contentFailures: failures }, clock.now());
    if (status) await write.updateStatus(namespaces, { ...namespace, status });
    if (failures.length > 0) throw new Error(`namespace ${namespace.metadata.name} cannot be emptied: ${failures[0]}`);
    return { requeueAfterMs: lookAgainMs };
  }
}

async function contentOf(
  namespace: Namespace,
  resources: readonly Discovered[],
  discoveryFailures: readonly string[],
  client: Pick<Client, 'list'>,
  signal: AbortSignal,
): Promise<Content> {
  const found: { resource: Discovered; objects: KubeObject[] }[] = [];
  const contentFailures: string[] = [];
  await Promise.all(
    resources.map(async resource => {
      try {
        const { items } = await client.list(resource, { namespace: namespace.metadata.name ?? '', signal });
        found.push({ resource, objects: items });
      } catch (thrown) {
        contentFailures.push(`${resource.plural}: ${asError(thrown).message}`);
      }
    }),
  );
  return { found, discoveryFailures, contentFailures };
}
