/**
 * JSON patch (RFC 6902) with the limits and errors of the API server. Carried out here, and by no library: those follow
 * pointers into what JavaScript's objects inherit, or keep away from fields that happen to be called `constructor`.
 */
import { clone, deepEqual, isObject, type JsonObject, put } from '../json.js';
import { badRequest, type StatusError, statusError } from '../status.js';
import { type Place, placeAt } from './pointer.js';

/** More would let a small request cost much: CVE-2019-11253. */
export const maxOperations = 10_000;
/** So much JSON may be copied in all, in characters: each copy of a copy doubles what there is. */
const maxCopied = 3 * 1024 * 1024;

const operations = ['add', 'remove', 'replace', 'move', 'copy', 'test'] as const;

interface Operation {
  op: (typeof operations)[number];
  path: string;
  /** Of move and copy. */
  from?: string;
  value?: unknown;
}

/** No object of this server has it (see schema/conform.ts). */
const reserved = /(^|\/)__proto__(\/|$)/;

/** The patched document; the original is not changed, also when an operation fails. */
export function applyJsonPatch(original: unknown, patch: unknown): unknown {
  // Held in a list, so that the document as a whole has a place too.
  const holder = [clone(original)];
  let copied = 0;
  for (const operation of checked(patch)) {
    if (operation.op === 'test' && isAbsent(holder[0], operation)) continue;
    refuseMissing(holder[0], operation);
    if (operation.op === 'copy') {
      copied += JSON.stringify(placeAt(holder[0], operation.from ?? '')?.value).length;
      if (copied > maxCopied) throw tooMuchCopied();
    }
    carryOut(holder, operation);
  }
  return holder[0];
}

/** `holder` is a list with the document in it. What the operation names is there. */
function carryOut(holder: unknown[], operation: Operation): void {
  const { op, path, from = '', value } = operation;
  if (op === 'test') check(holder, operation);
  else if (op === 'add') add(placeIn(holder, path), clone(value));
  else if (op === 'replace') replace(placeIn(holder, path), clone(value));
  else if (op === 'copy') add(placeIn(holder, path), clone(placeIn(holder, from).value));
  else if (op === 'move') move(holder, operation);
  else if (path !== '') remove(placeIn(holder, path));
  else throw rejected('remove operation does not apply: the whole document cannot be removed');
}

function check(holder: unknown[], { path, value }: Operation): void {
  if (!deepEqual(placeIn(holder, path).value, value)) throw rejected(`testing value ${path} failed: test failed`);
}

function move(holder: unknown[], { path, from = '' }: Operation): void {
  if (path === from) return;
  if (path.startsWith(`${from}/`)) throw rejected(`move operation does not apply: ${from} cannot move into itself`);
  const source = placeIn(holder, from);
  remove(source);
  // A list that has become shorter may no longer have the place.
  const target = placeAt(holder, `/0${path}`);
  if (!target) throw missing('move', path);
  add(target, source.value);
}

const placeIn = (holder: unknown[], pointer: string): Place => {
  const place = placeAt(holder, `/0${pointer}`);
  if (place) return place;
  throw new TypeError(`the place ${pointer} was there when it was looked for`);
};

function add({ parent, key }: Place, value: unknown): void {
  if (!Array.isArray(parent)) put(parent as JsonObject, key, value);
  else if (key === '-') parent.push(value);
  else parent.splice(Number(key), 0, value);
}

function replace({ parent, key }: Place, value: unknown): void {
  if (Array.isArray(parent)) parent[Number(key)] = value;
  else put(parent as JsonObject, key, value);
}

function remove({ parent, key }: Place): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete (parent as JsonObject)[key];
}

/** Kubernetes' library takes null for "not there": so a patch may say that it wants to be the first. */
const isAbsent = (document: unknown, { path, value }: Operation): boolean =>
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
  const { op, path, from } = operation;
  const moves = op === 'move' || op === 'copy';
  const read = moves ? (from as string) : path;
  if (op !== 'add' && placeAt(document, read)?.value === undefined) throw missing(op, read);
  if ((op === 'add' || moves) && !takes(placeAt(document, path))) throw missing(op, path);
}

const missing = (op: string, pointer: string): StatusError =>
  rejected(`${op} operation does not apply: doc is missing path: ${JSON.stringify(pointer)}: missing value`);

/** Whether something can be put there: a field of an object, or an index of a list that leaves no hole. */
const takes = (place: Place | undefined): boolean => place?.parent !== undefined;

const rejected = (why: string): StatusError =>
  statusError('Invalid', `the server rejected our request due to an error in our request: ${why}`);

const tooMuchCopied = (): StatusError =>
  statusError(
    'RequestEntityTooLarge',
    `the copy operations of the JSON patch add more than the ${maxCopied} bytes that they may`,
  );
