import assert from 'node:assert/strict';
import { StatusError } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import type { Lookup, RequestInfo } from '../contracts.js';
import { kubeletOf, logTarget, streamTarget } from './target.js';

const container = (name: string) => ({ name });

function pod(
  name: string,
  containers: string[],
  initContainers: string[] = [],
  nodeName: string | undefined = 'lab',
): AnyObject {
  const spec = { containers: containers.map(container), initContainers: initContainers.map(container), nodeName };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'ns' }, spec };
}

const address = (type: string, value: string) => ({ type, address: value });

function node(name: string, addresses: object[], Port?: number): AnyObject {
  const daemonEndpoints = Port === undefined ? {} : { kubeletEndpoint: { Port } };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { addresses, daemonEndpoints } };
}

const objects = [
  pod('one', ['main']),
  pod('two', ['a', 'b'], ['prep']),
  pod('plain', ['a', 'b']),
  { ...pod('unbound', ['main']), spec: { containers: [container('main')] } },
  pod('lost', ['main'], [], 'nowhere'),
  node('lab', [address('Hostname', 'lab.example'), address('InternalIP', '192.0.2.1')], 10251),
  node('named', [address('Hostname', 'named.example')]),
  node('silent', []),
];

const lookup: Lookup = {
  get: ({ resource }, _namespace, name) =>
    objects.find(o => o.metadata.name === name && (o.kind === 'Node') === (resource === 'nodes')),
  list: () => [],
  onChange: () => undefined,
};

const info = (name: string, subresource: string): RequestInfo => ({
  ...{ isResource: true, path: '', verb: 'get', group: '', version: 'v1' },
  ...{ namespace: 'ns', resource: 'pods', subresource, name },
});

const refusal = (code: number, message: string | RegExp) => (error: unknown) => {
  assert(error instanceof StatusError);
  assert.equal(error.code, code);
  if (typeof message === 'string') assert.equal(error.message, message);
  else assert.match(error.message, message);
  return true;
};

type Expected = string | undefined | [number, string | RegExp];

function check(path: () => string | undefined, expected: Expected): void {
  if (Array.isArray(expected)) assert.throws(path, refusal(...expected));
  else assert.equal(path(), expected);
}

describe('apiserver/streaming: where a log is read', () => {
  const must = 'a container name must be specified for pod';
  const cases: [string, string, Expected][] = [
    ['one', '', '/containerLogs/ns/one/main'],
    ['one', 'container=main&follow=true&tailLines=5', '/containerLogs/ns/one/main?follow=true&tailLines=5'],
    ['two', 'container=prep&previous', '/containerLogs/ns/two/prep?previous=true'],
    ['two', '', [400, `${must} two, choose one of: [a b] or one of the init containers: [prep]`]],
    ['plain', '', [400, `${must} plain, choose one of: [a b]`]],
    ['one', 'container=x', [400, 'container x is not valid for pod one']],
    ['none', '', [404, 'pods "none" not found']],
    ['unbound', '', undefined],
    ['lost', '', [404, 'nodes "nowhere" not found']],
    [
      'one',
      'tailLines=-1',
      [422, 'PodLogOptions "one" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'one',
      'limitBytes=0',
      [422, 'PodLogOptions "one" is invalid: limitBytes: Invalid value: 0: must be greater than 0'],
    ],
    ['one', 'tailLines=ten', [400, 'tailLines: "ten" is not an integer']],
    ['one', 'sinceTime=noon', [400, 'sinceTime: "noon" is not a time in RFC 3339']],
    ['one', 'sinceSeconds=5&sinceTime=2026-01-01T00:00:00Z', [422, /at most one of `sinceTime` or `sinceSeconds`/]],
    ['one', 'stream=Stdout', '/containerLogs/ns/one/main?stream=Stdout'],
    ['one', 'stream=x', [422, /stream: Unsupported value: "x"/]],
  ];
  for (const [name, query, expected] of cases) {
    it(`${name}?${query}`, () =>
      check(() => logTarget(lookup, info(name, 'log'), new URLSearchParams(query))?.path, expected));
  }
});

describe('apiserver/streaming: where a command runs', () => {
  const cases: [string, string, string, Expected][] = [
    [
      'exec',
      'one',
      'command=a&command=b%20c&stdin=true&stdout=true&stderr=false',
      '/exec/ns/one/main?command=a&command=b+c&input=1&output=1',
    ],
    ['exec', 'one', 'command=a', '/exec/ns/one/main?command=a&output=1&error=1'],
    ['exec', 'one', 'command=a&stdin=true&stderr=true&tty=true', '/exec/ns/one/main?command=a&input=1&output=1&tty=1'],
    ['exec', 'one', '', [400, 'you must specify at least one command for the container']],
    [
      'exec',
      'one',
      'command=a&stdout=false&stderr=false',
      [400, 'you must specify at least one of stdin, stdout, stderr'],
    ],
    ['exec', 'plain', 'command=a', [400, /^a container name must be specified for pod plain/]],
    ['exec', 'unbound', 'command=a', [400, 'pod unbound does not have a host assigned']],
    ['attach', 'two', 'container=a', '/attach/ns/two/a?output=1&error=1'],
    ['portforward', 'two', '', '/portForward/ns/two'],
    ['portforward', 'two', 'ports=80,81&ports=82', '/portForward/ns/two?port=80&port=81&port=82'],
  ];
  for (const [subresource, name, query, expected] of cases) {
    it(`${subresource} ${name}?${query}`, () => {
      check(() => streamTarget(lookup, info(name, subresource), new URLSearchParams(query)).target.path, expected);
    });
  }
});

describe('apiserver/streaming: the kubelet of a node', () => {
  it('by its internal address and the port it told', () => {
    assert.deepEqual(kubeletOf(lookup, 'lab'), { nodeName: 'lab', host: '192.0.2.1', port: 10251 });
  });
  it('by what else it has, at the usual port', () => {
    assert.deepEqual(kubeletOf(lookup, 'named'), { nodeName: 'named', host: 'named.example', port: 10250 });
  });
  it('not when it has told nothing', () => {
    assert.throws(() => kubeletOf(lookup, 'silent'), refusal(500, 'node "silent" has no address in its status'));
  });
});
