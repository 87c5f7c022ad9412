import assert from 'node:assert/strict';
import { builtinKinds } from '../../../api/kinds/index.js';
import type { Pod } from '../../../api/types.js';
import { FakeLookup } from '../../auth/testing/fake-lookup.js';
import { someone } from '../../auth/testing/requests.js';
import type { Authorizer } from '../../contracts.js';
import { admissionRequest, admit, type Case, judges, pod } from '../testing/fixture.js';
import { alwaysAdmit, alwaysDeny } from './always.js';
import { alwaysPullImages } from './always-pull-images.js';
import { type EventLimit, eventRateLimit } from './event-rate-limit.js';
import { namespaceAutoProvision, namespaceExists } from './namespaces.js';
import { ownerReferences } from './owner-references.js';
import { podNodeSelector } from './pod-node-selector.js';
import { type ClusterTolerations, podTolerationRestriction } from './pod-toleration-restriction.js';
import { extendedResourceToleration, limitAntiAffinity } from './pods.js';

const namespace = (annotations: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', annotations },
});
const specOf = (object: unknown) => (object as Pod).spec as NonNullable<Pod['spec']>;
const container = { name: 'c', image: 'i' };

describe('AlwaysAdmit and AlwaysDeny', () => {
  judges(alwaysAdmit, [['anything', { resource: 'pods', object: pod() }]]);
  judges(alwaysDeny, [
    ['anything', { resource: 'pods', object: pod() }, /is forbidden: admission control is denying all modifications$/],
    ['a deletion', { resource: 'pods', operation: 'DELETE', oldObject: pod() }, /denying all modifications$/],
  ]);
});

describe('AlwaysPullImages', () => {
  const of = (...images: string[]) => pod({ spec: { containers: images.map(image => ({ ...container, image })) } });
  it('has every image pulled anew, that of volumes too', async () => {
    const object = pod({
      spec: {
        initContainers: [{ ...container, imagePullPolicy: 'Never' }],
        containers: [{ ...container, imagePullPolicy: 'IfNotPresent' }],
        volumes: [{ name: 'v', image: { reference: 'r', pullPolicy: 'Never' } }],
      },
    });
    const spec = specOf(await admit(alwaysPullImages, { resource: 'pods', object }));
    const policies = [...(spec.initContainers ?? []), ...spec.containers].map(c => c.imagePullPolicy);
    assert.deepEqual([...policies, spec.volumes?.[0]?.image?.pullPolicy], ['Always', 'Always', 'Always']);
  });
  it('leaves a pod alone whose images stay', async () => {
    const change = (before: string, now: string): Case => ({
      resource: 'pods',
      operation: 'UPDATE',
      oldObject: of(before),
      object: of(now),
    });
    const policy = async (described: Case) =>
      specOf(await admit(alwaysPullImages, described)).containers[0]?.imagePullPolicy;
    assert.equal(await policy(change('a', 'a')), undefined);
    assert.equal(await policy(change('a', 'b')), 'Always');
  });
  it('refuses what another plug-in made of it since', () => {
    const request = admissionRequest({ resource: 'pods', object: of('a') });
    const message = /spec\.containers\[0\]\.imagePullPolicy: Unsupported value: "": supported values: "Always"$/;
    assert.throws(() => alwaysPullImages.validate?.(request), { message });
  });
});

describe('NamespaceExists', () => {
  const missing = 'namespaces "shop" not found';
  const written: Case = { resource: 'configmaps', object: { metadata: { name: 'x' } } };
  const deleted: Case = { resource: 'configmaps', operation: 'DELETE', oldObject: { metadata: { name: 'x' } } };
  judges(namespaceExists(new FakeLookup([])), [
    ['in no namespace', written, missing],
    ['in no namespace', deleted, missing],
    ['of a kind without namespaces', { resource: 'nodes', namespace: '', object: { metadata: { name: 'n' } } }],
  ]);
  judges(namespaceExists(new FakeLookup([namespace()])), [['in a namespace', written]]);
});

