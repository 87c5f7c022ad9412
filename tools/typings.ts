/** Reading a generated model's .d.ts: which fields are required, and what each is for. */

export interface Typings {
  /** Of the model as a whole. */
  description: string;
  /** Field name -> description, for fields that have one. */
  fields: Record<string, string>;
  required: string[];
}

/** `/** * text *​/` without its decoration, and with the quotes that the generator escaped. */
const plain = (comment: string): string =>
  comment
    .replace(/^\s*\/\*\*|\*\/\s*$/g, '')
    .replace(/^\s*\* ?/gm, '')
    .replace(/\\(["'])/g, '$1')
    .replace(/\*\\\//g, '*/')
    .trim();

const comment = String.raw`(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)`;

/** Field names as they travel: a keyword's leading underscore is the generator's. */
const wireName = (name: string): string => name.replace(/^_/, '');

export function readTypings(source: string): Typings {
  const about = new RegExp(`${comment}\\s*export declare class`).exec(source);
  const typings: Typings = { description: plain(about?.[1] ?? ''), fields: {}, required: [] };
  const body = source.slice(source.indexOf('export declare class'));
  const field = new RegExp(`(?:${comment}\\s*)?^    '(\\w+)'(\\??):`, 'gm');
  for (const [, text, name = '', optional] of body.matchAll(field)) {
    if (text) typings.fields[wireName(name)] = plain(text);
    if (optional === '') typings.required.push(wireName(name));
  }
  return typings;
}
