/**
 * What the rules of a schema may cost at most: Kubernetes refuses a definition whose rules could become too expensive,
 * before an object is there. How often a rule is asked, and how large what it reads is, follows from maxItems,
 * maxProperties and maxLength; where these are missing, from what fits into a request.
 */
import type { Program, Sized } from '../cel/index.js';
import { escapeName } from '../cel/types.js';
import type { FieldError } from '../status.js';
import { forbiddenField } from '../validation/errors.js';
import { isEmbedded, isIntOrString, type JsonSchema, valuesOf } from './schema.js';

/** Of one rule, and of all the rules of a schema together. */
export const ruleLimit = 10_000_000;
export const schemaLimit = 100_000_000;

/** So many bytes may a request have. */
const requestBytes = 3 * 1024 * 1024;

/** The fewest bytes in which JSON writes a value of this schema. */
export function smallestBytes(schema: JsonSchema): number {
  if (isIntOrString(schema)) return 1;
  switch (schema.type) {
    case 'string':
    case 'array':
      return 2;
    case 'boolean':
      return 4;
    case 'object':
      return 2 + requiredBytes(schema);
    default:
      return 1;
  }
}

/** Quotes, a colon and a comma stand beside each field that must be there. */
function requiredBytes({ properties = {}, required = [] }: JsonSchema): number {
  const needed = required.filter(name => properties[name] && properties[name].default === undefined);
  return needed.reduce((bytes, name) => bytes + name.length + smallestBytes(properties[name] as JsonSchema) + 4, 0);
}

/** The most elements, entries or characters that a value has. */
function mostOf(schema: JsonSchema): number {
  if (isIntOrString(schema)) return requestBytes - 2;
  const atMost = (said: number | undefined, otherwise: () => number): number =>
    said === undefined ? otherwise() : Math.max(0, said);
  switch (schema.type) {
    case 'array':
      return atMost(schema.maxItems, () => Math.floor((requestBytes - 2) / (smallestBytes(schema.items ?? {}) + 1)));
    case 'object': {
      const smallest = smallestBytes(valuesOf(schema) ?? {});
      return atMost(schema.maxProperties, () => Math.floor((requestBytes - 2) / (smallest + 6)));
    }
    default:
      return longestText(schema);
  }
}

const byFormat: Record<string, number> = { duration: 32, date: 12, 'date-time': 37 };

/** In bytes: a character has up to four. */
function longestText({ maxLength, format, enum: values }: JsonSchema): number {
  if (format === 'byte') return maxLength === undefined ? requestBytes - 2 : Math.max(0, maxLength);
  const known = format === undefined ? undefined : byFormat[format];
  if (known !== undefined) return known;
  if (maxLength !== undefined) return Math.max(0, maxLength) * 4;
  if (values?.length) return Math.max(...values.map(value => String(value).length));
  return requestBytes - 2;
}

/** How large a value of the schema may be, and what is in it. */
export function sizedBy(schema: JsonSchema, root = false): Sized {
  const size = { min: 0, max: mostOf(schema) };
  if (isIntOrString(schema)) return { size };
  switch (schema.type) {
    case 'array':
      return { size, items: sizedBy(schema.items ?? {}) };
    case 'object': {
      const values = valuesOf(schema);
      if (values) return { size, items: sizedBy(values), keys };
      // Kubernetes counts nothing for an object's being compared: it has as many fields as its schema.
      return { size: { min: 0, max: 0 }, fields: new Map(fieldsOf(schema, root || isEmbedded(schema))) };
    }
    case 'string':
      return byFormat[schema.format ?? ''] === undefined ? { text: true, size } : { scalar: true };
    case 'integer':
    case 'number':
    case 'boolean':
      return { scalar: true };
    default:
      return { size: { min: 0, max: requestBytes - 2 } };
  }
}

/** Nobody bounds the keys of a map: Kubernetes counts nothing for their length. */
const keys: Sized = { text: true, size: { min: 0, max: 0 } };

const name: Sized = { text: true, size: { min: 0, max: 253 } };
const resource: [string, Sized][] = [
  ['apiVersion', name],
  ['kind', name],
  [
    'metadata',
    {
      fields: new Map([
        ['name', name],
        ['generateName', name],
      ]),
    },
  ],
];

function* fieldsOf({ properties = {} }: JsonSchema, isResource: boolean): Iterable<[string, Sized]> {
  for (const [field, of] of Object.entries(properties)) yield [escapeName(field) ?? field, sizedBy(of)];
  if (isResource) yield* resource;
}

/** How often a node of the schema may stand in an object. */
export interface Standing {
  /** Undefined where no maxItems or maxProperties says so. */
  times: number | undefined;
}

export const atRoot: Standing = { times: 1 };

/** Of what is within a list or a map. */
export const withinEach = ({ times }: Standing, most: number | undefined): Standing => ({
  times: times === undefined || most === undefined ? undefined : times * most,
});

const timesOf = ({ times }: Standing, schema: JsonSchema): number =>
  times ?? Math.floor(requestBytes / (smallestBytes(schema) + 1));

type Expression = 'rule' | 'messageExpression';

/** Adds up what the rules of one schema cost. */
export class CostCheck {
  #total = 0;
  readonly #dearest: { field: string; cost: number }[] = [];
  /** Those that alone cost too much. */
  readonly errors: FieldError[] = [];

  /** An expression that has compiled; `at` is its rule. */
  add(program: Program, what: Expression, schema: JsonSchema, { root, standing }: Place, at: string): void {
    const self = sizedBy(schema, root);
    const sizes = new Map([
      ['self', self],
      ['oldSelf', self],
    ]);
    const cost = program.cost(sizes).max * timesOf(standing, schema);
    const field = `${at}.${what}`;
    this.errors.push(...beyond(field, `estimated ${what} cost`, cost, ruleLimit));
    if (cost < 1) return;
    this.#total += cost;
    this.#dearest.push({ field, cost });
    this.#dearest.sort((a, b) => b.cost - a.cost).splice(4);
  }

  /** What is to be said of all of them; `path` is the schema's. */
  together(path: string): FieldError[] {
    const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    const errors = beyond(path, what, this.#total, schemaLimit);
    if (errors.length === 0) return [];
    const why = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
    return [...this.#dearest.map(({ field }) => forbiddenField(field, why)), ...errors];
  }
}

interface Place {
  root: boolean;
  standing: Standing;
}

function beyond(field: string, what: string, cost: number, limit: number): FieldError[] {
  if (cost <= limit) return [];
  const times = cost / limit;
  const factor = times > 100 ? 'more than 100x' : times < 1.5 ? `${times.toFixed(6)}x` : `${times.toFixed(1)}x`;
  const advice =
    'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared';
  return [forbiddenField(field, `${what} exceeds budget by factor of ${factor} (${advice})`)];
}
