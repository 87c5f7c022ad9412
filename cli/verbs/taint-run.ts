/** What `taint` does (see taint.ts for its flags). */
import type { AnyObject, Node, Taint } from '../../api/types.js';
import { nodes } from '../../client/resources.js';
import { report, sentenceFor } from '../exit.js';
import { Failure } from '../failure.js';
import { findResource } from '../objects/resolve.js';
import { changeTaints, parseTaints, splitTaints } from '../objects/taints.js';
import { parseObjectFormat, render } from '../output/format.js';
import { type Session, withSession } from '../session.js';
import type { TaintFlags } from './taint.js';

export function taintNodes(words: readonly string[], flags: TaintFlags): Promise<void> {
  const { resources, taints } = splitTaints(words);
  const format = parseObjectFormat(flags.output);
  const [type, ...names] = resources;
  if (type === undefined && taints.length > 0)
    throw new Failure('one or more resources must be specified as <resource> <name>');
  if (type === undefined || taints.length === 0) throw new Failure('at least one taint update is required');
  const changes = parseTaints(taints);
  return withSession(flags, async session => {
    const resource = findResource(type, await session.resources());
    if (resource.kind !== 'Node' || resource.group !== '')
      throw new Failure(`invalid resource type ${type}, only node types are supported`);
    const errors: unknown[] = [];
    for (const node of await chosen(session, names, flags, errors)) {
      const { name = '' } = node.metadata;
      try {
        const { taints: wanted, operation } = changeTaints(
          name,
          node.spec?.taints ?? [],
          changes,
          flags.overwrite ?? false,
        );
        const object = await write(session, node, wanted, flags);
        const shown = format && render(format, [{ object, resource }], { single: true });
        process.stdout.write(shown ?? `node/${name} ${operation}\n`);
      } catch (error) {
        errors.push(error);
      }
    }
    reportAll(errors);
  });
}

/** Of several errors kubectl says each without the word. */
function reportAll(errors: readonly unknown[]): void {
  if (errors.length === 1) {
    report(errors[0]);
    return;
  }
  for (const error of errors) {
    const sentence = sentenceFor(error);
    if (sentence === undefined) throw error;
    process.stderr.write(`${sentence.replace(/^error: /, '')}\n`);
    process.exitCode = 1;
  }
}

async function chosen(
  { client }: Session,
  names: readonly string[],
  { selector, all }: TaintFlags,
  errors: unknown[],
): Promise<Node[]> {
  if (all && selector !== undefined)
    throw new Failure("setting 'all' parameter with a non empty selector is prohibited");
  if (all || selector !== undefined)
    return (await client.list(nodes, selector === undefined ? {} : { labelSelector: selector })).items;
  if (names.length === 0)
    throw new Failure("at least one resource name must be specified since 'all' parameter is not set");
  const found: Node[] = [];
  for (const name of names) {
    try {
      found.push(await client.get(nodes, { name }));
    } catch (error) {
      errors.push(error);
    }
  }
  return found;
}

async function write({ client }: Session, node: Node, taints: Taint[], { dryRun }: TaintFlags): Promise<AnyObject> {
  const { name = '' } = node.metadata;
  if (dryRun === 'client') return { ...node, spec: { ...node.spec, taints } } as unknown as AnyObject;
  const patch = { spec: { taints } };
  const options = { fieldManager: 'kubectl-taint', dryRun: dryRun === 'server' };
  return (await client.patch(nodes, { name }, 'strategic', patch, options)) as unknown as AnyObject;
}
