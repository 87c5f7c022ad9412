/**
 * Requests in Kubernetes' protobuf, which its own components and typed Go clients (`kubectl create`) send. The message
 * is turned into the JSON that the same client would have sent, and then treated like any other body; encode.ts goes the
 * other way. Schemas give the types, field-numbers.ts the numbers.
 */
import type { Reader } from 'protobufjs/minimal.js';
import { timestamp } from '../../../api/clock.js';
import { type JsonObject, put } from '../../../api/json.js';
import type { KindRow } from '../../../api/kinds/row.js';
import { type BodyType, bodyVersion, subresourceTypes } from '../../../api/kinds/subresources.js';
import { findModel, type Model, type Scalar, type Type } from '../../../api/schema/models.js';
import { badRequest, StatusError } from '../../../api/status.js';
import { fieldsOf, type NumberedField } from './field-numbers.js';

/** What every message starts with. */
const magic = Buffer.from('k8s\0');

export const isProtobuf = (bytes: Buffer): boolean => bytes.subarray(0, magic.length).equals(magic);

export interface DecodedProtobuf {
  value: JsonObject;
  /** 'unknown protobuf field 99 in io.k8s.api.core.v1.PodSpec': fields that this server does not know. */
  problems: string[];
}

/**
 * Throws BadRequest for what is no such message, or of a kind that is not in `rows`. `read` is protobufjs' own
 * `Reader.create`: the library is loaded by whoever has a message.
 */
export function decodeProtobuf(
  bytes: Buffer,
  rows: readonly KindRow[],
  read: (bytes: Uint8Array) => Reader,
): DecodedProtobuf {
  if (!isProtobuf(bytes)) {
    throw badRequest('the body is not Kubernetes protobuf: it does not start with "k8s\\0"');
  }
  try {
    const { apiVersion, kind, raw } = readEnvelope(read(bytes.subarray(magic.length)));
    const model = modelFor(apiVersion, kind, rows);
    const decoder = new Decoder();
    const value = decoder.message(read(raw), model, {});
    return { value: { apiVersion, kind, ...value }, problems: decoder.problems };
  } catch (error) {
    // The reader throws RangeErrors for what is cut short, and plain Errors for bytes that mean nothing.
    if (error instanceof StatusError || error instanceof TypeError) throw error;
    throw badRequest(`the protobuf message is damaged: ${(error as Error).message}`);
  }
}

/** runtime.Unknown: {1: {1: apiVersion, 2: kind}, 2: raw, 3: contentEncoding, 4: contentType}. */
function readEnvelope(reader: Reader): { apiVersion: string; kind: string; raw: Uint8Array } {
  const envelope = { apiVersion: '', kind: '', raw: new Uint8Array(0) as Uint8Array };
  eachField(reader, reader.len, (number, wire) => {
    if (number === 1) {
      eachField(reader, reader.uint32() + reader.pos, (inner, innerWire) => {
        if (inner === 1) envelope.apiVersion = reader.string();
        else if (inner === 2) envelope.kind = reader.string();
        else reader.skipType(innerWire);
      });
    } else if (number === 2) envelope.raw = reader.bytes();
    else reader.skipType(wire);
  });
  return envelope;
}

function modelFor(apiVersion: string, kind: string, rows: readonly KindRow[]): Model {
  const types: BodyType[] = [...rows, ...Object.values(subresourceTypes)];
  const named = types.filter(type => type.kind === kind && findModel(type.model));
  // DeleteOptions and the like travel under the version of what they are about.
  const found = named.find(type => bodyVersion(type) === apiVersion) ?? named[0];
  const model = found && findModel(found.model);
  if (model && fieldsOf(model.definition)) return model;
  throw badRequest(`no kind "${kind}" of "${apiVersion}" is known in protobuf: send application/json`);
}

function eachField(reader: Reader, end: number, read: (number: number, wire: number) => void): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    read(tag >>> 3, tag & 7);
  }
  if (reader.pos !== end) throw new RangeError('a field is longer than its message');
}

/** Messages nest no deeper than this: a damaged one must not exhaust the stack. */
const maxDepth = 100;

class Decoder {
  readonly problems: string[] = [];
  #depth = 0;

  /** Reads to the reader's end, into `into`. */
  message(reader: Reader, model: Model, into: JsonObject): JsonObject {
    this.#fields(reader, reader.len, model.definition, model, into);
    return into;
  }

  #fields(reader: Reader, end: number, definition: string, model: Model, into: JsonObject): void {
    if (++this.#depth > maxDepth) throw new RangeError(`it nests over ${maxDepth} messages deep`);
    const numbered = fieldsOf(definition) ?? [];
    eachField(reader, end, (number, wire) => {
      const known = numbered[number];
      const field = known && !known.embedded ? model.fields.get(known.name) : undefined;
      if (known?.embedded) this.#fields(reader, reader.uint32() + reader.pos, known.embedded, model, into);
      else if (known && field) this.#field(reader, known, field.type, into);
      else if (skip(reader, wire)) this.problems.push(`unknown protobuf field ${number} in ${definition}`);
    });
    this.#depth--;
  }

