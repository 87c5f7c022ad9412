import assert from 'node:assert/strict';
import { type NodeUsage, nodeRows, type PodUsage, podRows } from './usage.js';

const node = (name: string, cpu: string, memory: string): NodeUsage => ({
  apiVersion: 'metrics.k8s.io/v1beta1',
  kind: 'NodeMetrics',
  metadata: { name },
  usage: { cpu, memory },
});
const pod = (name: string, ...containers: [name: string, cpu: string, memory: string][]): PodUsage => ({
  apiVersion: 'metrics.k8s.io/v1beta1',
  kind: 'PodMetrics',
  metadata: { name, namespace: 'ns' },
  containers: containers.map(([name, cpu, memory]) => ({ name, usage: { cpu, memory } })),
});
const wishes = { everywhere: false, containers: false, sum: false, key: undefined };

describe('what is used, in rows', () => {
  const nodes = [node('b', '250001u', '512Mi'), node('a', '1', '1Gi'), node('c', '0', '0')];
  const sizes = new Map([
    ['a', { cpu: '2', memory: '4Gi' }],
    ['b', { cpu: '1', memory: '1Gi' }],
  ]);

  it('a node: rounded up to a thousandth, down to a mebibyte, and its share; what size is unknown has none', () =>
    assert.deepEqual(nodeRows(nodes, sizes, undefined), [
      ['a', '1000m', '50%', '1024Mi', '25%'],
      ['b', '251m', '25%', '512Mi', '50%'],
      ['c', '0m', '<unknown>', '0Mi', '<unknown>'],
    ]));

  it('the most first, where it is to be so', () =>
    assert.deepEqual(
      nodeRows(nodes, sizes, 'memory').map(([name]) => name),
      ['a', 'b', 'c'],
    ));

  const pods = [pod('two', ['y', '5m', '1Mi'], ['x', '10m', '3Mi']), pod('one', ['c', '100m', '2Mi'])];

  it('a pod is the sum of its containers', () =>
    assert.deepEqual(podRows(pods, wishes), [
      ['one', '100m', '2Mi'],
      ['two', '15m', '4Mi'],
    ]));

  it('or each of them, of all namespaces, by memory', () =>
    assert.deepEqual(podRows(pods, { ...wishes, containers: true, everywhere: true, key: 'memory' }), [
      ['ns', 'two', 'x', '10m', '3Mi'],
      ['ns', 'two', 'y', '5m', '1Mi'],
      ['ns', 'one', 'c', '100m', '2Mi'],
    ]));

  it('with the sum of all', () =>
    assert.deepEqual(podRows(pods, { ...wishes, sum: true }).slice(2), [
      ['', '________', '________'],
      ['', '115m', '6Mi'],
    ]));
});
