/** What a KubeletConfiguration makes of a node. Pure. */
import { parse, toNumber } from '../../api/quantity.js';
import type { NodeOptions } from '../node-options.js';
import { type ShutdownGroup, usualGroups } from '../shutdown/plan.js';
import { millisecondsOf } from './durations.js';
import { thresholdsOf } from './eviction.js';
import type { KubeletConfiguration } from './read.js';

export type ConfiguredOptions = Pick<
  NodeOptions,
  'eviction' | 'clusterDns' | 'clusterDomain' | 'logs' | 'images' | 'podPidsLimit' | 'shutdownGroups'
>;

export const optionsOf = (c: KubeletConfiguration): ConfiguredOptions => ({
  ...(c.clusterDNS[0] === undefined ? {} : { clusterDns: c.clusterDNS[0] }),
  clusterDomain: c.clusterDomain,
  eviction: {
    thresholds: thresholdsOf(c),
    transitionMs: millisecondsOf(c.evictionPressureTransitionPeriod, 'evictionPressureTransitionPeriod'),
    maxPodGraceSeconds: c.evictionMaxPodGracePeriod,
  },
  logs: {
    limits: { maxBytes: toNumber(parse(c.containerLogMaxSize)), maxFiles: c.containerLogMaxFiles },
    lookMs: millisecondsOf(c.containerLogMonitorInterval, 'containerLogMonitorInterval'),
  },
  images: {
    limits: {
      highPercent: c.imageGCHighThresholdPercent,
      lowPercent: c.imageGCLowThresholdPercent,
      leastAgeMs: millisecondsOf(c.imageMinimumGCAge, 'imageMinimumGCAge'),
    },
  },
  // Kubernetes writes "as many as the node" as -1.
  ...(c.podPidsLimit > 0 ? { podPidsLimit: c.podPidsLimit } : {}),
  shutdownGroups: groupsOf(c),
});

function groupsOf(c: KubeletConfiguration): ShutdownGroup[] {
  const seconds = (field: 'shutdownGracePeriod' | 'shutdownGracePeriodCriticalPods'): number =>
    millisecondsOf(c[field], field) / 1000;
  return (
    c.shutdownGracePeriodByPodPriority?.map(({ priority, shutdownGracePeriodSeconds }) => ({
      priority,
      graceSeconds: shutdownGracePeriodSeconds,
    })) ?? usualGroups(seconds('shutdownGracePeriod'), seconds('shutdownGracePeriodCriticalPods'))
  );
}
