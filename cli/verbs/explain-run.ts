/** What `explain` does (see explain.ts for its flags). */
import { apiVersionOf } from '../../api/kinds/row.js';
import type { Client } from '../../client/client.js';
import { Failure } from '../failure.js';
import type { ServerResource } from '../objects/discovery.js';
import { findResource } from '../objects/resolve.js';
import {
  fieldSchema,
  inside,
  kindSchema,
  resolved,
  type Schema,
  type SchemaDocument,
  typeName,
} from '../objects/schema-document.js';
import { wrap } from '../output/wrap.js';
import { withSession } from '../session.js';
import type { ExplainFlags } from './explain.js';

export function explain(what: string, flags: ExplainFlags): Promise<void> {
  return withSession(flags, async ({ client, resources }) => {
    const all = await resources();
    const known =
      flags.apiVersion === undefined ? all : all.filter(resource => apiVersionOf(resource) === flags.apiVersion);
    const { resource, path } = subjectOf(what, known);
    const document = await documentOf(client, resource);
    const schema = fieldSchema(document, kindSchema(document, resource), path);
    const head = [
      ...(resource.group === '' ? [] : [`GROUP:      ${resource.group}`]),
      `KIND:       ${resource.kind}`,
      `VERSION:    ${resource.version}`,
      '',
    ];
    const field = path.at(-1);
    const title = field === undefined ? [] : [`FIELD: ${field} <${typeName(document, schema)}>`, ''];
    process.stdout.write(`${[...head, ...title, ...body(document, schema, flags.recursive ?? false)].join('\n')}\n`);
  });
}

/** "pods.spec.containers"; a kind may be said with its group ("roles.rbac.authorization.k8s.io"), then has no path. */
function subjectOf(what: string, known: readonly ServerResource[]): { resource: ServerResource; path: string[] } {
  const whole = known.find(({ plural, group }) => group !== '' && `${plural}.${group}` === what);
  if (whole) return { resource: whole, path: [] };
  const [type = '', ...path] = what.split('.').filter(part => part !== '');
  return { resource: findResource(type, known), path };
}

async function documentOf(client: Client, resource: ServerResource): Promise<SchemaDocument> {
  const place = `${resource.group === '' ? 'api' : 'apis'}/${apiVersionOf(resource)}`;
  const index = JSON.parse((await client.raw('/openapi/v3')).body.toString()) as {
    paths?: Record<string, { serverRelativeURL: string }>;
  };
  const url = index.paths?.[place]?.serverRelativeURL;
  if (!url) throw new Failure(`the server publishes no OpenAPI v3 document for ${place}`);
  return JSON.parse((await client.raw(url)).body.toString()) as SchemaDocument;
}

function body(document: SchemaDocument, schema: Schema, recursive: boolean): string[] {
  // What the field is for, and then what its type is.
  const said = new Set([schema.description, inside(document, schema).description].filter(text => text !== undefined));
  const fields = recursive ? tree(document, schema, 1, []) : flat(document, schema);
  return [
    'DESCRIPTION:',
    ...indented([...said].join('\n') || '<empty>'),
    '',
    ...(fields.length > 0 ? ['FIELDS:', ...fields] : []),
  ];
}

const indented = (text: string): string[] => wrap(text, 76).map(line => (line === '' ? '' : `    ${line}`));

const sortedFields = (properties: Readonly<Record<string, Schema>>): [string, Schema][] =>
  Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1));

const fieldLine = (document: SchemaDocument, name: string, field: Schema, required: readonly string[]): string =>
  `${name}\t<${typeName(document, field)}>${required.includes(name) ? ' -required-' : ''}`;

function flat(document: SchemaDocument, schema: Schema): string[] {
  const { properties = {}, required = [] } = inside(document, schema);
  return sortedFields(properties).flatMap(([name, field]) => [
    `  ${fieldLine(document, name, field, required)}`,
    ...indented(resolved(document, field).description ?? '<no description>'),
    '',
  ]);
}

/** Names and types only; a type inside itself is not opened again. */
function tree(document: SchemaDocument, schema: Schema, depth: number, above: readonly Schema[]): string[] {
  const here = inside(document, schema);
  const { properties = {}, required = [] } = here;
  return sortedFields(properties).flatMap(([name, field]) => {
    const line = `${'  '.repeat(depth)}${fieldLine(document, name, field, required)}`;
    const below = inside(document, field).properties;
    const isOpen = below === properties || above.some(schemaAbove => schemaAbove.properties === below);
    return [line, ...(isOpen ? [] : tree(document, field, depth + 1, [...above, here]))];
  });
}
