/** The nodes that a verb about nodes means: by name ('n1', 'node/n1') or by labels. All are read before anything is done. */
import type { Node } from '../../api/types.js';
import { nodes } from '../../client/resources.js';
import { Failure } from '../failure.js';
import type { Session } from '../session.js';
import { parseTargets } from './resolve.js';

/** `verb` is for the message when nothing is said. Throws a Failure, and the server's refusal when one is not there. */
export async function namedNodes(
  session: Session,
  verb: string,
  names: readonly string[],
  selector: string | undefined,
): Promise<Node[]> {
  if (names.length === 0 && selector === undefined) throw new Failure(`USAGE: ${verb} NODE [flags]`);
  if (names.length > 0 && selector !== undefined)
    throw new Failure('cannot specify both a node name and a --selector option');
  if (selector !== undefined) return (await session.client.list(nodes, { labelSelector: selector })).items;
  const found: Node[] = [];
  for (const name of names) found.push(await session.client.get(nodes, { name: await nodeName(session, name) }));
  return found;
}

async function nodeName(session: Session, text: string): Promise<string> {
  if (!text.includes('/')) return text;
  const [target] = parseTargets([text], await session.resources());
  if (target?.resource.kind !== 'Node' || target.resource.group !== '')
    throw new Failure(`expected resource of type node, got "${target?.resource.plural}"`);
  return target.name ?? '';
}
