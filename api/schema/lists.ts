/**
 * What the models do not say, and merging and reading must know: how lists and maps are merged, which strings are
 * quantities. Written as 'Type.field', for every type that the built-in kinds reach. A test compares it with the
 * x-kubernetes- extensions that Kubernetes publishes.
 */

/** How a field is merged (x-kubernetes-list-type, -list-map-keys, -patch-merge-key, -patch-strategy). */
export interface Merging {
  listType?: 'map' | 'set' | 'atomic';
  /** The fields that tell a list's items apart: in server-side apply all of them, in a strategic merge the first. */
  keys?: readonly string[];
  /** Absent: a strategic merge replaces the list. */
  mergeKey?: string;
  strategies: readonly string[];
}

/** Lists whose items have an identity, and are merged by it. */
const keyed: Record<string, string> = {
  'FlowSchemaStatus.conditions': 'type',
  'MutatingAdmissionPolicySpec.matchConditions': 'name',
  'MutatingWebhook.matchConditions': 'name',
  'MutatingWebhookConfiguration.webhooks': 'name',
  'PriorityLevelConfigurationStatus.conditions': 'type',
  'ValidatingAdmissionPolicySpec.matchConditions': 'name',
  'ValidatingAdmissionPolicySpec.variables': 'name',
  'ValidatingWebhook.matchConditions': 'name',
  'ValidatingWebhookConfiguration.webhooks': 'name',
  'ServiceCIDRStatus.conditions': 'type',
  'CSINodeSpec.drivers': 'name',
  'ComponentStatus.conditions': 'type',
  'Container.env': 'name',
  'Container.ports': 'containerPort,protocol',
  'Container.volumeDevices': 'devicePath',
  'Container.volumeMounts': 'mountPath',
  'ContainerStatus.allocatedResourcesStatus': 'name',
  'ContainerStatus.volumeMounts': 'mountPath',
  'DaemonSetStatus.conditions': 'type',
  'DeploymentStatus.conditions': 'type',
  'EphemeralContainer.env': 'name',
  'EphemeralContainer.ports': 'containerPort,protocol',
  'EphemeralContainer.volumeDevices': 'devicePath',
  'EphemeralContainer.volumeMounts': 'mountPath',
  'HorizontalPodAutoscalerStatus.conditions': 'type',
  'APIServiceStatus.conditions': 'type',
  'JSONSchemaProps.x-kubernetes-validations': 'rule',
  'NamespaceStatus.conditions': 'type',
  'NodeStatus.addresses': 'type',
  'NodeStatus.conditions': 'type',
  'ObjectMeta.ownerReferences': 'uid',
  'PersistentVolumeClaimStatus.conditions': 'type',
  'PodDisruptionBudgetStatus.conditions': 'type',
  'PodSpec.containers': 'name',
  'PodSpec.ephemeralContainers': 'name',
  'PodSpec.hostAliases': 'ip',
  'PodSpec.imagePullSecrets': 'name',
  'PodSpec.initContainers': 'name',
  'PodSpec.resourceClaims': 'name',
  'PodSpec.schedulingGates': 'name',
  'PodSpec.topologySpreadConstraints': 'topologyKey,whenUnsatisfiable',
  'PodSpec.volumes': 'name',
  'PodStatus.conditions': 'type',
  'PodStatus.podIPs': 'ip',
  'PodStatus.resourceClaimStatuses': 'name',
  'ReplicaSetStatus.conditions': 'type',
  'ReplicationControllerStatus.conditions': 'type',
  'ServiceAccount.secrets': 'name',
  'ServiceSpec.ports': 'port,protocol',
  'ServiceStatus.conditions': 'type',
  'StatefulSetStatus.conditions': 'type',
};

/** Keyed for server-side apply, and replaced whole by a strategic merge. */
const keyedWithoutMerge: Record<string, string> = {
  'CustomResourceDefinitionStatus.conditions': 'type',
  'ValidatingAdmissionPolicyStatus.conditions': 'type',
  'CertificateSigningRequestStatus.conditions': 'type',
  'ResourceRequirements.claims': 'name',
  'ResourceStatus.resources': 'resourceID',
};

const sets = [
  'NonResourcePolicyRule.nonResourceURLs',
  'NonResourcePolicyRule.verbs',
  'ResourcePolicyRule.apiGroups',
  'ResourcePolicyRule.namespaces',
  'ResourcePolicyRule.resources',
  'ResourcePolicyRule.verbs',
  'ValidatingAdmissionPolicyBindingSpec.validationActions',
  'CSIDriverSpec.volumeLifecycleModes',
  'ContainerRestartRuleOnExitCodes.values',
  'Endpoint.addresses',
  'NodeAllocatableResourceClaimStatus.containers',
  'NodeSpec.podCIDRs',
  'ObjectMeta.finalizers',
  'PodFailurePolicyOnExitCodesRequirement.values',
  'UncountedTerminatedPods.failed',
  'UncountedTerminatedPods.succeeded',
];

