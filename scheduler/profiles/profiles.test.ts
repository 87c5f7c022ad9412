import assert from 'node:assert/strict';
import { isPlacement, schedule } from '../schedule.js';
import { clusterOf, info, nodeState } from '../testing/objects.js';
import { defaultProfile } from './profile.js';
import { type ConfigError, defaultConfig, readSchedulerConfig } from './read-config.js';

const config = (fields: object): unknown => ({
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  ...fields,
});
const profile = (fields: object): unknown => config({ profiles: [fields] });

describe('a scheduler configuration', () => {
  it('that says nothing is the default', () => {
    assert.deepEqual(readSchedulerConfig(config({ leaderElection: { leaderElect: true } })), defaultConfig);
  });

  it('has profiles of several names, each with its own weights and arguments', () => {
    const { backoff, profiles } = readSchedulerConfig(
      config({
        podInitialBackoffSeconds: 2,
        percentageOfNodesToScore: 30,
        profiles: [
          {},
          {
            schedulerName: 'packing',
            percentageOfNodesToScore: 100,
            plugins: {
              score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit', weight: 5 }] },
              filter: { disabled: [{ name: 'TaintToleration' }] },
              postFilter: { disabled: [{ name: 'DefaultPreemption' }] },
            },
            pluginConfig: [
              { name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated' } } },
              { name: 'InterPodAffinity', args: { hardPodAffinityWeight: 7 } },
            ],
          },
        ],
      }),
    );
    assert.deepEqual(backoff, { baseMs: 2000, maxMs: 10_000 });
    assert.deepEqual(profiles[0], { ...defaultProfile, percentageOfNodesToScore: 30 });
    const packing = profiles[1];
    assert.equal(packing?.percentageOfNodesToScore, 100);
    assert.deepEqual(
      Object.entries(packing?.weights ?? {}).filter(([, weight]) => weight > 0),
      [['NodeResourcesFit', 5]],
    );
    assert.deepEqual([...(packing?.withoutFilters ?? [])], ['TaintToleration']);
    assert.equal(packing?.preempts, false);
    assert.equal(packing?.args.hardPodAffinityWeight, 7);
    assert.equal(packing?.args.fit.type, 'MostAllocated');
  });

  it('decides where pods go: a packing profile fills the fuller node, and asks only the filters that it has', () => {
    const [packing] = readSchedulerConfig(
      profile({
        plugins: { filter: { disabled: [{ name: 'NodeUnschedulable' }] } },
        pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated' } } }],
      }),
    ).profiles;
    const nodes = [
      nodeState({ name: 'empty' }),
      nodeState({ name: 'fuller', unschedulable: true }, [{ cpu: '2', memory: '4Gi' }]),
    ];
    const plan = schedule(info({ cpu: '1', memory: '2Gi' }), clusterOf(nodes), packing ?? defaultProfile, {
      random: () => 0,
    });
    assert.ok(isPlacement(plan));
    assert.equal(plan.node, 'fuller');
  });

  it('may add an affinity that every node must match', () => {
    const nodeSelectorTerms = [{ matchExpressions: [{ key: 'pool', operator: 'In', values: ['a'] }] }];
    const addedAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
    const [own] = readSchedulerConfig(
      profile({ pluginConfig: [{ name: 'NodeAffinity', args: { addedAffinity } }] }),
    ).profiles;
    const plan = schedule(info(), clusterOf([nodeState({ labels: { pool: 'b' } })]), own ?? defaultProfile, {
      random: () => 0,
    });
    assert.ok(!isPlacement(plan));
    const [verdict] = plan.verdicts.values();
    assert.deepEqual(verdict?.reasons, ["node(s) didn't match scheduler-enforced node affinity"]);
  });

  const shape = (points: unknown): unknown =>
    profile({
      pluginConfig: [
        {
          name: 'NodeResourcesFit',
          args: { scoringStrategy: { type: 'RequestedToCapacityRatio', requestedToCapacityRatio: { shape: points } } },
        },
      ],
    });
  const wrong: [unknown, RegExp][] = [
    [{ kind: 'KubeSchedulerConfiguration' }, /a KubeSchedulerConfiguration of kubescheduler.config.k8s.io\/v1$/],
    [config({ extenders: [{ urlPrefix: 'http://x' }] }), /extenders are not supported/],
    [config({ speed: 1 }), /^speed is not supported$/],
    [config({ profiles: [{}, {}] }), /two profiles have the schedulerName "default-scheduler"/],
    [config({ podInitialBackoffSeconds: 5, podMaxBackoffSeconds: 2 }), /podMaxBackoffSeconds should be no less/],
    [profile({ plugins: { bind: { disabled: [{ name: '*' }] } } }), /plugins\.bind cannot be set here/],
    [profile({ plugins: { score: { enabled: [{ name: 'Mine' }] } } }), /there is no plugin "Mine" here/],
    [profile({ pluginConfig: [{ name: 'NodePorts', args: {} }] }), /a plugin "NodePorts" takes no arguments/],
    [
      profile({ pluginConfig: [{ name: 'NodeResourcesFit', args: { ignoredResources: ['x'] } }] }),
      /ignoredResources is not supported/,
    ],
    [profile({ pluginConfig: [{ name: 'VolumeBinding', args: { bindTimeoutSeconds: -1 } }] }), /a whole number from 0/],
    [shape([]), /points of rising utilization/],
    [
      shape([
        { utilization: 50, score: 1 },
        { utilization: 50, score: 2 },
      ]),
      /points of rising utilization/,
    ],
  ];
  for (const [value, message] of wrong) {
    it(`refuses ${message.source}`, () =>
      assert.throws(
        () => readSchedulerConfig(value),
        (error: ConfigError) => message.test(error.message),
      ));
  }
});
