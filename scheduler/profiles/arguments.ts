/** The arguments of plugins (pluginConfig), with Kubernetes' names and bounds. Pure. */

import { ConfigError, list, number, oneOf, text } from '../../api/config-fields.js';
import { isObject, type JsonObject } from '../../api/json.js';
import type { NodeSelector } from '../filters/node-selector.js';
import type { WrittenConstraint } from '../model/spread-constraint.js';
import { defaultProfile, type FitStrategy, type ProfileArguments, type ResourceWeight } from './profile.js';

type Reader = (args: JsonObject, path: string) => Partial<ProfileArguments>;

const readers: Record<string, { fields: readonly string[]; read: Reader }> = {
  NodeResourcesFit: {
    fields: ['scoringStrategy'],
    read: (args, path) => ({ fit: fitStrategy(args.scoringStrategy, path) }),
  },
  NodeResourcesBalancedAllocation: {
    fields: ['resources'],
    read: (args, path) => ({ balanced: resourceWeights(args.resources, path) ?? defaults.balanced }),
  },
  NodeAffinity: {
    fields: ['addedAffinity'],
    read: (args, path) => ({ addedAffinity: addedAffinity(args.addedAffinity, path) }),
  },
  InterPodAffinity: {
    fields: ['hardPodAffinityWeight', 'ignorePreferredTermsOfExistingPods'],
    read: (args, path) => ({
      hardPodAffinityWeight:
        number(args.hardPodAffinityWeight, `${path}.hardPodAffinityWeight`, 0, 100) ?? defaults.hardPodAffinityWeight,
      ignorePreferredTermsOfExistingPods: args.ignorePreferredTermsOfExistingPods === true,
    }),
  },
  PodTopologySpread: {
    fields: ['defaultingType', 'defaultConstraints'],
    read: (args, path) => ({ defaultConstraints: defaultConstraints(args, path) }),
  },
  DefaultPreemption: {
    fields: ['minCandidateNodesPercentage', 'minCandidateNodesAbsolute'],
    read: (args, path) => ({
      minCandidateNodesPercentage:
        number(args.minCandidateNodesPercentage, `${path}.minCandidateNodesPercentage`, 0, 100) ??
        defaults.minCandidateNodesPercentage,
      minCandidateNodesAbsolute:
        number(args.minCandidateNodesAbsolute, `${path}.minCandidateNodesAbsolute`, 0, 1_000_000) ??
        defaults.minCandidateNodesAbsolute,
    }),
  },
  VolumeBinding: {
    fields: ['bindTimeoutSeconds'],
    read: (args, path) => ({
      bindTimeoutSeconds:
        number(args.bindTimeoutSeconds, `${path}.bindTimeoutSeconds`, 0, 86_400) ?? defaults.bindTimeoutSeconds,
    }),
  },
};

const { args: defaults } = defaultProfile;

/** Throws ConfigError. */
export function readArguments(value: unknown, path: string): ProfileArguments {
  let read = defaults;
  for (const [i, entry] of list(value, path).entries()) {
    const name = isObject(entry) ? text(entry.name, `${path}[${i}].name`) : undefined;
    const reader = readers[name ?? ''];
    if (!reader || !isObject(entry))
      throw new ConfigError(`${path}[${i}]: a plugin "${name ?? ''}" takes no arguments here`);
    const { apiVersion: _, kind: __, ...args } = isObject(entry.args) ? entry.args : {};
    const at = `${path}[${i}].args`;
    for (const field of Object.keys(args))
      if (!reader.fields.includes(field)) throw new ConfigError(`${at}.${field} is not supported`);
    read = { ...read, ...reader.read(args, at) };
  }
  return read;
}

function resourceWeights(value: unknown, path: string): ResourceWeight[] | undefined {
  const read = list(value, `${path}.resources`).map((one, i) => {
    const at = `${path}.resources[${i}]`;
    const name = isObject(one) ? text(one.name, `${at}.name`) : undefined;
    if (name === undefined) throw new ConfigError(`${at} should have a name`);
    return { name, weight: number((one as JsonObject).weight, `${at}.weight`, 1, 100) ?? 1 };
  });
  return read.length > 0 ? read : undefined;
}

function fitStrategy(value: unknown, path: string): FitStrategy {
  if (value === undefined) return defaults.fit;
  const at = `${path}.scoringStrategy`;
  if (!isObject(value)) throw new ConfigError(`${at} should be an object`);
  const type = oneOf(value.type, `${at}.type`, ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio']);
  const resources = resourceWeights(value.resources, at) ?? defaults.fit.resources;
  if (type !== 'RequestedToCapacityRatio') return { type, resources, shape: [] };
  const ratio = isObject(value.requestedToCapacityRatio) ? value.requestedToCapacityRatio : {};
  const shape = list(ratio.shape, `${at}.requestedToCapacityRatio.shape`).map((point, i) => {
    const where = `${at}.requestedToCapacityRatio.shape[${i}]`;
    const { utilization, score } = isObject(point) ? point : {};
    return {
      utilization: number(utilization, `${where}.utilization`, 0, 100) ?? 0,
      score: number(score, `${where}.score`, 0, 10) ?? 0,
    };
  });
  const rises = shape.every((point, i) => i === 0 || point.utilization > (shape[i - 1]?.utilization ?? 0));
  if (shape.length === 0 || !rises)
    throw new ConfigError(`${at}.requestedToCapacityRatio.shape should have points of rising utilization`);
  return { type, resources, shape };
}

function addedAffinity(value: unknown, path: string): NodeSelector | undefined {
  if (value === undefined) return undefined;
  const at = `${path}.addedAffinity`;
  if (!isObject(value)) throw new ConfigError(`${at} should be a node affinity`);
  if (value.preferredDuringSchedulingIgnoredDuringExecution !== undefined)
    throw new ConfigError(`${at}.preferredDuringSchedulingIgnoredDuringExecution is not supported`);
  const required = value.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined) return undefined;
  if (!isObject(required) || !Array.isArray(required.nodeSelectorTerms))
    throw new ConfigError(`${at}.requiredDuringSchedulingIgnoredDuringExecution should have nodeSelectorTerms`);
  return required as unknown as NodeSelector;
}

function defaultConstraints(args: JsonObject, path: string): ProfileArguments['defaultConstraints'] {
  const written = list(args.defaultConstraints, `${path}.defaultConstraints`);
  const type = args.defaultingType ?? (written.length > 0 ? 'List' : 'System');
  if (oneOf(type, `${path}.defaultingType`, ['System', 'List']) === 'System') {
    if (written.length > 0) throw new ConfigError(`${path}.defaultConstraints are for the defaultingType List`);
    return 'System';
  }
  return written.map((one, i) => {
    const at = `${path}.defaultConstraints[${i}]`;
    if (!isObject(one)) throw new ConfigError(`${at} should be an object`);
    if (one.labelSelector !== undefined) throw new ConfigError(`${at}.labelSelector: the pod's own siblings are meant`);
    const topologyKey = text(one.topologyKey, `${at}.topologyKey`);
    if (topologyKey === undefined) throw new ConfigError(`${at}.topologyKey is missing`);
    const constraint: WrittenConstraint = {
      topologyKey,
      maxSkew: number(one.maxSkew, `${at}.maxSkew`, 1, 1_000_000) ?? 1,
      whenUnsatisfiable: oneOf(one.whenUnsatisfiable, `${at}.whenUnsatisfiable`, ['ScheduleAnyway']),
    };
    return constraint;
  });
}
