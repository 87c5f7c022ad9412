/**
 * The numbers of Kubernetes' fields in protobuf: a message a line, its fields in the order of their numbers from 1, '-'
 * for a number that is not in use, '~Type' for a struct that Go embeds (its fields are the message's own in JSON).
 * A number never changes once it is given. Types are those of the kind's schema. The numbers are those of 1.36: what
 * came later is told as unknown.
 *
 * 'name?' is a field of which an empty value ('', 0, false) says something. On the wire all fields look alike, but Go
 * writes those that are no pointers always, also when nobody set them: an empty one says only something if it is a
 * pointer, or stands in Go's JSON as well.
 */
import { laterGroups } from './later-groups.js';
import { coreNumbers } from './numbers/core.js';
import { groupNumbers } from './numbers/groups.js';

const numbers = `${coreNumbers.trim()}\n${groupNumbers.trim()}`;

export interface NumberedField {
  name: string;
  /** Whether an empty value was set by somebody. */
  zero?: true;
  /** The definition of the embedded struct. */
  embedded?: string;
}

let byDefinition: Map<string, readonly (NumberedField | undefined)[]> | undefined;

/** The fields of a message ('io.k8s.api.core.v1.Pod') by their numbers; undefined for a message that is not known. */
export function fieldsOf(definition: string): readonly (NumberedField | undefined)[] | undefined {
  byDefinition ??= parse();
  return byDefinition.get(short(definition));
}

/** 'io.k8s.api.core.v1.Pod' and 'io.k8s.apimachinery.pkg.apis.meta.v1.Time' to 'core.v1.Pod' and 'meta.v1.Time'. */
const short = (definition: string): string => definition.split('.').slice(-3).join('.');

function parse(): Map<string, readonly (NumberedField | undefined)[]> {
  const lines = `${laterGroups}\n${numbers.trim()}`.replaceAll('\n  ', ' ').trim().split('\n');
  return new Map(lines.map(line => [line.slice(0, line.indexOf(':')), fieldsIn(line)]));
}

function fieldsIn(line: string): (NumberedField | undefined)[] {
  const colon = line.indexOf(':');
  const names = line
    .slice(colon + 1)
    .trim()
    .split(' ');
  const group = line.slice(0, line.lastIndexOf('.', colon));
  return [undefined, ...names.map(name => fieldNamed(name, group))];
}

function fieldNamed(name: string, group: string): NumberedField | undefined {
  if (name === '-' || name === '') return undefined;
  if (name.startsWith('~')) return { name, embedded: `${group}.${name.slice(1)}` };
  return name.endsWith('?') ? { name: name.slice(0, -1), zero: true } : { name };
}
