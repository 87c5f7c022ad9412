import assert from 'node:assert/strict';
import { attributesOf } from './access.js';
import { Refusal } from './refusal.js';
import { type Route, routeOf } from './route.js';

describe('kubelet/server: routes', () => {
  const cases: [string, string, Route | number][] = [
    ['GET', '/healthz', { kind: 'healthz' }],
    ['GET', '/pods', { kind: 'pods' }],
    ['GET', '/pods/', { kind: 'pods' }],
    ['GET', '/containerLogs/ns/web/c', { kind: 'containerLogs', namespace: 'ns', pod: 'web', container: 'c' }],
    ['GET', '/exec/ns/web/c', { kind: 'exec', namespace: 'ns', pod: 'web', container: 'c' }],
    ['POST', '/exec/ns/web/c', { kind: 'exec', namespace: 'ns', pod: 'web', container: 'c' }],
    ['POST', '/attach/ns/a%2eb/c', { kind: 'attach', namespace: 'ns', pod: 'a.b', container: 'c' }],
    ['POST', '/portForward/ns/web', { kind: 'portForward', namespace: 'ns', pod: 'web' }],
    ['POST', '/portForward/ns/web/c', 404],
    ['GET', '/containerLogs/ns/web', 404],
    ['GET', '/containerLogs/ns/web/c/d', 404],
    ['POST', '/containerLogs/ns/web/c', 405],
    ['DELETE', '/pods', 405],
    ['GET', '/stats/summary', { kind: 'summary' }],
    ['GET', '/metrics', { kind: 'metrics' }],
    ['GET', '/metrics/resource', { kind: 'resourceMetrics' }],
    ['GET', '/metrics/cadvisor', { kind: 'cadvisorMetrics' }],
    ['GET', '/metrics/probes', { kind: 'probeMetrics' }],
    ['GET', '/configz', { kind: 'configz' }],
    ['GET', '/runningpods/', { kind: 'runningpods' }],
    ['GET', '/logs', { kind: 'systemLogs', path: '' }],
    ['GET', '/logs/', { kind: 'systemLogs', path: '' }],
    ['GET', '/logs/apt/a%26b', { kind: 'systemLogs', path: 'apt/a&b' }],
    ['GET', '/logs/apt/', { kind: 'systemLogs', path: 'apt/' }],
    ['POST', '/logs/', 405],
    ['POST', '/checkpoint/ns/web/c', { kind: 'checkpoint', namespace: 'ns', pod: 'web', container: 'c' }],
    ['GET', '/checkpoint/ns/web/c', 405],
    ['POST', '/checkpoint/ns/web', 404],
    ['GET', '/healthz/syncloop', { kind: 'healthz' }],
    ['GET', '/stats/container', 404],
    ['POST', '/stats/summary', 405],
    ['GET', '/', 404],
    ['GET', '/exec/%zz/web/c', 400],
  ];
  for (const [method, path, expected] of cases) {
    it(`${method} ${path}`, () => {
      if (typeof expected !== 'number') assert.deepEqual(routeOf(method, path), expected);
      else
        assert.throws(
          () => routeOf(method, path),
          (e: Refusal) => e instanceof Refusal && e.code === expected,
        );
    });
  }

  it('says of what Kubernetes has that it is not served here', () => {
    assert.throws(() => routeOf('GET', '/flagz/'), /\/flagz\/ is not served by this kubelet/);
  });
});

describe('kubelet/server: what the API server is asked about a caller', () => {
  const cases: [string, string, string, ...string[]][] = [
    ['GET', '/pods', 'get', 'pods', 'proxy'],
    ['GET', '/containerLogs/ns/web/c', 'get', 'proxy'],
    ['POST', '/exec/ns/web/c', 'create', 'proxy'],
    ['GET', '/stats/summary', 'get', 'stats'],
    ['GET', '/metrics', 'get', 'metrics'],
    ['GET', '/metrics/resource', 'get', 'metrics'],
    ['GET', '/metrics/cadvisor', 'get', 'metrics'],
    ['GET', '/metrics/probes', 'get', 'metrics'],
    ['GET', '/configz', 'get', 'configz', 'proxy'],
    ['GET', '/runningpods/', 'get', 'pods', 'proxy'],
    ['GET', '/logs/syslog', 'get', 'log'],
    ['POST', '/checkpoint/ns/web/c', 'create', 'checkpoint'],
    ['GET', '/metricsandmore', 'get', 'proxy'],
    ['POST', '/portForward/ns/web', 'create', 'proxy'],
    ['DELETE', '/pods', 'delete', 'pods', 'proxy'],
  ];
  for (const [method, path, verb, ...subresources] of cases) {
    it(`${method} ${path}`, () => assert.deepEqual(attributesOf(method, path), { verb, subresources }));
  }
});
