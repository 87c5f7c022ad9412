/**
 * From a request to an object of a kind. What the kind does not have is refused, told about or dropped in silence, as
 * the request's fieldValidation asks.
 */
import { canonicalText } from '../../api/json.js';
import type { KindRow } from '../../api/kinds/row.js';
import type { BodyType } from '../../api/kinds/subresources.js';
import { decodeValue, type FieldValidation } from '../../api/schema/index.js';
import { badRequest, invalid } from '../../api/status.js';
import type { AnyObject, OwnerReference } from '../../api/types.js';
import { notSupported } from '../../api/validation/errors.js';
import { type Body, readBody } from '../http/body.js';
import type { Call } from './call.js';

/** Of what a wrong option is said to be one. */
export type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions';

/** The body as an object of the call's kind, with its defaults. Throws what reading and decoding throw. */
export async function readObject(call: Call, options: OptionsKind): Promise<AnyObject> {
  const object = await readAs(call, call.row, options);
  ownersOnce(call, object);
  call.row.defaults?.(object);
  return object;
}

/** The body as an object of any type. */
export async function readAs(call: Call, type: BodyType, options: OptionsKind = 'CreateOptions'): Promise<AnyObject> {
  const body = await readBody(call.request);
  if (!body) throw badRequest('the request has no body');
  return decodeBody(call, type, body, options);
}

/** Takes the body's value over. What is odd about it is told to the client, or refused. */
export function decodeBody(call: Call, type: BodyType, { value, problems }: Body, options: OptionsKind): AnyObject {
  const fieldValidation = fieldValidationOf(call.query, options);
  const { object, warnings } = decodeValue(type, value, { fieldValidation }, problems);
  call.warnings.push(...warnings);
  return object;
}

/** What a patch made of an object, checked like a body. */
export function decodePatched(call: Call, row: KindRow, body: Body): AnyObject {
  const object = decodeBody(call, row, body, 'PatchOptions');
  ownersOnce(call, object);
  row.defaults?.(object);
  return object;
}

/** An owner that is named twice is one owner. In place; the client is told, as Kubernetes tells it. */
function ownersOnce(call: Call, { metadata }: AnyObject): void {
  const references = metadata.ownerReferences ?? [];
  if (references.length < 2) return;
  const once = new Map<string, OwnerReference>();
  const twice = new Set<string>();
  for (const reference of references) {
    const text = canonicalText(reference);
    if (once.has(text)) twice.add(reference.uid);
    else once.set(text, reference);
  }
  if (twice.size === 0) return;
  metadata.ownerReferences = [...once.values()];
  call.warnings.push(
    '.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject ' +
      `such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${[...twice].join(', ')}`,
  );
}

/** Throws Invalid for anything else; Warn unless said, as Kubernetes. */
export function fieldValidationOf(query: URLSearchParams, options: OptionsKind): FieldValidation {
  const asked = query.get('fieldValidation') ?? '';
  if (asked === '') return 'Warn';
  if (asked === 'Ignore' || asked === 'Warn' || asked === 'Strict') return asked;
  const supported = ['Ignore', 'Strict', 'Warn'];
  throw invalid(options, 'meta.k8s.io', '', [notSupported('fieldValidation', asked, supported)]);
}

/** Only "All" is a dry run; anything else but nothing is refused. */
export function dryRunOf(query: URLSearchParams, options: OptionsKind): boolean {
  const asked = query.getAll('dryRun').filter(value => value !== '');
  for (const value of asked) {
    if (value !== 'All') {
      throw invalid(options, 'meta.k8s.io', '', [notSupported('dryRun', value, ['All'])]);
    }
  }
  return asked.length > 0;
}
