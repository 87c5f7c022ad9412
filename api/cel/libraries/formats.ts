/** format.dns1123Label().validate(name): the names that Kubernetes itself demands, to be demanded of others. */

import { Optional } from '@marcbachmann/cel-js';
import type { Environment } from '@marcbachmann/cel-js/evaluator';
import { formats } from '../../validation/formats.js';
import {
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  qualifiedName,
  validLabelValue,
} from '../../validation/strings.js';
import { addFunctions, addNamespace } from './library.js';

class Format {
  constructor(
    readonly name: string,
    readonly complaints: (text: string) => string[],
  ) {}

  toString(): string {
    return this.name;
  }
}

/** A prefix may end in a dash: something will follow it. */
const asPrefix = (check: (text: string) => string[]) => (text: string) =>
  check(text.endsWith('-') ? `${text.slice(0, -1)}a` : text);

const shaped =
  (name: string, complaint: string) =>
  (text: string): string[] =>
    formats[name]?.(text) ? [] : [complaint];

const known: Record<string, (text: string) => string[]> = {
  dns1123Label,
  dns1123Subdomain,
  dns1035Label,
  qualifiedName,
  dns1123LabelPrefix: asPrefix(dns1123Label),
  dns1123SubdomainPrefix: asPrefix(dns1123Subdomain),
  dns1035LabelPrefix: asPrefix(dns1035Label),
  labelValue: validLabelValue,
  uri: shaped('uri', 'invalid URI for request'),
  uuid: shaped('uuid', 'does not match the UUID format'),
  byte: shaped('byte', 'invalid base64'),
  date: shaped('date', 'invalid date'),
  datetime: shaped('date-time', 'invalid datetime'),
};

const type = 'kubernetes.NamedFormat';

export function addFormats(env: Environment): void {
  const made = new Map(Object.entries(known).map(([name, check]) => [name, new Format(name, check)]));
  env.registerType(type, Format);
  addNamespace(env, 'format', {
    [`named(string): optional<${type}>`]: (name: string) => Optional.of(made.get(name)),
    ...Object.fromEntries([...made].map(([name, format]) => [`${name}(): ${type}`, () => format])),
  });
  addFunctions(env, {
    [`${type}.validate(string): optional<list<string>>`]: (format: Format, text: string) => {
      const complaints = format.complaints(text);
      return complaints.length === 0 ? Optional.none() : Optional.of(complaints);
    },
  });
}
