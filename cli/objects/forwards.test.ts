import assert from 'node:assert/strict';
import type { Pod, Service } from '../../api/types.js';
import { forwardsOf } from './forwards.js';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: { containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080 }] }] },
};
const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: {
    ports: [
      { name: 'main', port: 80, targetPort: 'http' },
      { port: 81, targetPort: 9090 },
    ],
  },
};

const table: [word: string, service: Service | undefined, local: number, remote: number][] = [
  ['8080', undefined, 8080, 8080],
  ['9000:8080', undefined, 9000, 8080],
  [':8080', undefined, 0, 8080],
  ['http', undefined, 8080, 8080],
  ['9000:http', undefined, 9000, 8080],
  ['80', service, 80, 8080],
  ['9000:main', service, 9000, 8080],
  ['81', service, 81, 9090],
];
const refused: [word: string, service: Service | undefined, why: RegExp][] = [
  ['1:2:3', undefined, /invalid port format '1:2:3'/],
  ['', undefined, /invalid port format ''/],
  ['x:80', undefined, /error parsing local port 'x'/],
  ['70000:80', undefined, /error parsing local port '70000'/],
  ['80:nope', undefined, /Pod 'web' does not have a named port 'nope'/],
  ['82', service, /Service web does not have a service port 82/],
];

describe('ports that are forwarded', () => {
  for (const [word, service, local, remote] of table)
    it(`${word}${service ? ' of a service' : ''}`, () =>
      assert.deepEqual(forwardsOf([word], pod, service), [{ local, remote }]));
  for (const [word, service, why] of refused)
    it(`refuses '${word}'`, () => assert.throws(() => forwardsOf([word], pod, service), why));
});