  #field(reader: Reader, { name, zero }: NumberedField, type: Type, into: JsonObject): void {
    if (type.kind === 'list') {
      const items = (into[name] ?? []) as unknown[];
      items.push(this.#value(reader, type.items));
      into[name] = items;
    } else if (type.kind === 'map') {
      const map = (into[name] ?? {}) as JsonObject;
      this.#entry(reader, type.values, map);
      into[name] = map;
    } else {
      const value = this.#value(reader, type);
      if (zero || !isZero(value)) into[name] = value;
    }
  }

  #value(reader: Reader, type: Type): unknown {
    if (type.kind === 'scalar') return readScalar(reader, type.scalar);
    const end = reader.uint32() + reader.pos;
    if (type.kind === 'object') {
      const model = findModel(type.model);
      if (!model) throw new RangeError(`there is no schema of ${type.model}`);
      const value: JsonObject = {};
      this.#fields(reader, end, model.definition, model, value);
      return value;
    }
    if (type.kind === 'map') throw new RangeError('a map cannot stand in a list or a map');
    // Go's named lists within maps (ExtraValue) are messages around a list.
    const items: unknown[] = [];
    eachField(reader, end, () => items.push(this.#value(reader, type.items)));
    return items;
  }

  #entry(reader: Reader, type: Type, into: JsonObject): void {
    let key = '';
    let value: unknown = type.kind === 'scalar' && type.scalar !== 'quantity' ? '' : undefined;
    eachField(reader, reader.uint32() + reader.pos, (number, wire) => {
      if (number === 1) key = reader.string();
      else if (number === 2) value = this.#value(reader, type);
      else reader.skipType(wire);
    });
    // Go keeps the key of a zero time.
    put(into, key, value ?? null);
  }
}

/**
 * Goes past a field that is not known, and answers whether it said anything. Go writes also the empty fields that an
 * older version had (ObjectMeta's clusterName): its clients are not to be warned of those.
 */
function skip(reader: Reader, wire: number): boolean {
  const start = reader.pos;
  reader.skipType(wire);
  return reader.pos - start > 1 || reader.buf[start] !== 0;
}

const isZero = (value: unknown): boolean => value === undefined || value === '' || value === 0 || value === false;

/** 64-bit integers come as Long; none of the API's is beyond 2^53. */
const toNumber = (value: { toString(): string }): number => Number(value.toString());

/** Undefined is Go's zero time. */
function readScalar(reader: Reader, scalar: Scalar): unknown {
  switch (scalar) {
    case 'string':
      return reader.string();
    case 'boolean':
      return reader.bool();
    case 'int32':
    case 'int64':
      return toNumber(reader.int64());
    case 'number':
      return reader.double();
    case 'byte':
      return Buffer.from(reader.bytes()).toString('base64');
    case 'date-time':
      return readTime(reader, seconds => timestamp(seconds * 1000));
    case 'date-time-micro':
      return readTime(reader, (seconds, nanos) => {
        const micros = String(Math.floor(nanos / 1000)).padStart(6, '0');
        return `${timestamp(seconds * 1000).slice(0, -1)}.${micros}Z`;
      });
    case 'quantity':
      return readQuantity(reader);
    case 'int-or-string':
      return readIntOrString(reader);
    case 'any':
      return readRaw(reader);
  }
}

/** {1: seconds, 2: nanoseconds}; without either it is the zero time. */
function readTime(reader: Reader, write: (seconds: number, nanos: number) => string): string | undefined {
  let seconds: number | undefined;
  let nanos = 0;
  eachField(reader, reader.uint32() + reader.pos, (number, wire) => {
    if (number === 1) seconds = toNumber(reader.int64());
    else if (number === 2) nanos = reader.int32();
    else reader.skipType(wire);
  });
  return seconds === undefined ? undefined : write(seconds, nanos);
}

/** {1: text} */
function readQuantity(reader: Reader): string {
  let text = '0';
  eachField(reader, reader.uint32() + reader.pos, (number, wire) => {
    if (number === 1) text = reader.string();
    else reader.skipType(wire);
  });
  return text;
}

/** {1: 0 for a number and 1 for a string, 2: the number, 3: the string} */
function readIntOrString(reader: Reader): number | string {
  const read = { type: 0, number: 0, text: '' };
  eachField(reader, reader.uint32() + reader.pos, (number, wire) => {
    if (number === 1) read.type = toNumber(reader.int64());
    else if (number === 2) read.number = toNumber(reader.int64());
    else if (number === 3) read.text = reader.string();
    else reader.skipType(wire);
  });
  return read.type === 0 ? read.number : read.text;
}

/** {1: JSON} */
function readRaw(reader: Reader): unknown {
  let raw: unknown;
  eachField(reader, reader.uint32() + reader.pos, (number, wire) => {
    if (number === 1) raw = parseRaw(reader.bytes());
    else reader.skipType(wire);
  });
  return raw;
}

function parseRaw(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    throw new RangeError('a field that must hold JSON does not');
  }
}
