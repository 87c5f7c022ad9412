/**
 * Making a JSON value conform to its kind's schema: unknown fields are removed and told, nulls are dropped, required
 * fields are filled in empty, quantities and times get the form in which they are stored, and a value of the wrong type
 * is refused in Go's words.
 */
import { isObject, type JsonObject } from '../json.js';
import { statusError } from '../status.js';
import { type Model, modelOf, type Type } from './models.js';
import { found, goType, readScalar, WrongType, zero } from './scalars.js';
import { maxProblems } from './scan.js';

/** What a schema says of an object. */
export interface FieldReport {
  /** Paths of fields that the kind does not have ('spec.containers[0].imag'), in the order they stand; all are removed, the first `maxProblems` told. */
  unknown: string[];
  /** A value of the wrong type, in words; nothing else can be done with the object. */
  wrong?: string | undefined;
}

/** Where the reading is. Put into words only when there is something to say of it: nearly always there is not. */
class Place {
  constructor(
    readonly outer: Place | undefined,
    /** A field, the key of a map, or the index in a list. */
    readonly step: string | number,
    /** The struct that a field is of; absent for keys and indices. */
    readonly model?: Model,
  ) {}

  /** 'spec.containers[0].ports[1]' */
  get path(): string {
    const before = this.outer?.path ?? '';
    return typeof this.step === 'number' ? `${before}[${this.step}]` : join(before, this.step);
  }

  /** 'spec.containers.ports': Go names the fields that lead to a value, without keys and indices. */
  get names(): string {
    const before = this.outer?.names ?? '';
    return this.model ? join(before, this.step as string) : before;
  }

  /** Go names the innermost struct. */
  get struct(): string {
    return this.model?.shortName ?? this.outer?.struct ?? '';
  }
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
const shortNameOf = (model: string): string => modelOf(model).shortName;

/** Deeper than any object is meant to be; what is free-form (`any`) ends here too. */
export const maxDepth = 500;

/** Fields and items of one object. More would hold up everybody else while they are checked one by one. */
const maxValues = 100_000;

class Reader {
  readonly unknown: string[] = [];
  private values = 0;

  /** Reads the fields of `object`, which are those of `model`. In place. */
  readObject(object: JsonObject, model: Model, place: Place | undefined): void {
    for (const name in object) {
      const field = model.fields.get(name);
      const value = object[name];
      if (!field) {
        if (this.unknown.length < maxProblems) this.unknown.push(join(place?.path ?? '', name));
        delete object[name];
      } else if (value === null || value === undefined) delete object[name];
      else {
        const read = this.read(value, field.type, place, name, model);
        if (isEmpty(field.type, read)) delete object[name];
        else if (read !== value) object[name] = read;
      }
    }
    this.fillRequired(object, model);
  }

  /**
   * What must be there is there, be it empty: so Go decodes and writes it, and so defaults, validation and columns may
   * rely on the types. Times have no such value.
   */
  private fillRequired(object: JsonObject, model: Model): void {
    for (const name of model.required) {
      const type = model.fields.get(name)?.type;
      if (object[name] !== undefined || !type) continue;
      if (type.kind === 'scalar' && (type.scalar === 'any' || type.scalar.startsWith('date-time'))) continue;
      object[name] = this.read(zero(type), type, undefined, name, model);
    }
  }

  /** What stands at `step` of `outer`, as a Place has it; where that is a scalar, no Place is made unless it is wrong. */
  private read(value: unknown, type: Type, outer: Place | undefined, step: string | number, model?: Model): unknown {
    this.values += 1;
    if (this.values > maxValues) throw tooManyValues();
    if (type.kind === 'scalar' && type.scalar !== 'any') {
      try {
        return readScalar(type.scalar, value);
      } catch (error) {
        if (!(error instanceof WrongType) || error.message !== '') throw error;
        throw this.mismatch(value, type, new Place(outer, step, model));
      }
    }
    const place = new Place(outer, step, model);
    if (type.kind === 'scalar') return refuseProto(value, place, 0);
    if (type.kind === 'list') return this.readList(value, type, place);
    if (type.kind === 'map') return this.readMap(value, type, place);
    if (!isObject(value)) throw this.mismatch(value, type, place);
    this.readObject(value, modelOf(type.model), place);
    return value;
  }

  private readList(value: unknown, type: Type & { kind: 'list' }, place: Place): unknown {
    if (!Array.isArray(value)) throw this.mismatch(value, type, place);
    for (let i = 0; i < value.length; i++) value[i] = this.readOrZero(value[i], type.items, place, i);
    return value;
  }

  private readMap(value: unknown, type: Type & { kind: 'map' }, place: Place): unknown {
    if (!isObject(value)) throw this.mismatch(value, type, place);
    for (const key in value) {
      if (key === '__proto__') throw protoKey(place);
      const read = this.readOrZero(value[key], type.values, place, key);
      if (read !== value[key]) value[key] = read;
    }
    return value;
  }

  private readOrZero(value: unknown, type: Type, outer: Place, step: string | number): unknown {
    return value === null || value === undefined ? zero(type) : this.read(value, type, outer, step);
  }

  private mismatch(value: unknown, type: Type, place: Place): WrongType {
    const integers = type.kind === 'scalar' && /^int(32|64|-or-string)$/.test(type.scalar);
    const what = integers && typeof value === 'number' ? `number ${value}` : found(value);
    const into = `Go struct field ${place.struct}.${place.names} of type ${goType(type, shortNameOf)}`;
    return new WrongType(`json: cannot unmarshal ${what} into ${into}`);
  }
}

/** Go leaves out lists and maps without anything in them; those that must be there are filled in again. */
function isEmpty({ kind }: Type, value: unknown): boolean {
  if (kind === 'list') return (value as unknown[]).length === 0;
  if (kind !== 'map') return false;
  for (const _ in value as object) return false;
  return true;
}

const protoKey = (place: Place | undefined): WrongType =>
  new WrongType(`the key "__proto__" in "${place?.path ?? ''}" is reserved: this server does not store it`);

/** A body of which no model says what is in it: no deeper, no larger and no stranger than others may be. Throws WrongType. */
export function refuseUnsafe(value: JsonObject): void {
  refuseProto(value, undefined, 0);
  let values = 0;
  const count = (inner: unknown): void => {
    if (typeof inner !== 'object' || inner === null) return;
    for (const part of Object.values(inner)) {
      values += 1;
      if (values > maxValues) throw tooManyValues();
      count(part);
    }
  };
  count(value);
}

const tooManyValues = () =>
  statusError('RequestEntityTooLarge', `Request entity too large: limit is ${maxValues} fields and items`);

/** A value without a type stays as it is, unless it tries to be more than data. */
function refuseProto(value: unknown, place: Place | undefined, depth: number): unknown {
  if (depth > maxDepth) throw new WrongType(`"${place?.path ?? ''}" is nested over ${maxDepth} levels deep`);
  if (Array.isArray(value)) for (const item of value) refuseProto(item, place, depth + 1);
  else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      if (key === '__proto__') throw protoKey(place);
      refuseProto(value[key], place, depth + 1);
    }
  }
  return value;
}

/**
 * Checks an object against the schema of a row or a subresource's body, and makes it conform. In place. Throws
 * RequestEntityTooLarge for an object of more than `maxValues` parts.
 */
export function conform(type: { model: string }, object: JsonObject): FieldReport {
  const reader = new Reader();
  try {
    reader.readObject(object, modelOf(type.model), undefined);
    return { unknown: reader.unknown };
  } catch (error) {
    if (error instanceof WrongType) return { unknown: reader.unknown, wrong: error.message };
    throw error;
  }
}
