import assert from 'node:assert/strict';
import type { ConfigError } from '../../api/config-fields.js';
import { usualThresholds } from '../eviction/thresholds.js';
import { optionsOf } from './options.js';
import { readKubeletConfiguration, usualConfiguration } from './read.js';

const mib = 1024 * 1024;
const written = (fields: object): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  ...fields,
});

describe('a KubeletConfiguration', () => {
  it('that says nothing is the usual one', () => {
    assert.deepEqual(readKubeletConfiguration(written({})), usualConfiguration);
    assert.deepEqual(optionsOf(usualConfiguration), {
      clusterDomain: 'cluster.local',
      eviction: { thresholds: usualThresholds, transitionMs: 300_000, maxPodGraceSeconds: 0 },
      logs: { limits: { maxBytes: 10 * 1024 * 1024, maxFiles: 5 }, lookMs: 10_000 },
      images: { limits: { highPercent: 85, lowPercent: 80, leastAgeMs: 120_000 } },
      shutdownGroups: [
        { priority: 0, graceSeconds: 0 },
        { priority: 2_000_000_000, graceSeconds: 0 },
      ],
    });
  });

  const understood: [what: string, fields: object, options: object][] = [
    [
      'DNS',
      { clusterDNS: ['10.96.0.10'], clusterDomain: 'lab.example' },
      { clusterDns: '10.96.0.10', clusterDomain: 'lab.example' },
    ],
    [
      'logs',
      { containerLogMaxSize: '1Mi', containerLogMaxFiles: 3, containerLogMonitorInterval: '1m30s' },
      { logs: { limits: { maxBytes: 1_048_576, maxFiles: 3 }, lookMs: 90_000 } },
    ],
    [
      'images',
      { imageGCHighThresholdPercent: 50, imageGCLowThresholdPercent: 40, imageMinimumGCAge: '0' },
      { images: { limits: { highPercent: 50, lowPercent: 40, leastAgeMs: 0 } } },
    ],
    [
      'evictions, of which those that are set are all',
      {
        evictionHard: { 'memory.available': '200Mi', 'imagefs.available': '0%' },
        evictionSoft: { 'nodefs.available': '15%' },
        evictionSoftGracePeriod: { 'nodefs.available': '1m30s' },
        evictionMaxPodGracePeriod: 60,
        evictionMinimumReclaim: { 'memory.available': '50Mi', 'nodefs.available': '2%' },
        evictionPressureTransitionPeriod: '30s',
      },
      {
        eviction: {
          thresholds: [
            { signal: 'memory.available', least: { amount: 200 * mib }, reclaim: { amount: 50 * mib } },
            { signal: 'nodefs.available', least: { part: 0.15 }, reclaim: { part: 0.02 }, graceMs: 90_000 },
          ],
          transitionMs: 30_000,
          maxPodGraceSeconds: 60,
        },
      },
    ],
    [
      'evictions beside the usual ones',
      { evictionHard: { 'memory.available': '1Gi' }, mergeDefaultEvictionSettings: true },
      {
        eviction: {
          thresholds: [{ signal: 'memory.available', least: { amount: 1024 * mib } }, ...usualThresholds.slice(1)],
          transitionMs: 300_000,
          maxPodGraceSeconds: 0,
        },
      },
    ],
    ['processes', { podPidsLimit: 100, maxPods: 110 }, { podPidsLimit: 100 }],
    [
      'a shutdown',
      { shutdownGracePeriod: '30s', shutdownGracePeriodCriticalPods: '10s' },
      {
        shutdownGroups: [
          { priority: 0, graceSeconds: 20 },
          { priority: 2_000_000_000, graceSeconds: 10 },
        ],
      },
    ],
    [
      'a shutdown by priority',
      { shutdownGracePeriodByPodPriority: [{ priority: 5, shutdownGracePeriodSeconds: 7 }] },
      { shutdownGroups: [{ priority: 5, graceSeconds: 7 }] },
    ],
  ];
  for (const [what, fields, options] of understood)
    it(`is understood: ${what}`, () => {
      const read = optionsOf(readKubeletConfiguration(written(fields)));
      assert.deepEqual(
        Object.fromEntries(Object.keys(options).map(key => [key, read[key as keyof typeof read]])),
        options,
      );
    });

  const refused: [what: string, value: unknown, message: RegExp][] = [
    ['no object', 'kubelet', /it should be a KubeletConfiguration of kubelet\.config\.k8s\.io\/v1beta1/],
    ['another kind', { ...written({}), kind: 'Kubelet' }, /it should be a KubeletConfiguration/],
    [
      'what it does not do',
      written({ topologyManagerPolicy: 'best-effort' }),
      /topologyManagerPolicy is not supported/,
    ],
    ['what cannot be set', written({ maxPods: 250 }), /maxPods is 110 with this kubelet, and cannot be set/],
    ['several DNS servers', written({ clusterDNS: ['10.0.0.1', '10.0.0.2'] }), /one server/],
    ['no duration', written({ shutdownGracePeriod: '30' }), /shutdownGracePeriod should be a duration/],
    ['no time at all', written({ imageMinimumGCAge: '-1s' }), /imageMinimumGCAge should be a duration/],
    ['no size', written({ containerLogMaxSize: 'large' }), /containerLogMaxSize should be a quantity/],
    ['one file', written({ containerLogMaxFiles: 1 }), /containerLogMaxFiles should be a whole number from 2/],
    [
      'images that would never be enough',
      written({ imageGCHighThresholdPercent: 80 }),
      /invalid configuration: imageGCLowThresholdPercent 80 must be less than imageGCHighThresholdPercent 80/,
    ],
    [
      'a signal of no meaning',
      written({ evictionHard: { 'swap.free': '1' } }),
      /evictionHard: unsupported eviction signal swap\.free/,
    ],
    ['a signal that is not there', written({ evictionMinimumReclaim: { x: '1' } }), /unsupported eviction signal x/],
    ['too large a part', written({ evictionHard: { 'nodefs.available': '101%' } }), /101% must be from 0% to 100%/],
    [
      'a threshold of nothing',
      written({ evictionHard: { 'memory.available': '0' } }),
      /eviction threshold 0 must be positive/,
    ],
    ['a threshold of anything', written({ evictionHard: { 'memory.available': 'some' } }), /should be a quantity/],
    ['no texts', written({ evictionHard: { 'memory.available': 100 } }), /memory\.available should be a text/],
    [
      'a soft threshold without a grace',
      written({ evictionSoft: { 'memory.available': '1Gi' } }),
      /grace period must be specified for the soft eviction threshold memory\.available/,
    ],
    [
      'a soft threshold with a grace of nothing',
      written({ evictionSoft: { 'memory.available': '1Gi' }, evictionSoftGracePeriod: { 'memory.available': '0s' } }),
      /invalid eviction grace period specified: 0s, must be a positive value/,
    ],
    [
      'a shutdown that is too short',
      written({ shutdownGracePeriod: '500ms' }),
      /invalid configuration: shutdownGracePeriod 500ms must be either zero or otherwise >= 1 sec/,
    ],
    [
      'more for critical pods than in all',
      written({ shutdownGracePeriod: '10s', shutdownGracePeriodCriticalPods: '20s' }),
      /shutdownGracePeriodCriticalPods 20s must be <= shutdownGracePeriod 10s/,
    ],
    [
      'a shutdown in two ways',
      written({ shutdownGracePeriod: '10s', shutdownGracePeriodByPodPriority: [] }),
      /Cannot specify both shutdownGracePeriodByPodPriority and shutdownGracePeriod at the same time/,
    ],
  ];
  for (const [what, value, message] of refused)
    it(`is refused: ${what}`, () =>
      assert.throws(
        () => readKubeletConfiguration(value),
        (error: ConfigError) => message.test(error.message),
      ));
});
