/**
 * JSON patch (RFC 6902) with the limits and errors of the API server. The library carries the operations out; what they
 * name is checked here first, for it follows a pointer into whatever JavaScript's objects inherit, functions included.
 */
import { applyPatch as applyOperations } from 'rfc6902';
import { clone, deepEqual, isObject } from '../json.js';
import { badRequest, type StatusError, statusError } from '../status.js';
import { type Place, placeAt } from './pointer.js';

/** More would let a small request cost much: CVE-2019-11253. */
export const maxOperations = 10_000;
/** So much JSON may be copied in all, in characters: each copy of a copy doubles what there is. */
const maxCopied = 3 * 1024 * 1024;

const operations = ['add', 'remove', 'replace', 'move', 'copy', 'test'] as const;
type Operation = Parameters<typeof applyOperations>[1][number];

/** Paths through these would reach JavaScript's own objects, not the document. */
const reserved = /(^|\/)(__proto__|constructor|prototype)(\/|$)/;

/** The patched document; the original is not changed, also when an operation fails. */
export function applyJsonPatch(original: unknown, patch: unknown): unknown {
  const document = clone(original);
  let copied = 0;
  for (const operation of checked(patch)) {
    if (operation.op === 'test' && isAbsent(document, operation)) continue;
    refuseMissing(document, operation);
    if (operation.op === 'test') {
      if (deepEqual(placeAt(document, operation.path)?.value, operation.value)) continue;
      throw rejected(`testing value ${operation.path} failed: test failed`);
    }
    if (operation.op === 'copy') {
      copied += JSON.stringify(placeAt(document, operation.from)?.value).length;
      if (copied > maxCopied) throw tooMuchCopied();
    }
    const [failure] = applyOperations(document, [operation]);
    if (failure) throw rejected(`${operation.op} operation does not apply: ${failure.message}`);
  }
  return document;
}

/** Kubernetes' library takes null for "not there": so a patch may say that it wants to be the first. */
const isAbsent = (document: unknown, { path, value }: { path: string; value: unknown }): boolean =>
  value === null && placeAt(document, path)?.value === undefined;

function checked(patch: unknown): Operation[] {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch must be a list of operations');
  if (patch.length > maxOperations) {
    throw statusError(
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`,
    );
  }
  for (const [index, operation] of patch.entries()) checkOperation(operation, index);
  return patch as Operation[];
}

function checkOperation(operation: unknown, index: number): void {
  const where = `operation ${index} of the JSON patch`;
  if (!isObject(operation) || !operations.some(op => op === operation.op)) {
    throw badRequest(`${where} must have an "op" of ${operations.join(', ')}`);
  }
  const pointers =
    operation.op === 'move' || operation.op === 'copy' ? [operation.path, operation.from] : [operation.path];
  for (const pointer of pointers) {
    if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/'))) {
      throw badRequest(`${where} must name its place by a JSON pointer such as "/metadata/labels/app"`);
    }
    if (reserved.test(pointer)) throw badRequest(`${where} names "${pointer}", which no object has`);
  }
}

/** Throws when the operation reads, or writes beside, what the document itself does not have. */
function refuseMissing(document: unknown, operation: Operation): void {
  const missing = (pointer: string): StatusError =>
    rejected(
      `${operation.op} operation does not apply: doc is missing path: ${JSON.stringify(pointer)}: missing value`,
    );
  const read = 'from' in operation ? operation.from : operation.path;
  const adds = operation.op === 'add' || 'from' in operation;
  if (operation.op !== 'add' && placeAt(document, read)?.value === undefined) throw missing(read);
  if (adds && !takes(placeAt(document, operation.path))) throw missing(operation.path);
}

/** Whether something can be put there: a field of an object, or an index of a list that leaves no hole. */
const takes = (place: Place | undefined): boolean => place?.parent !== undefined;

const rejected = (why: string): StatusError =>
  statusError('Invalid', `the server rejected our request due to an error in our request: ${why}`);

const tooMuchCopied = (): StatusError =>
  statusError(
    'RequestEntityTooLarge',
    `the copy operations of the JSON patch add more than the ${maxCopied} bytes that they may`,
  );