describe('NamespaceAutoProvision', () => {
  const made = async (described: Partial<Case>, lookup = new FakeLookup([])): Promise<string[]> => {
    const names: string[] = [];
    const plugin = namespaceAutoProvision(lookup, async name => void names.push(name));
    await admit(plugin, { resource: 'pods', object: pod(), ...described });
    return names;
  };
  it('makes the namespace of what is created, if there is none', async () => {
    assert.deepEqual(await made({}), ['shop']);
    assert.deepEqual(await made({}, new FakeLookup([namespace()])), []);
    assert.deepEqual(await made({ operation: 'UPDATE', oldObject: pod() }), []);
    assert.deepEqual(await made({ resource: 'nodes', namespace: '' }), []);
  });
  it('makes none for a dry run', () => {
    const request = { ...admissionRequest({ resource: 'pods', object: pod() }), dryRun: true };
    assert.equal(namespaceAutoProvision(new FakeLookup([]), async () => {}).handles(request), false);
  });
});

describe('LimitPodHardAntiAffinityTopology', () => {
  const apart = (topologyKey: string): Case => ({
    resource: 'pods',
    object: pod({
      spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey }] } } },
    }),
  });
  judges(limitAntiAffinity, [
    ['apart on nodes', apart('kubernetes.io/hostname')],
    ['apart in zones', apart('topology.kubernetes.io/zone'), /TopologyKey topology\.kubernetes\.io\/zone but only key/],
    ['without affinity', { resource: 'pods', object: pod() }],
  ]);
});

describe('ExtendedResourceToleration', () => {
  it('tolerates the taints of devices that are asked for', async () => {
    const resources = { requests: { cpu: '1', 'hugepages-2Mi': '2Mi', 'example.com/b': '1', 'example.com/a': '1' } };
    const own = { key: 'example.com/b', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 3 };
    const object = pod({ spec: { containers: [{ ...container, resources }], tolerations: [own] } });
    const { tolerations } = specOf(await admit(extendedResourceToleration, { resource: 'pods', object }));
    const tolerated = (key: string) => ({ key, operator: 'Exists', effect: 'NoSchedule' });
    assert.deepEqual(tolerations, [tolerated('example.com/b'), tolerated('example.com/a')]);
  });
});

