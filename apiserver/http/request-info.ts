/**
 * Method, path and query say what is asked: the RequestInfo that authorization decides upon and the verbs act upon. Both
 * see the same parse, so a path that two readers could understand differently (encoded slashes, dots) is refused.
 */
import { badRequest } from '../../api/status.js';
import type { RequestInfo } from '../contracts.js';

export interface Target {
  info: RequestInfo;
  query: URLSearchParams;
}

const verbs: Record<string, string> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** /api/v1/namespaces/NAME/status is about the namespace; anything else after a namespace is a resource within it. */
const namespaceSubresources = new Set(['status', 'finalize']);
/** The verbs that are about a selection of objects. */
const selecting = new Set(['list', 'watch', 'deletecollection']);
const noQuery = new URLSearchParams();

/** Throws BadRequest for a target that cannot be read one way only. */
export function parseTarget(method: string, target: string): Target {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? noQuery : new URLSearchParams(target.slice(mark + 1));
  if (method === 'GET' && path.includes('/watch/')) {
    const older = olderWatch(path, query);
    if (older) return older;
  }
  return { info: requestInfo(method, path, query), query };
}

const watchPath = /^(\/api\/[^/]+|\/apis\/[^/]+\/[^/]+)\/watch(\/.+?)\/?$/;

/**
 * The older way to ask for a watch: /api/v1/watch/pods is /api/v1/pods?watch=1, and what ends in a name
 * (/api/v1/watch/nodes/n1) is a watch of that object alone.
 */
function olderWatch(path: string, given: URLSearchParams): Target | undefined {
  const [, start, rest] = watchPath.exec(path) ?? [];
  if (start === undefined || rest === undefined) return undefined;
  const query = new URLSearchParams(given);
  query.set('watch', '1');
  const { name } = requestInfo('GET', start + rest, noQuery);
  if (name === '') return { info: requestInfo('GET', start + rest, query), query };
  const selector = given.get('fieldSelector');
  query.set('fieldSelector', `metadata.name=${name.replace(/[\\,=]/g, '\\$&')}${selector ? `,${selector}` : ''}`);
  return { info: requestInfo('GET', start + rest.slice(0, rest.lastIndexOf('/')), query), query };
}

/** So many targets are remembered, up to such a length. */
const mostTargets = 2000;
const longestTarget = 512;

/**
 * `parseTarget` with a memory: clients ask the same again and again. What it answers is shared, and never changed; that
 * it is the same object is what authorizers go by (see rbac/verdicts.ts).
 */
export class Targets {
  readonly #known = new Map<string, Target>();

  /** Throws as `parseTarget`. */
  of(method: string, target: string): Target {
    const key = `${method} ${target}`;
    const known = this.#known.get(key);
    if (known) return known;
    const parsed = parseTarget(method, target);
    if (target.length <= longestTarget) {
      if (this.#known.size >= mostTargets) this.#known.clear();
      this.#known.set(key, parsed);
    }
    return parsed;
  }
}

/** What follows is another server's business, and may hold whatever segments that one likes. */
const proxied = /^(\/api\/[^/]+\/(?:namespaces\/[^/]+\/(?:pods|services)|nodes)\/[^/]+\/proxy)((?:\/.*)?)$/s;

function requestInfo(method: string, whole: string, query: URLSearchParams): RequestInfo {
  const [, before, rest] = proxied.exec(whole) ?? [];
  if (before === undefined) return ownRequest(method, whole, query);
  return { ...ownRequest(method, before, noQuery), path: whole, rest: rest as string };
}

function ownRequest(method: string, path: string, query: URLSearchParams): RequestInfo {
  const segments = segmentsOf(path);
  const [root] = segments;
  const depth = root === 'api' ? 2 : root === 'apis' ? 3 : Number.POSITIVE_INFINITY;
  if (segments.length <= depth) return nonResource(method, path);
  const group = root === 'api' ? '' : (segments[1] as string);
  const place = placeOf(segments.slice(depth));
  const verb = verbOf(method, place.name, query);
  const about = { isResource: true, path, group, version: segments[depth - 1] as string, ...place, verb };
  if (!selecting.has(verb)) return about;
  const fieldSelector = query.get('fieldSelector');
  return { ...about, name: nameSelected(query), ...(fieldSelector ? { fieldSelector } : {}) };
}

const nonResource = (method: string, path: string): RequestInfo => ({
  isResource: false,
  path,
  verb: method.toLowerCase(),
  group: '',
  version: '',
  namespace: '',
  resource: '',
  subresource: '',
  name: '',
});

/** The path's segments, decoded. A trailing slash says nothing. */
function segmentsOf(path: string): string[] {
  const segments = path.split('/');
  if (segments.shift() !== '') throw badRequest(`the path ${JSON.stringify(path)} does not start with a slash`);
  if (segments.at(-1) === '') segments.pop();
  return segments.map(segment => decodeSegment(segment, path));
}

function decodeSegment(segment: string, path: string): string {
  let decoded = segment;
  if (segment.includes('%')) {
    try {
      decoded = decodeURIComponent(segment);
    } catch {
      throw badRequest(`the path ${JSON.stringify(path)} has an invalid percent-encoding`);
    }
  }
  if (decoded === '' || decoded === '.' || decoded === '..' || unsafe.test(decoded)) {
    throw badRequest(`the path ${JSON.stringify(path)} has a segment that is not allowed: ${JSON.stringify(decoded)}`);
  }
  return decoded;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const unsafe = /[/\\%\u0000-\u001f\u007f]/;

function placeOf(parts: string[]): Pick<RequestInfo, 'namespace' | 'resource' | 'name' | 'subresource'> {
  let namespace = '';
  let rest = parts;
  if (parts[0] === 'namespaces' && parts.length > 1) {
    namespace = parts[1] as string;
    if (parts.length > 2 && !namespaceSubresources.has(parts[2] as string)) rest = parts.slice(2);
  }
  return { namespace, resource: rest[0] as string, name: rest[1] ?? '', subresource: rest.slice(2).join('/') };
}

function verbOf(method: string, name: string, query: URLSearchParams): string {
  const verb = verbs[method] ?? '';
  if (name !== '') return verb;
  if (verb === 'get') return isTrue(query.get('watch')) ? 'watch' : 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

/**
 * A list or watch of one name by field selector: rights on that one object are enough for it. A selector with escapes
 * gets no such grace, for a comma within a value must not be taken for the start of a requirement.
 */
function nameSelected(query: URLSearchParams): string {
  const selector = query.get('fieldSelector');
  if (!selector || selector.includes('\\')) return '';
  const found = /(?:^|,)metadata\.name==?([^,=!]+)(?:,|$)/.exec(selector);
  return found ? (found[1] as string) : '';
}

/** A boolean of a query, as Kubernetes reads it: only its absence, "false" and "0" mean no. */
export const isTrue = (value: string | null): boolean =>
  value !== null && value !== '0' && value.toLowerCase() !== 'false';
