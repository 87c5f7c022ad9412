/** What `-o` says, and objects in each of those forms but the table. */
import { readFileSync } from 'node:fs';
import { clone } from '../../api/json.js';
import type { AnyObject } from '../../api/types.js';
import { toYaml } from '../../api/yaml.js';
import { Failure } from '../failure.js';
import type { ServerResource } from '../objects/discovery.js';
import { typedName } from '../objects/resolve.js';
import { alignedText } from './columns.js';
import { goJson, goText } from './json.js';
import { jsonPathValues, renderJsonPath } from './jsonpath/evaluate.js';

export interface Column {
  heading: string;
  path: string;
}

export type Format =
  | { as: 'table'; wide: boolean }
  | { as: 'json' }
  | { as: 'yaml' }
  | { as: 'name' }
  | { as: 'jsonpath'; template: string; json: boolean }
  | { as: 'columns'; columns: Column[] };

/** Any form but the server's table. */
export type ObjectFormat = Exclude<Format, { as: 'table' }>;

const known = 'custom-columns, custom-columns-file, json, jsonpath, jsonpath-as-json, jsonpath-file, name, wide, yaml';

/** Throws a Failure that lists the formats there are. */
export function parseFormat(flag: string | undefined): Format {
  if (flag === undefined || flag === '') return { as: 'table', wide: false };
  if (flag === 'wide') return { as: 'table', wide: true };
  if (flag === 'json' || flag === 'yaml' || flag === 'name') return { as: flag };
  const equals = flag.indexOf('=');
  const kind = equals < 0 ? flag : flag.slice(0, equals);
  const value = equals < 0 ? '' : flag.slice(equals + 1);
  if (kind.startsWith('jsonpath') || kind.startsWith('custom-columns')) {
    if (value === '') throw new Failure(`template format specified but no template given: use -o ${kind}=...`);
    if (kind === 'jsonpath' || kind === 'jsonpath-as-json')
      return { as: 'jsonpath', template: value, json: kind !== 'jsonpath' };
    if (kind === 'jsonpath-file') return { as: 'jsonpath', template: templateIn(value), json: false };
    if (kind === 'custom-columns') return { as: 'columns', columns: value.split(',').map(columnOf) };
    if (kind === 'custom-columns-file') return { as: 'columns', columns: columnsIn(templateIn(value)) };
  }
  throw new Failure(
    `unable to match a printer suitable for the output format "${flag}", allowed formats are: ${known}`,
  );
}

/** For verbs that print a message unless an object is asked for. */
export function parseObjectFormat(flag: string | undefined): ObjectFormat | undefined {
  const format = parseFormat(flag);
  if (format.as !== 'table') return format;
  if (format.wide) throw new Failure(`-o wide shows tables: only 'get' has them`);
  return undefined;
}

function templateIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure(`error reading --template ${file}: ${(error as Error).message}`);
  }
}

function columnOf(text: string): Column {
  const colon = text.indexOf(':');
  if (colon <= 0) throw new Failure(`unexpected custom-columns spec: ${text}, expected <header>:<json-path-expr>`);
  return { heading: text.slice(0, colon), path: text.slice(colon + 1) };
}

/** A line of headings, and one of paths under them. */
function columnsIn(template: string): Column[] {
  const [headings = [], paths = []] = template.split('\n').map(line => line.trim().split(/\s+/));
  if (headings.length !== paths.length)
    throw new Failure(`number of headers (${headings.length}) and field specifications (${paths.length}) don't match`);
  return headings.map((heading, index) => ({ heading, path: paths[index] ?? '' }));
}

/** An object and the kind it is of. */
export interface Found {
  object: AnyObject;
  resource: ServerResource;
}

export interface RenderOptions {
  /** One object was asked for by name: it is shown itself, else inside a List. */
  single: boolean;
  /** Of custom columns; true unless said otherwise. */
  headings?: boolean;
  /** Else managedFields are left out: bookkeeping for server-side apply that nobody wants to read. */
  managedFields?: boolean;
}

export function render(format: ObjectFormat, found: readonly Found[], options: RenderOptions): string {
  if (format.as === 'name')
    return found.map(({ object, resource }) => `${typedName(resource, object.metadata.name ?? '')}\n`).join('');
  if (format.as === 'columns') return customColumns(format.columns, found, options.headings ?? true);
  const objects = found.map(({ object }) => (options.managedFields ? object : withoutManagedFields(object)));
  const [first] = objects;
  const shown =
    options.single && first
      ? first
      : { apiVersion: 'v1', items: objects, kind: 'List', metadata: { resourceVersion: '' } };
  if (format.as === 'json') return `${goJson(shown, 4)}\n`;
  if (format.as === 'yaml') return toYaml(shown);
  return format.json
    ? `${goJson(jsonPathValues(format.template, shown), 4)}\n`
    : renderJsonPath(format.template, shown);
}

function withoutManagedFields(object: AnyObject): AnyObject {
  const copy = clone(object);
  delete copy.metadata.managedFields;
  return copy;
}

function customColumns(columns: readonly Column[], found: readonly Found[], headings: boolean): string {
  const cell = (object: unknown, path: string): string =>
    jsonPathValues(path, object).map(goText).join(',') || '<none>';
  const rows = found.map(({ object }) => columns.map(({ path }) => cell(object, path)));
  return alignedText([...(headings ? [columns.map(({ heading }) => heading)] : []), ...rows]);
}
