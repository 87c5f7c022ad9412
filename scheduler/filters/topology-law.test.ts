/** The topology filters, which live on counts that are kept up, against their definitions, which count everything anew. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checksFor } from '../checks.js';
import type { NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';
import { defaultProfile } from '../profiles/profile.js';
import { clusterOf, info, nodeState, type PodWords } from '../testing/objects.js';

const keys = ['host', 'zone'] as const;
const apps = ['a', 'b', 'c'] as const;

const termOf = fc.record({ app: fc.constantFrom(...apps), topologyKey: fc.constantFrom(...keys) });
const podOf = fc.record({
  app: fc.constantFrom(...apps),
  near: fc.array(termOf, { maxLength: 2 }),
  far: fc.array(termOf, { maxLength: 2 }),
  spread: fc.option(fc.record({ topologyKey: fc.constantFrom(...keys), maxSkew: fc.integer({ min: 1, max: 2 }) }), {
    nil: undefined,
  }),
  leaving: fc.boolean(),
});
type Drawn = typeof podOf extends fc.Arbitrary<infer T> ? T : never;

const term = ({ app, topologyKey }: { app: string; topologyKey: string }) => ({
  topologyKey,
  labelSelector: { matchLabels: { app } },
});
const words = ({ app, near, far, spread }: Drawn): PodWords => ({
  labels: { app },
  affinity: {
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: near.map(term) },
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: far.map(term) },
  },
  ...(spread
    ? {
        topologySpreadConstraints: [
          { ...spread, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app } } },
        ],
      }
    : {}),
});

const appOf = ({ pod }: PodInfo): string => pod.metadata.labels?.app ?? '';

/** As Kubernetes defines it, word for word, looking at every pod of every node. */
function mayStand(wanted: Drawn, node: NodeState, nodes: readonly NodeState[]): boolean {
  const together = (key: string, other: NodeState): boolean =>
    node.labels[key] !== undefined && node.labels[key] === other.labels[key];
  const podsNear = (key: string): PodInfo[] =>
    nodes.filter(other => together(key, other)).flatMap(other => [...other.pods.values()]);
  const meansAll = (pod: PodInfo): boolean => wanted.near.every(({ app }) => appOf(pod) === app);
  const near = wanted.near.every(({ topologyKey }) => podsNear(topologyKey).some(meansAll));
  const labelled = wanted.near.every(({ topologyKey }) => node.labels[topologyKey] !== undefined);
  const anyBody = nodes.some(
    other =>
      wanted.near.some(({ topologyKey }) => other.labels[topologyKey] !== undefined) &&
      [...other.pods.values()].some(meansAll),
  );
  const first = labelled && !anyBody && wanted.near.every(({ app }) => app === wanted.app);
  const far = wanted.far.every(({ app, topologyKey }) => !podsNear(topologyKey).some(pod => appOf(pod) === app));
  const guarded = nodes.some(other =>
    [...other.pods.values()].some(({ antiAffinity }) =>
      antiAffinity.some(one => together(one.term.topologyKey, other) && one.term.selector.matches({ app: wanted.app })),
    ),
  );
  return (near || first) && far && !guarded && isEven(wanted, node, nodes);
}

function isEven({ app, spread }: Drawn, node: NodeState, nodes: readonly NodeState[]): boolean {
  if (!spread) return true;
  const place = node.labels[spread.topologyKey];
  if (place === undefined) return false;
  const counts = new Map<string, number>();
  for (const { labels, pods } of nodes) {
    const there = labels[spread.topologyKey];
    if (there === undefined) continue;
    const matching = [...pods.values()].filter(
      pod => appOf(pod) === app && pod.pod.metadata.deletionTimestamp === undefined,
    );
    counts.set(there, (counts.get(there) ?? 0) + matching.length);
  }
  return (counts.get(place) ?? 0) + 1 - Math.min(...counts.values()) <= spread.maxSkew;
}

describe('the topology filters', () => {
  it('say what their definitions say, whatever stands where', () => {
    const clusters = fc.array(
      fc.record({ zone: fc.constantFrom(undefined, 'x', 'y'), pods: fc.array(podOf, { maxLength: 3 }) }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(clusters, podOf, (drawn, wanted) => {
        const states = drawn.map(({ zone }, i) =>
          nodeState({ name: `n${i}`, labels: { host: `n${i}`, ...(zone ? { zone } : {}) } }),
        );
        const view = clusterOf(states);
        drawn.forEach(({ pods }, i) => {
          pods.forEach((one, j) => {
            const pod = info({ name: `p${i}-${j}`, ...words(one) });
            if (one.leaving) pod.pod.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
            view.place(pod, `n${i}`);
          });
        });
        const checks = checksFor(info({ name: 'new', ...words(wanted) }), view, defaultProfile);
        for (const node of view.nodes()) {
          assert.equal(!checks.refuses(node), mayStand(wanted, node, view.nodes()), node.name);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('imagined away and back again, a pod leaves them as they were', () => {
    fc.assert(
      fc.property(fc.array(podOf, { minLength: 1, maxLength: 5 }), podOf, (standing, wanted) => {
        const states = standing.map((_, i) =>
          nodeState({ name: `n${i}`, labels: { host: `n${i}`, zone: `z${i % 2}` } }),
        );
        const view = clusterOf(states);
        const pods = standing.map((one, i) => info({ name: `p${i}`, ...words(one) }));
        pods.forEach((pod, i) => {
          view.place(pod, `n${i}`);
        });
        const profile = defaultProfile;
        const wish = info({ name: 'new', ...words(wanted) });
        const verdicts = (checks: ReturnType<typeof checksFor>): boolean[] =>
          view.nodes().map(node => !checks.refuses(node));
        const checks = checksFor(wish, view, profile);
        const before = verdicts(checks);
        pods.forEach((pod, i) => {
          checks.change(pod, view.nodes()[i] as NodeState, -1);
        });
        const empty = clusterOf(states.map(({ name, labels }) => nodeState({ name, labels })));
        assert.deepEqual(
          verdicts(checks),
          verdicts(checksFor(wish, empty, profile)),
          'without them it is as if they were not',
        );
        pods.forEach((pod, i) => {
          checks.change(pod, view.nodes()[i] as NodeState, 1);
        });
        assert.deepEqual(verdicts(checks), before);
      }),
      { numRuns: 300 },
    );
  });
});
