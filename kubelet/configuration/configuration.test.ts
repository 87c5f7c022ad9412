import assert from 'node:assert/strict';
import type { ConfigError } from '../../api/config-fields.js';
import { optionsOf } from './options.js';
import { readKubeletConfiguration, usualConfiguration } from './read.js';

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
