/** Queries and paths. */
import { type Bad, badRequest, configMaps, get, invalid, kept, named, parse, post } from './cases.js';

export const queries: Bad[] = [
  ...['a===b', 'a in', 'a b', '!', ',,', '-a=b', 'a=-b', 'a>b'].map(selector =>
    get(
      `the label selector ${selector}`,
      `${configMaps}?labelSelector=${encodeURIComponent(selector)}`,
      badRequest(/^unable to parse requirement: /),
    ),
  ),
  get(
    'a field selector that is none',
    `${configMaps}?fieldSelector=x`,
    badRequest(/^invalid selector: 'x'; can't understand 'x'$/),
  ),
  get('a lone backslash', `${configMaps}?fieldSelector=%5C`, badRequest(/can't understand/)),
  get(
    'a field that cannot be selected by',
    `${configMaps}?fieldSelector=constructor%3Dx`,
    badRequest(/^"constructor" is not a known field selector/),
  ),
  ...['limit=abc', 'limit=1.5', 'limit=99999999999999999999', 'timeoutSeconds=x', 'watch=1&limit=x'].map(query =>
    get(query, `${configMaps}?${query}`, badRequest(/must be an integer$/)),
  ),
  ...['resourceVersion=abc', 'resourceVersion=-1', 'watch=1&resourceVersion=abc'].map(query =>
    get(query, `${configMaps}?${query}`, invalid(/must be a non-negative integer$/, 'resourceVersion')),
  ),
  get('a made-up continue', `${configMaps}?continue=garbage`, badRequest(/^continue key is not valid/)),
  get(
    'a continue and a version',
    `${configMaps}?continue=x&resourceVersion=5`,
    badRequest(/not allowed when using continue$/),
  ),
  get(
    'initial events without bookmarks',
    `${configMaps}?watch=1&sendInitialEvents=true`,
    invalid(/./, 'sendInitialEvents', 'resourceVersionMatch'),
  ),
  {
    what: 'a deletion of what cannot be selected',
    line: `DELETE ${configMaps}?labelSelector=%3D%3D`,
    ...badRequest(/unable to parse/),
  },
  { what: 'a grace that is none', line: `DELETE ${kept}?gracePeriodSeconds=x`, ...badRequest(/must be an integer$/) },
  {
    what: 'an unknown propagation',
    line: `DELETE ${kept}`,
    body: { propagationPolicy: 'x' },
    ...invalid(/./, 'propagationPolicy'),
  },
  { what: 'DeleteOptions that are cut', line: `DELETE ${kept}`, body: '{', ...badRequest(parse) },
];

const notFound = (says: RegExp) => ({ code: 404, reason: 'NotFound', says });
const noSuchThing = notFound(/^the server could not find the requested resource$/);
export const paths: Bad[] = [
  ...['..%2f..%2fsecrets', '%2e%2e', 'a%00b', 'a%252fb', 'a%5cb'].map(name =>
    get(name, `${configMaps}/${name}`, badRequest(/has a segment that is not allowed/)),
  ),
  get('..', '/api/v1/namespaces/default/../secrets', badRequest(/not allowed: "\.\."$/)),
  get('an empty namespace', '/api/v1/namespaces//configmaps', badRequest(/not allowed: ""$/)),
  ...['%zz', '%ff'].map(name => get(name, `${configMaps}/${name}`, badRequest(/invalid percent-encoding$/))),
  get('an object called __proto__', `${configMaps}/__proto__`, notFound(/^configmaps "__proto__" not found$/)),
  ...['/api/v1/__proto__', '/apis/constructor/v1/x', `${kept}/constructor`, '/api/v2/pods', `${kept}/status`].map(
    path => get(path, path, noSuchThing),
  ),
  post('a POST to an object', kept, named('bad'), {
    code: 405,
    reason: 'MethodNotAllowed',
    says: /does not allow this method/,
  }),
  post(
    'a namespace that is not there',
    '/api/v1/namespaces/nope/configmaps',
    named('bad'),
    notFound(/^namespaces "nope" not found$/),
  ),
];
