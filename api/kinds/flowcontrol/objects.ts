/**
 * The priority levels and flow schemas that every cluster has. Two of each are mandatory: what they say is fixed, so that
 * an administrator always gets through, and every request has a place. The others are suggestions, kept as they are
 * written here for as long as their annotation says so.
 */
import type { FlowSchema, PriorityLevelConfiguration } from '../../types.js';

export const flowControlGroup = 'flowcontrol.apiserver.k8s.io';
const apiVersion = `${flowControlGroup}/v1`;

/** 'true' on what the API server keeps up to date. */
export const autoUpdate = 'apf.kubernetes.io/autoupdate-spec';

type LevelSpec = NonNullable<PriorityLevelConfiguration['spec']>;
type SchemaSpec = NonNullable<FlowSchema['spec']>;
type Rule = NonNullable<SchemaSpec['rules']>[number];
type Subject = Rule['subjects'][number];
type ResourceRule = NonNullable<Rule['resourceRules']>[number];

const level = (name: string, spec: LevelSpec): PriorityLevelConfiguration => ({
  apiVersion,
  kind: 'PriorityLevelConfiguration',
  metadata: { name, annotations: { [autoUpdate]: 'true' } },
  spec,
});

const queued = (shares: number, lendablePercent: number, queues: number, handSize: number): LevelSpec => ({
  type: 'Limited',
  limited: {
    nominalConcurrencyShares: shares,
    lendablePercent,
    limitResponse: { type: 'Queue', queuing: { queues, handSize, queueLengthLimit: 50 } },
  },
});

export const mandatoryLevels: readonly PriorityLevelConfiguration[] = [
  level('exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }),
  level('catch-all', {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
  }),
];

export const suggestedLevels: readonly PriorityLevelConfiguration[] = [
  level('system', queued(30, 33, 64, 6)),
  level('node-high', queued(40, 25, 64, 6)),
  level('leader-election', queued(10, 0, 16, 4)),
  level('workload-high', queued(40, 50, 128, 6)),
  level('workload-low', queued(100, 90, 128, 6)),
  level('global-default', queued(20, 50, 128, 6)),
];

const groups = (...names: string[]): Subject[] => names.map(name => ({ kind: 'Group', group: { name } }));
const users = (...names: string[]): Subject[] => names.map(name => ({ kind: 'User', user: { name } }));
const systemAccounts = (...names: string[]): Subject[] =>
  names.map(name => ({ kind: 'ServiceAccount', serviceAccount: { namespace: 'kube-system', name } }));

const resources = (
  verbs: string[],
  group: string,
  names: string[],
  namespaces: string[],
  clusterScope = false,
): ResourceRule => ({
  verbs,
  apiGroups: [group],
  resources: names,
  ...(clusterScope ? { clusterScope } : {}),
  namespaces,
});

const everything = (subjects: Subject[]): Rule => ({
  subjects,
  resourceRules: [resources(['*'], '*', ['*'], ['*'], true)],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
});

const everybody = groups('system:unauthenticated', 'system:authenticated');

function schema(
  name: string,
  priorityLevel: string,
  matchingPrecedence: number,
  by: 'ByUser' | 'ByNamespace' | undefined,
  ...rules: Rule[]
): FlowSchema {
  return {
    apiVersion,
    kind: 'FlowSchema',
    metadata: { name, annotations: { [autoUpdate]: 'true' } },
    spec: {
      priorityLevelConfiguration: { name: priorityLevel },
      matchingPrecedence,
      ...(by ? { distinguisherMethod: { type: by } } : {}),
      rules,
    },
  };
}

export const mandatorySchemas: readonly FlowSchema[] = [
  schema('exempt', 'exempt', 1, undefined, everything(groups('system:masters'))),
  schema('catch-all', 'catch-all', 10_000, 'ByUser', everything(everybody)),
];

const readWrite = ['get', 'create', 'update'];
const leases = (namespaces: string[], verbs: string[] = readWrite): ResourceRule =>
  resources(verbs, 'coordination.k8s.io', ['leases'], namespaces);
const [controllerManager, scheduler] = ['system:kube-controller-manager', 'system:kube-scheduler'] as const;

export const suggestedSchemas: readonly FlowSchema[] = [
  schema('probes', 'exempt', 2, undefined, {
    subjects: everybody,
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
  }),
  schema('system-leader-election', 'leader-election', 100, 'ByUser', {
    subjects: [...users(controllerManager, scheduler), ...systemAccounts('*')],
    resourceRules: [leases(['*'])],
  }),
  schema('endpoint-controller', 'workload-high', 150, 'ByUser', {
    subjects: [
      ...users(controllerManager),
      ...systemAccounts('endpoint-controller', 'endpointslicemirroring-controller'),
    ],
    resourceRules: [resources(readWrite, '', ['endpoints'], ['*'])],
  }),
  schema('workload-leader-election', 'leader-election', 200, 'ByUser', {
    subjects: systemAccounts('*'),
    resourceRules: [leases(['*'])],
  }),
  schema('system-node-high', 'node-high', 400, 'ByUser', {
    subjects: groups('system:nodes'),
    resourceRules: [resources(['*'], '', ['nodes', 'nodes/status'], ['*'], true), leases(['*'], ['*'])],
  }),
  schema('system-nodes', 'system', 500, 'ByUser', everything(groups('system:nodes'))),
  schema('kube-controller-manager', 'workload-high', 800, 'ByNamespace', everything(users(controllerManager))),
  schema('kube-scheduler', 'workload-high', 800, 'ByNamespace', everything(users(scheduler))),
  schema('kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', everything(systemAccounts('*'))),
  schema('service-accounts', 'workload-low', 9000, 'ByUser', everything(groups('system:serviceaccounts'))),
  schema('global-default', 'global-default', 9900, 'ByUser', everything(everybody)),
];
