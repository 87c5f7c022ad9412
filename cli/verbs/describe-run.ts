/** What `describe` does (see describe.ts for its flags). */
import type { AnyObject } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { events } from '../../client/resources.js';
import { describeObject, type Surroundings, tellsEvents } from '../describe/index.js';
import { relatedTo } from '../describe/related.js';
import { report } from '../exit.js';
import { type Filter, fetchObjects, isNotFound } from '../objects/fetch.js';
import type { Target } from '../objects/resolve.js';
import { targetsOf } from '../objects/targets.js';
import { type Session, withSession } from '../session.js';
import type { DescribeFlags } from './describe.js';

export function describe(args: readonly string[], flags: DescribeFlags): Promise<void> {
  return withSession(flags, async session => {
    const targets = await targetsOf(session, args, flags);
    const namespace = flags.allNamespaces ? undefined : session.namespace;
    const filter = { namespace, ...(flags.selector === undefined ? {} : { labelSelector: flags.selector }) };
    const found: AnyObject[] = [];
    let begun = false;
    for (const target of targets) {
      try {
        const { objects, byBeginning } = await matching(session, target, filter);
        found.push(...objects);
        begun ||= byBeginning;
      } catch (error) {
        report(error);
      }
    }
    if (found.length === 0 && !process.exitCode) process.stderr.write(`${nothingFound(targets, namespace)}\n`);
    const withEvents = (flags.showEvents ?? String(found.length === 1 && !begun)) !== 'false';
    for (const [index, object] of found.entries()) {
      const around = await surroundings(session.client, object, withEvents);
      process.stdout.write(`${index > 0 ? '\n\n' : ''}${describeObject(object, around)}`);
    }
  });
}

const nothingFound = (targets: readonly Target[], namespace: string | undefined): string =>
  namespace !== undefined && targets.some(target => target.resource.namespaced)
    ? `No resources found in ${namespace} namespace.`
    : 'No resources found';

/** kubectl's habit: a name that does not exist may be the beginning of one that does. */
async function matching(
  session: Session,
  target: Target,
  filter: Filter,
): Promise<{ objects: AnyObject[]; byBeginning: boolean }> {
  try {
    return { objects: await fetchObjects(session.client, target, filter), byBeginning: false };
  } catch (error) {
    if (!isNotFound(error) || target.name === undefined) throw error;
    const { name, ...kind } = target;
    const all = await fetchObjects(session.client, kind, filter);
    const beginning = all.filter(object => object.metadata.name?.startsWith(name));
    if (beginning.length === 0) throw error;
    return { objects: beginning, byBeginning: true };
  }
}

async function surroundings(client: Client, object: AnyObject, withEvents: boolean): Promise<Surroundings> {
  const [about, related] = await Promise.all([
    withEvents && tellsEvents(object) ? eventsAbout(client, object) : {},
    relatedTo(client, object),
  ]);
  return { ...about, ...related, now: Date.now() };
}

async function eventsAbout(client: Client, { kind, metadata }: AnyObject): Promise<Partial<Surroundings>> {
  const { uid, name = '', namespace } = metadata;
  // Kubelets report about their node under its name for an id.
  const about = kind === 'Node' ? [`involvedObject.kind=Node`] : uid === undefined ? [] : [`involvedObject.uid=${uid}`];
  const fieldSelector = [`involvedObject.name=${name}`, ...about].join(',');
  const { items } = await client.list(events, { ...(namespace === undefined ? {} : { namespace }), fieldSelector });
  return { events: items };
}
