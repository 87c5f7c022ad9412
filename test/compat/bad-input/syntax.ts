/** Bodies that are no object of any kind: cut, too long, too deep, of another kind, in a format that is none. */
import { type Bad, badRequest, configMaps, kept, named, nested, parse, pods, post, times, tooLarge } from './cases.js';

export const syntax: Bad[] = [
  post('a body that is cut', configMaps, '{"metadata":{"name":"bad"', badRequest(parse)),
  post('no JSON at all', configMaps, 'hello', badRequest(parse)),
  post('two values', configMaps, '{"metadata":{"name":"bad"}} {}', badRequest(parse)),
  post('a control character', configMaps, '{"metadata":{"name":"a\u0000"}}', badRequest(parse)),
  post('nothing', configMaps, '', badRequest(/^the request has no body$/)),
  post('a list', configMaps, '[]', badRequest(/^json: cannot unmarshal array into Go value of type v1\.ConfigMap$/)),
  post('null', configMaps, 'null', badRequest(/cannot unmarshal null/)),
  post(
    'a kind that is a number',
    configMaps,
    { kind: 5 },
    badRequest(/cannot unmarshal number into .* \.kind of type string/),
  ),
  post('another kind', configMaps, { kind: 'Secret', ...named('bad') }, badRequest(/cannot be handled as a ConfigMap/)),
  post(
    'another version',
    configMaps,
    { apiVersion: 'v2', ...named('bad') },
    badRequest(/^the API version in the data \(v2\)/),
  ),
  post('10,000 lists in each other', configMaps, nested('[', ']', 10_000), badRequest(/exceeded max depth/)),
  post(
    '10,000 objects in each other',
    configMaps,
    `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
    badRequest(/max depth/),
  ),
  post('an unclosed million', configMaps, '['.repeat(1_000_000), badRequest(parse)),
  post(
    'more than 3 MB',
    configMaps,
    ' '.repeat(3 * 1024 * 1024 + 1),
    tooLarge(/^Request entity too large: limit is 3145728$/),
  ),
  post(
    'a million empty finalizers',
    configMaps,
    `{"metadata":{"finalizers":[${times(900_000, '""')}]}}`,
    tooLarge(/fields and items$/),
  ),
  post(
    'a hundred thousand containers',
    pods,
    `{"spec":{"containers":[${times(150_000, '{}')}]}}`,
    tooLarge(/fields and items$/),
  ),
];

const unknown = {
  code: 415,
  reason: 'UnsupportedMediaType',
  says: /^the body of the request was in an unknown format - accepted media types include: application\/json/,
};
export const mediaTypes: Bad[] = [
  ...['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'application/cbor', ';;;'].map(type =>
    post(`a body of type ${type}`, configMaps, named('bad'), { ...unknown, type }),
  ),
  ...['application/json', 'text/plain'].map(
    (type): Bad => ({ what: `a patch of type ${type}`, line: `PATCH ${kept}`, body: {}, type, ...unknown }),
  ),
  post('JSON that calls itself protobuf', configMaps, named('bad'), {
    ...badRequest(/^the body is not Kubernetes protobuf/),
    type: 'application/vnd.kubernetes.protobuf',
  }),
  post('protobuf that is cut', configMaps, Buffer.from('k8s\0\x0a\xff\xff\x03'), {
    ...badRequest(/^the protobuf message is damaged/),
    type: 'application/vnd.kubernetes.protobuf',
  }),
  {
    what: 'server-side apply in CBOR',
    line: `PATCH ${kept}`,
    body: '{}',
    type: 'application/apply-patch+cbor',
    code: 415,
    reason: 'UnsupportedMediaType',
    says: /^the body of the request was in an unknown format/,
  },
];

const lol = (level: string, below: string): string => `${level}: &${level} [${times(9, below)}]`;
const bomb = ['a: &a [lol]', ...[...'bcdefghij'].map((level, i) => lol(level, `*${'abcdefghi'[i]}`))].join('\n');
const yaml = (what: string, body: string, says: RegExp): Bad =>
  post(`YAML: ${what}`, configMaps, body, { ...badRequest(says), type: 'application/yaml' });
export const yamls: Bad[] = [
  yaml('an open bracket', 'metadata:\n  name: [', /^error converting YAML to JSON: yaml: line 2, column \d+: /),
  yaml('a tab', 'metadata:\n\tname: x', /line 2, column 1: tab characters/),
  yaml('a billion laughs', bomb, /excessive aliasing/),
  yaml('itself inside itself', 'metadata: &m {name: bad, labels: *m}', /nested over 500 levels deep/),
  yaml('10,000 brackets', '['.repeat(10_000), /maxDepth \(500\)/),
  yaml('a field twice', 'metadata: {name: bad}\ndata: {a: "1", a: "2"}', /line 2, column 16: duplicated mapping key/),
  yaml('a tag that would run code', 'metadata: !!js/function "x"', /unknown scalar tag/),
  yaml('two documents', 'metadata: {name: bad}\n---\nmetadata: {name: bad2}', /expected a single document/),
  yaml('nothing', '# nothing', /cannot unmarshal null/),
];
