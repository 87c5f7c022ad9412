/** Patches, above all those that were made to harm the server. */

import type { RawBody } from '../raw-client.js';
import { type Bad, badRequest, invalid, kept, parse, tooLarge } from './cases.js';

const patch = (what: string, type: string, body: RawBody, rest: Pick<Bad, 'code' | 'reason' | 'says'>): Bad => ({
  what: `${type} patch: ${what}`,
  line: `PATCH ${kept}`,
  body,
  type:
    type === 'JSON'
      ? 'application/json-patch+json'
      : `application/${type === 'merge' ? '' : 'strategic-'}merge-patch+json`,
  ...rest,
});
const add = (path: string, value: unknown = '1') => ({ op: 'add', path, value });
const missing = invalid(/doc is missing path/);
export const patches: Bad[] = [
  patch(
    '10,001 operations',
    'JSON',
    Array(10_001).fill(add('/data/x')),
    tooLarge(/^Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001$/),
  ),
  patch(
    'copies that double each time',
    'JSON',
    [add('/x', {}), ...Array.from({ length: 60 }, (_, i) => ({ op: 'copy', from: '/x', path: `/x/${i}` }))],
    tooLarge(/^the copy operations/),
  ),
  patch(
    'an unknown operation',
    'JSON',
    [{ op: 'explode', path: '/data' }],
    badRequest(/^operation 0 of the JSON patch must have an "op" of/),
  ),
  patch(
    'a failed test',
    'JSON',
    [{ op: 'test', path: '/data/value', value: 'other' }, add('/data/x')],
    invalid(/test failed$/),
  ),
  patch('a path to nowhere', 'JSON', [add('/nope/x')], missing),
  patch('an index far away', 'JSON', [add('/metadata/finalizers/4294967294')], missing),
  patch(
    'the length of a list',
    'JSON',
    [{ op: 'replace', path: '/metadata/finalizers/length', value: 4294967294 }],
    missing,
  ),
  patch('a function that all objects inherit', 'JSON', [add('/data/toString/call')], missing),
  patch(
    'the value of such a function',
    'JSON',
    [{ op: 'copy', from: '/data/hasOwnProperty', path: '/data/x' }],
    missing,
  ),
  patch('through __proto__', 'JSON', [add('/__proto__/polluted')], badRequest(/which no object has$/)),
  patch('through a constructor that is not there', 'JSON', [add('/constructor/prototype/polluted')], missing),
  patch('an object', 'JSON', {}, badRequest(/must be a list of operations$/)),
  patch('a broken body', 'merge', '{"data":', badRequest(parse)),
  patch('a number', 'merge', '5', badRequest(/cannot unmarshal number/)),
  patch('a field of the wrong type', 'merge', { data: { value: 5 } }, badRequest(/ConfigMap\.data of type string$/)),
  patch('another name', 'merge', { metadata: { name: 'other' } }, badRequest(/does not match the name on the URL/)),
  patch(
    '__proto__ in a map',
    'merge',
    '{"metadata":{"labels":{"__proto__":"x"}}}',
    badRequest(/"__proto__" in "metadata\.labels" is reserved/),
  ),
  patch(
    'an old version',
    'merge',
    { metadata: { resourceVersion: '1' }, data: { x: '1' } },
    { code: 409, reason: 'Conflict', says: /the object has been modified/ },
  ),
  patch(
    '__proto__ in a map',
    'strategic',
    '{"data":{"__proto__":"x"}}',
    badRequest(/"__proto__" in "data" is reserved/),
  ),
  patch('an unknown directive', 'strategic', { $patch: 'explode' }, badRequest(/unknown patch type found: "explode"/)),
  patch(
    'a directive of the wrong type',
    'strategic',
    { metadata: { '$deleteFromPrimitiveList/finalizers': {} } },
    badRequest(/must be a list$/),
  ),
  patch('a list', 'strategic', '[]', badRequest(/must be a JSON object$/)),
];
