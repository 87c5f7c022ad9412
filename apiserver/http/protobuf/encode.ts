/**
 * Objects as Kubernetes' protobuf messages: what decode.ts reads, written. What JSON leaves out is left out here as well;
 * Go's clients read that as its zero. A kind becomes a plan once, and objects are written by it.
 */
import type { Writer } from 'protobufjs/minimal.js';
import type { JsonObject } from '../../../api/json.js';
import { findModel, type Model, type Scalar, type Type } from '../../../api/schema/models.js';
import { fieldsOf } from './field-numbers.js';

type WriteValue = (writer: Writer, number: number, value: unknown) => void;

/** How the messages of one type are written. */
export interface Plan {
  readonly fields: { number: number; name: string; write: WriteValue }[];
  /** Go's embedded structs: fields of the same JSON object, in a message of their own. */
  readonly embedded: { number: number; plan: Plan }[];
}

const plans = new Map<string, Plan | undefined>();

/** Undefined for a type whose numbers are not known. */
export const planOf = (model: Model): Plan | undefined => planFor(model.definition, model);

function planFor(definition: string, model: Model): Plan | undefined {
  const key = `${definition} ${model.name}`;
  if (plans.has(key)) return plans.get(key);
  const numbered = fieldsOf(definition);
  const plan: Plan | undefined = numbered && { fields: [], embedded: [] };
  plans.set(key, plan);
  if (!numbered || !plan) return undefined;
  numbered.forEach((known, number) => {
    const field = known && !known.embedded ? model.fields.get(known.name) : undefined;
    const inner = known?.embedded ? planFor(known.embedded, model) : undefined;
    if (field) plan.fields.push({ number, name: field.name, write: writerOf(field.type) });
    else if (inner) plan.embedded.push({ number, plan: inner });
  });
  return plan;
}

/** Writes the fields of a message. Each has a number: the tests see to that. */
export function writeMessage(writer: Writer, plan: Plan, value: JsonObject): Writer {
  for (const { number, name, write } of plan.fields) {
    const field = value[name];
    if (field !== undefined && field !== null) write(writer, number, field);
  }
  for (const { number, plan: inner } of plan.embedded) {
    writeMessage(open(writer, number), inner, value).ldelim();
  }
  return writer;
}

const varint = 0;
const double = 1;
const delimited = 2;

const tag = (writer: Writer, number: number, wire: number): Writer => writer.uint32((number << 3) | wire);
const open = (writer: Writer, number: number): Writer => tag(writer, number, delimited).fork();

function writerOf(type: Type): WriteValue {
  if (type.kind === 'scalar') return scalars[type.scalar];
  if (type.kind === 'object') return messageWriter(type.model);
  if (type.kind === 'list') {
    const write = itemWriter(type.items);
    return (writer, number, value) => {
      for (const item of value as unknown[]) write(writer, number, item);
    };
  }
  const write = itemWriter(type.values);
  return (writer, number, value) => {
    for (const [key, of] of Object.entries(value as JsonObject)) {
      const entry = tag(open(writer, number), 1, delimited).string(key);
      if (of !== null) write(entry, 2, of);
      entry.ldelim();
    }
  };
}

/** Go's named lists within lists and maps (ExtraValue) are messages around a list. */
function itemWriter(type: Type): WriteValue {
  if (type.kind !== 'list') return writerOf(type);
  const write = writerOf(type);
  return (writer, number, value) => {
    const list = open(writer, number);
    write(list, 1, value);
    list.ldelim();
  };
}

function messageWriter(name: string): WriteValue {
  let plan: Plan | undefined;
  return (writer, number, value) => {
    // Types may contain themselves: so not before it is needed.
    const model = findModel(name);
    plan ??= model && planOf(model);
    if (!plan) throw new TypeError(`${name} has no numbers in protobuf`);
    writeMessage(open(writer, number), plan, value as JsonObject).ldelim();
  };
}

const scalars: Record<Scalar, WriteValue> = {
  string: (writer, number, value) => tag(writer, number, delimited).string(value as string),
  boolean: (writer, number, value) => tag(writer, number, varint).bool(value as boolean),
  int32: (writer, number, value) => tag(writer, number, varint).int64(value as number),
  int64: (writer, number, value) => tag(writer, number, varint).int64(value as number),
  number: (writer, number, value) => tag(writer, number, double).double(value as number),
  byte: (writer, number, value) => tag(writer, number, delimited).bytes(Buffer.from(value as string, 'base64')),
  'date-time': writeTime,
  'date-time-micro': writeTime,
  quantity: (writer, number, value) => tag(open(writer, number), 1, delimited).string(String(value)).ldelim(),
  'int-or-string': (writer, number, value) => {
    const message = open(writer, number);
    tag(message, 1, varint).int64(typeof value === 'number' ? 0 : 1);
    if (typeof value === 'number') tag(message, 2, varint).int64(value);
    else tag(message, 3, delimited).string(value as string);
    message.ldelim();
  },
  any: (writer, number, value) => {
    tag(open(writer, number), 1, delimited)
      .bytes(Buffer.from(JSON.stringify(value)))
      .ldelim();
  },
};

/** {1: seconds, 2: nanoseconds} of '2026-01-01T00:00:00.123456Z'. */
function writeTime(writer: Writer, number: number, value: unknown): void {
  const text = value as string;
  const fraction = /\.(\d{1,9})/.exec(text)?.[1];
  const message = open(writer, number);
  tag(message, 1, varint).int64(Math.floor(Date.parse(text) / 1000));
  if (fraction) tag(message, 2, varint).int32(Number(fraction.padEnd(9, '0')));
  message.ldelim();
}