/** Sets that a strategic merge adds to. */
const mergedSets = ['NodeSpec.podCIDRs', 'ObjectMeta.finalizers'];

/** Unions: of an item, only the fields that the patch names are kept. */
const retainsKeys = ['PodSpec.resourceClaims', 'PodSpec.volumes', 'PodStatus.resourceClaimStatuses'];

/** Merged by patches, and yet owned as one: Kubernetes' own exceptions. */
const mergedAtomics: Record<string, string> = { 'JobStatus.conditions': 'type', 'PodStatus.hostIPs': 'ip' };

const atomicMaps = new Set([
  'MatchResources',
  'NamedRuleWithOperations',
  'ParamKind',
  'ParamRef',
  'Variable',
  'autoscaling.v1.CrossVersionObjectReference',
  'ServiceBackendPort',
  'Scheduling.nodeSelector',
  'TopologySelectorTerm',
  'ConfigMapKeySelector',
  'EndpointAddress',
  'FileKeySelector',
  'LabelSelector',
  'LocalObjectReference',
  'NodeSelector',
  'NodeSelectorTerm',
  'ObjectFieldSelector',
  'ObjectReference',
  'OwnerReference',
  'CoreEndpointPort',
  'DiscoveryEndpointPort',
  'PodSpec.nodeSelector',
  'ReplicationControllerSpec.selector',
  'ResourceFieldSelector',
  'RoleRef',
  'ScopeSelector',
  'SecretKeySelector',
  'SecretReference',
  'ServiceSpec.selector',
  'RbacSubject',
  'TypedLocalObjectReference',
]);

const quantities = new Set([
  'CSIStorageCapacity.capacity',
  'CSIStorageCapacity.maximumVolumeSize',
  'Overhead.podFixed',
  'PersistentVolumeSpec.capacity',
  'ContainerStatus.allocatedResources',
  'EmptyDirVolumeSource.sizeLimit',
  'HPAScalingRules.tolerance',
  'LimitRangeItem.default',
  'LimitRangeItem.defaultRequest',
  'LimitRangeItem.max',
  'LimitRangeItem.maxLimitRequestRatio',
  'LimitRangeItem.min',
  'MetricTarget.averageValue',
  'MetricTarget.value',
  'MetricValueStatus.averageValue',
  'MetricValueStatus.value',
  'NodeAllocatableResourceClaimStatus.resources',
  'NodeStatus.allocatable',
  'NodeStatus.capacity',
  'PersistentVolumeClaimStatus.allocatedResources',
  'PersistentVolumeClaimStatus.capacity',
  'PodSpec.overhead',
  'PodStatus.allocatedResources',
  'ResourceFieldSelector.divisor',
  'ResourceQuotaSpec.hard',
  'ResourceQuotaStatus.hard',
  'ResourceQuotaStatus.used',
  'ResourceRequirements.limits',
  'ResourceRequirements.requests',
  'VolumeResourceRequirements.limits',
  'VolumeResourceRequirements.requests',
]);

function build(): ReadonlyMap<string, Merging> {
  const table = new Map<string, Merging>();
  for (const [path, keys] of Object.entries(keyed)) {
    const names = keys.split(',');
    const strategies = retainsKeys.includes(path) ? ['merge', 'retainKeys'] : ['merge'];
    table.set(path, { listType: 'map', keys: names, mergeKey: names[0] as string, strategies });
  }
  for (const [path, keys] of Object.entries(keyedWithoutMerge)) {
    table.set(path, { listType: 'map', keys: keys.split(','), strategies: [] });
  }
  for (const path of sets) table.set(path, { listType: 'set', strategies: mergedSets.includes(path) ? ['merge'] : [] });
  for (const [path, mergeKey] of Object.entries(mergedAtomics)) {
    table.set(path, { listType: 'atomic', mergeKey, strategies: ['merge'] });
  }
  // A union that is no list: changing the type drops what belongs to the other.
  table.set('DeploymentSpec.strategy', { strategies: ['retainKeys'] });
  table.set('PodDisruptionBudgetSpec.selector', { strategies: ['replace'] });
  return table;
}

/** The lists that are merged; every other list is atomic. */
export const mergings = build();

/** Types and maps that have one owner as a whole (x-kubernetes-map-type: atomic). */
export const isAtomicMap = (path: string): boolean => atomicMaps.has(path);

/** Versions of one type may differ in this: then its version is named ('autoscaling.v1.CrossVersionObjectReference'). */
export const isAtomicModel = ({ listName, definition }: { listName: string; definition: string }): boolean =>
  atomicMaps.has(listName) || atomicMaps.has(definition.split('.').slice(-3).join('.'));

/** Strings (or maps of strings) that are quantities: written in canonical form, and accepted as numbers. */
export const isQuantity = (path: string): boolean => quantities.has(path);
