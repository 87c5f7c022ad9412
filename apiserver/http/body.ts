/** Bodies: bytes of a stated media type become a JSON value, or a clear refusal. */
import { builtinKinds } from '../../api/kinds/index.js';
import { patchTypes } from '../../api/patch/index.js';
import { maxBodyBytes, parseJson } from '../../api/schema/index.js';
import { badRequest, statusError } from '../../api/status.js';
import { parseYaml, YamlError } from '../../api/yaml.js';
import type { ApiRequest } from '../contracts.js';
import { decodeProtobuf } from './protobuf/decode.js';
import { protobufLibrary, protobufType } from './protobuf/library.js';

export interface Body {
  value: unknown;
  /** What is odd about it ('duplicate field "spec.replicas"'). */
  problems: readonly string[];
}

/** Throws UnsupportedMediaType, RequestEntityTooLarge or BadRequest. An empty body is undefined. */
export async function readBody(request: ApiRequest): Promise<Body | undefined> {
  const read = readerOf(contentType(request));
  const bytes = await request.body(maxBodyBytes);
  return bytes.length === 0 ? undefined : read(bytes);
}

/** A patch is JSON, whatever its media type is called. Throws as `readBody`. */
export async function readPatch(request: ApiRequest): Promise<Body> {
  const bytes = await request.body(maxBodyBytes);
  if (bytes.length === 0) throw badRequest('the request has no body');
  return parseJson(bytes);
}

/** An applied configuration is YAML, of which JSON is a part. Throws as `readBody`. */
export async function readYaml(request: ApiRequest): Promise<Body> {
  const bytes = await request.body(maxBodyBytes);
  if (bytes.length === 0) throw badRequest('the request has no body');
  return fromJsonLike(bytes) ?? fromYaml(bytes, 'error decoding YAML: ');
}

/** The parser of JSON is faster by far, and tells fields that stand twice. Undefined for what is no JSON. */
function fromJsonLike(bytes: Buffer): Body | undefined {
  if (bytes[0] !== 0x7b) return undefined;
  try {
    return parseJson(bytes);
  } catch {
    return undefined;
  }
}

/** The Content-Type without its parameters, in lower case; '' when none is said. */
export function contentType(request: ApiRequest): string {
  const header = request.headers['content-type'];
  // As nearly every client writes it.
  if (header === 'application/json') return header;
  const said = typeof header === 'string' ? header.trim().toLowerCase() : '';
  return said.split(';', 1)[0]?.trim() || said;
}

/** Whether a PATCH is an applied configuration. */
export const isApply = (request: ApiRequest): boolean => contentType(request) === patchTypes.apply;

function readerOf(type: string): (bytes: Buffer) => Body | Promise<Body> {
  switch (type) {
    case '':
    case 'application/json':
      return parseJson;
    case 'application/yaml':
    case 'application/x-yaml':
      return bytes => fromYaml(bytes);
    case protobufType:
      return fromProtobuf;
    default:
      throw unsupportedMediaType(['application/json', 'application/yaml', protobufType]);
  }
}

async function fromProtobuf(bytes: Buffer): Promise<Body> {
  const { read } = await protobufLibrary();
  return decodeProtobuf(bytes, builtinKinds, read);
}

export const unsupportedMediaType = (accepted: readonly string[]) =>
  statusError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

function fromYaml(bytes: Buffer, prefix = ''): Body {
  try {
    return { value: parseYaml(bytes.toString()), problems: [] };
  } catch (error) {
    if (error instanceof YamlError) throw badRequest(`${prefix}error converting YAML to JSON: ${error.message}`);
    throw error;
  }
}