describe('OwnerReferencesPermissionEnforcement', () => {
  /** 'delete pods/p', 'update replicasets/finalizers': what the user may do. */
  const may = (...allowed: string[]): Authorizer => ({
    authorize: (_user, { verb, resource, subresource, name }) => ({
      allowed: allowed.includes(`${verb} ${resource}/${subresource || name}`),
      reason: 'none',
    }),
  });
  const plugin = (...allowed: string[]) => ownerReferences(may(...allowed), () => builtinKinds);
  const owned = (more: object = {}) =>
    pod({
      metadata: { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u', ...more }] },
    });
  const update = (object: unknown, oldObject: unknown): Case => ({
    resource: 'pods',
    operation: 'UPDATE',
    object,
    oldObject,
  });
  const cannotDelete = /is forbidden: cannot set an ownerRef on a resource you can't delete: none, <nil>$/;
  const cannotBlock =
    /cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on/;
  const blocking = owned({ blockOwnerDeletion: true });
  judges(plugin(), [
    ['without owners', { resource: 'pods', object: pod() }],
    ['with an owner', { resource: 'pods', object: owned() }, cannotDelete],
    ['with the owner that it had', update(owned(), owned())],
    ['without the owner that it had', update(pod(), owned()), cannotDelete],
  ]);
  judges(plugin('delete pods/'), [
    ['with an owner, by who may delete such', { resource: 'pods', object: owned() }],
    ['with an owner that it blocks', { resource: 'pods', object: blocking }, cannotBlock],
    [
      'with an owner that nobody knows',
      { resource: 'pods', object: owned({ kind: 'None', blockOwnerDeletion: true }) },
      /cannot find RESTMapping for APIVersion apps\/v1 Kind None/,
    ],
  ]);
  judges(plugin('delete pods/', 'delete pods/web', 'update replicasets/finalizers'), [
    ['with an owner that it blocks, by who may', { resource: 'pods', object: blocking }],
    ['that blocks its owner from now on', update(blocking, owned())],
  ]);
  judges(plugin('delete pods/web'), [
    ['that blocks its owner from now on', update(blocking, owned()), cannotBlock],
    ['that blocks its owner no more', update(owned(), blocking)],
  ]);
});

describe('PodNodeSelector', () => {
  const annotation = 'scheduler.alpha.kubernetes.io/node-selector';
  const none = new Map();
  const of = (nodeSelector: Record<string, string>): Case => ({
    resource: 'pods',
    object: pod({ spec: { nodeSelector } }),
  });
  const given = async (
    annotations: Record<string, string>,
    selectors: ReadonlyMap<string, ReadonlyMap<string, string>>,
  ) => {
    const plugin = podNodeSelector(new FakeLookup([namespace(annotations)]), selectors);
    return specOf(await admit(plugin, of({ own: 'x' }))).nodeSelector;
  };
  it('adds what the namespace says, or the configuration', async () => {
    assert.deepEqual(await given({ [annotation]: 'env=test, zone=a' }, none), { env: 'test', zone: 'a', own: 'x' });
    const usual = new Map([['clusterDefaultNodeSelector', new Map([['env', 'prod']])]]);
    assert.deepEqual(await given({}, usual), { env: 'prod', own: 'x' });
    assert.deepEqual(await given({ [annotation]: '' }, usual), { own: 'x' });
  });
  judges(podNodeSelector(new FakeLookup([namespace({ [annotation]: 'env=test' })]), none), [
    ['with the same label', of({ env: 'test' })],
    ['with another', of({ env: 'prod' }), /conflicts with its namespace node label selector$/],
  ]);
  const allowed = new Map([['shop', new Map([['env', 'test']])]]);
  judges(podNodeSelector(new FakeLookup([namespace()]), allowed), [
    ['with what is allowed', of({ env: 'test' })],
    ['with what is not', of({ env: 'test', zone: 'a' }), /labels conflict with its namespace whitelist$/],
  ]);
  judges(podNodeSelector(new FakeLookup([namespace({ [annotation]: 'env' })]), none), [
    ['of a namespace that says nothing sensible', of({}), /is no list of key=value$/],
  ]);
});

describe('PodTolerationRestriction', () => {
  const [defaults, whitelist] = ['defaultTolerations', 'tolerationsWhitelist'].map(
    name => `scheduler.alpha.kubernetes.io/${name}`,
  ) as [string, string];
  const gpu = { key: 'gpu', operator: 'Exists', effect: 'NoSchedule' };
  const other = { key: 'other', operator: 'Exists', effect: 'NoSchedule' };
  const pressure = { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' };
  const cluster = { default: [other], whitelist: [gpu, other] };
  const none: ClusterTolerations = { default: [], whitelist: [] };
  const of = (spec: object): Case => ({ resource: 'pods', object: pod({ spec }) });
  const given = async (annotations: Record<string, string>, spec: object, usual = none) => {
    const plugin = podTolerationRestriction(new FakeLookup([namespace(annotations)]), usual);
    return specOf(await admit(plugin, of(spec))).tolerations;
  };
  it('adds what the namespace says, or the configuration', async () => {
    assert.deepEqual(await given({ [defaults]: JSON.stringify([gpu]) }, {}), [gpu]);
    assert.deepEqual(await given({}, {}, cluster), [other]);
    assert.deepEqual(await given({ [defaults]: '' }, {}, cluster), undefined);
    assert.deepEqual(await given({}, {}), undefined);
  });
  it('lets pods with requests stay where memory is short', async () => {
    const containers = [{ ...container, resources: { requests: { cpu: '1' } } }];
    assert.deepEqual(await given({}, { containers }), [pressure]);
  });
  judges(podTolerationRestriction(new FakeLookup([namespace({ [whitelist]: JSON.stringify([gpu]) })]), none), [
    ['with what is allowed', of({ tolerations: [{ ...gpu, operator: 'Equal', value: 'a' }] })],
    ['with what is not', of({ tolerations: [gpu, other] }), /conflict with its namespace whitelist$/],
    ['without any', of({})],
  ]);
  judges(podTolerationRestriction(new FakeLookup([namespace({ [whitelist]: '{' })]), none), [
    ['of a namespace that says nothing sensible', of({}), /is no list of tolerations$/],
  ]);
});

describe('EventRateLimit', () => {
  let now = 0;
  const limit = (more: Partial<EventLimit>): EventLimit => ({
    type: 'Server',
    qps: 1,
    burst: 2,
    cacheSize: 2,
    ...more,
  });
  const event = (described: Partial<Case> & { about?: string; dryRun?: boolean } = {}) => ({
    ...admissionRequest({
      resource: 'events',
      object: { metadata: { name: 'e' }, involvedObject: { kind: 'Pod', name: described.about ?? 'p' } },
      ...described,
    }),
    dryRun: described.dryRun ?? false,
  });
  /** How many of the events are taken. */
  const taken = (limits: EventLimit[], ...events: ReturnType<typeof event>[]): boolean[] => {
    const plugin = eventRateLimit(limits, () => now);
    return events.map(one => {
      if (!plugin.handles(one)) return true;
      try {
        void plugin.validate?.(one);
        return true;
      } catch (error) {
        const { code, message } = error as { code: number; message: string };
        assert.equal(code, 429);
        assert.match(message, /^limit reached on type \w+ for key /);
        return false;
      }
    });
  };
  it('takes a burst, and then so many a second', () => {
    const plugin = eventRateLimit([limit({})], () => now);
    const isTaken = (): boolean => {
      try {
        void plugin.validate?.(event());
        return true;
      } catch {
        return false;
      }
    };
    assert.deepEqual([isTaken(), isTaken(), isTaken()], [true, true, false]);
    now += 1000;
    assert.deepEqual([isTaken(), isTaken()], [true, false]);
    now += 60_000;
    assert.deepEqual([isTaken(), isTaken(), isTaken()], [true, true, false]);
  });
  it('counts namespaces, users and objects for themselves', () => {
    const one = limit({ burst: 1 });
    const [a, b] = [event(), event({ namespace: 'b' })];
    assert.deepEqual(taken([{ ...one, type: 'Namespace' }], a, b, a), [true, true, false]);
    const boss = event({ user: someone('boss') });
    assert.deepEqual(taken([{ ...one, type: 'User' }], a, boss, a), [true, true, false]);
    const other = event({ about: 'q' });
    assert.deepEqual(taken([{ ...one, type: 'SourceAndObject' }], a, other, a), [true, true, false]);
    assert.deepEqual(taken([one, { ...one, type: 'User' }], a, boss), [true, false]);
  });
  it('knows only so many of them', () => {
    const [a, b, c] = [event({ namespace: 'a' }), event({ namespace: 'b' }), event({ namespace: 'c' })];
    assert.deepEqual(taken([limit({ type: 'Namespace', burst: 1 })], a, b, c, c, a), [true, true, true, false, true]);
  });
  it('is about events, and none that is only tried', () => {
    const none = limit({ burst: 1 });
    assert.deepEqual(taken([none], event(), event({ dryRun: true }), event({ operation: 'DELETE' })), [
      true,
      true,
      true,
    ]);
    const pods = { ...event(), ...admissionRequest({ resource: 'pods', object: pod() }) };
    assert.deepEqual(taken([none], event(), pods), [true, true]);
    const newer = event({ resource: 'events.events.k8s.io' });
    assert.deepEqual(taken([none], event(), newer), [true, false]);
  });
});
