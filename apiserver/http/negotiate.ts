/** The Accept header: in which shape, of those the server can make, the client wants its answer. */
import { apiVersionOf, type KindRow } from '../../api/kinds/row.js';
import { badRequest, statusError } from '../../api/status.js';
import { plain, type Representation } from '../cache/representation.js';
import { versioned, viewOf } from '../cache/version-view.js';
import { partial } from '../registry/partial.js';
import { type IncludeObject, table } from '../registry/table.js';
import { inYaml } from '../registry/yaml.js';
import { protobufType } from './protobuf/library.js';
import { inProtobuf, partialInProtobuf } from './protobuf/representation.js';
import { isTrue } from './request-info.js';

const plainByRow = new WeakMap<KindRow, Representation>();

/** Throws NotAcceptable. `now` in milliseconds, for the ages in tables. */
export function negotiate(
  accept: string | undefined,
  row: KindRow,
  query: URLSearchParams,
  now: () => number,
): Representation {
  if (!accept || accept === 'application/json' || accept === '*/*') return plainFor(row);
  for (const { type, parameters } of ranges(accept)) {
    if (type === protobufType) {
      const found = protobufFor(parameters, row);
      if (found) return found;
      continue;
    }
    const asYaml = type === yamlType && !watches(query);
    if (!asYaml && !jsonTypes.has(type)) continue;
    const found = shapeOf(parameters, row, query, now);
    if (found) return asYaml ? inYaml(found) : found;
  }
  throw statusError(
    'NotAcceptable',
    `only the following media types are accepted: application/json, ${yamlType}, ${protobufType}`,
  );
}

const yamlType = 'application/yaml';

/** YAML has no form for a stream of events. */
const watches = (query: URLSearchParams): boolean => isTrue(query.get('watch'));

const jsonTypes = new Set(['application/json', 'application/*', '*/*']);

function plainFor(row: KindRow): Representation {
  let found = plainByRow.get(row);
  if (!found) {
    found = inVersion(row, plain(apiVersionOf(row), row.kind, row.listKind));
    plainByRow.set(row, found);
  }
  return found;
}

/** Undefined where there is no such form: a Table, or a kind of somebody's own. */
function protobufFor(parameters: ReadonlyMap<string, string>, row: KindRow): Representation | undefined {
  const as = parameters.get('as');
  const version = as === undefined ? undefined : metaVersion(parameters);
  if (as === undefined) {
    const found = inProtobuf(row);
    return found && inVersion(row, found);
  }
  if (!row.verbs.includes('get') || version === undefined || !isPartial(as)) return undefined;
  return inVersion(row, partialInProtobuf(version));
}

/** Of objects that another row stores, the bytes are not this row's. */
function inVersion(row: KindRow, representation: Representation): Representation {
  const view = viewOf(row);
  return view ? versioned(representation, view) : representation;
}

function shapeOf(
  parameters: ReadonlyMap<string, string>,
  row: KindRow,
  query: URLSearchParams,
  now: () => number,
): Representation | undefined {
  const as = parameters.get('as');
  if (as === undefined) return plainFor(row);
  // What is asked and never stored (a review) has no metadata to be shown by.
  if (!row.verbs.includes('get')) return undefined;
  const version = metaVersion(parameters);
  if (version === undefined) return undefined;
  if (as === 'Table') return inVersion(row, table(row, version, includeObject(query), now));
  if (isPartial(as)) return inVersion(row, partial(version));
  return undefined;
}

const isPartial = (as: string): boolean => as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList';

function metaVersion(parameters: ReadonlyMap<string, string>): 'v1' | 'v1beta1' | undefined {
  const version = parameters.get('v');
  if (parameters.get('g') !== 'meta.k8s.io') return undefined;
  return version === 'v1' || version === 'v1beta1' ? version : undefined;
}

function includeObject(query: URLSearchParams): IncludeObject {
  const asked = query.get('includeObject') || 'Metadata';
  if (asked === 'None' || asked === 'Metadata' || asked === 'Object') return asked;
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(asked)}`);
}

export interface MediaRange {
  type: string;
  parameters: ReadonlyMap<string, string>;
}

/** The ranges of an Accept header, those the client likes best first. */
export function ranges(accept: string): MediaRange[] {
  return accept
    .split(',')
    .map(part => {
      const [type = '', ...pairs] = part.split(';').map(piece => piece.trim());
      const parameters = new Map(
        pairs.map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
      );
      const quality = parameters.has('q') ? Number(parameters.get('q')) : 1;
      return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 1 : quality };
    })
    .filter(range => range.quality > 0)
    .sort((a, b) => b.quality - a.quality);
}
