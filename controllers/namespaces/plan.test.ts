import assert from 'node:assert/strict';
import type { KubeObject } from '../../api/types.js';
import { configMaps, pods } from '../../client/resources.js';
import { ago, namespaceNamed, noon, pod } from '../testing/objects.js';
import { type Content, isGoing, planFor, withoutFinalizer } from './plan.js';

const going = namespaceNamed('shop', { deletionTimestamp: ago(10) as never });
const configMap = (name: string, meta = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', ...meta },
});
const content = (found: Content['found'], more: Partial<Content> = {}): Content => ({
  found,
  discoveryFailures: [],
  contentFailures: [],
  ...more,
});
const deleted = (of: Content) => planFor(going, of, noon).delete.map(({ object }) => object.metadata.name);
const said = (of: Content) =>
  (planFor(going, of, noon).status?.conditions ?? [])
    .filter(c => c.status === 'True')
    .map(c => `${c.reason}: ${c.message}`);

describe('the plan of a namespace that goes', () => {
  it('begins with the pods, and goes on when they are gone', () => {
    const others = { resource: configMaps, objects: [configMap('settings')] };
    assert.deepEqual(deleted(content([others, { resource: pods, objects: [pod('a')] }])), ['a']);
    assert.deepEqual(deleted(content([others, { resource: pods, objects: [pod('a', { terminating: true })] }])), []);
    assert.deepEqual(deleted(content([others, { resource: pods, objects: [] }])), ['settings']);
  });

  it('lets the namespace go when nothing is left, and only then', () => {
    const finalize = (of: Content) => planFor(going, of, noon).finalize;
    assert.equal(finalize(content([{ resource: pods, objects: [] }])), true);
    assert.equal(finalize(content([{ resource: pods, objects: [pod('a', { terminating: true })] }])), false);
    assert.equal(finalize(content([], { discoveryFailures: ['metrics.k8s.io/v1: no answer'] })), false);
    assert.equal(finalize(content([], { contentFailures: ['pods: no answer'] })), false);
  });

  it('says what is left, and which finalizers hold it', () => {
    const held = configMap('held', { deletionTimestamp: ago(5), finalizers: ['example.org/hold'] });
    assert.deepEqual(said(content([{ resource: configMaps, objects: [held, configMap('b')] }])), [
      'SomeResourcesRemain: Some resources are remaining: configmaps. has 2 resource instances',
      'SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.org/hold in 1 resource instances',
    ]);
  });

  it('says what could not be discovered or deleted', () => {
    assert.deepEqual(said(content([], { discoveryFailures: ['a/v1: gone'], contentFailures: ['pods: refused'] })), [
      'DiscoveryFailed: Discovery failed for some groups, 1 failing: a/v1: gone',
      'ContentDeletionFailed: Failed to delete all resource types, 1 remaining: pods: refused',
    ]);
  });

  it('keeps the time of a condition that stays, and is silent when nothing changed', () => {
    const held = content([{ resource: pods, objects: [pod('a', { terminating: true })] }]);
    const status = planFor(going, held, noon - 60_000).status;
    assert.equal(status?.phase, 'Terminating');
    const later = { ...going, status: { ...status } };
    assert.equal(planFor(later, held, noon).status, undefined);
    const two = content([
      { resource: pods, objects: [pod('a', { terminating: true }), pod('b', { terminating: true })] },
    ]);
    const remaining = planFor(later, two, noon).status?.conditions?.find(c => c.type === 'NamespaceContentRemaining');
    assert.equal(remaining?.lastTransitionTime, ago(60));
  });

  it('concerns namespaces that are deleted and that wait for the finalizer, which it alone removes', () => {
    assert.equal(isGoing(namespaceNamed('shop')), false);
    assert.equal(isGoing(going), true);
    const two = { ...going, spec: { finalizers: ['example.org/hold', 'kubernetes'] } };
    assert.deepEqual(withoutFinalizer(two).spec?.finalizers, ['example.org/hold']);
    assert.equal(isGoing(withoutFinalizer(two)), false);
  });
});
