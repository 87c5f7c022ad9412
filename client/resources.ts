/** The handles of the built-in kinds: `client.get(pods, {namespace, name})` answers a Pod. */
import type * as t from '../api/types.js';
import type { Resource } from './client.js';

const rbac = 'rbac.authorization.k8s.io';
const storage = 'storage.k8s.io';
const networking = 'networking.k8s.io';
const admission = 'admissionregistration.k8s.io';
const flowControl = 'flowcontrol.apiserver.k8s.io';
const core = <T extends t.KubeObject>(plural: string, kind: string, namespaced = true): Resource<T> => ({
  group: '',
  version: 'v1',
  plural,
  kind,
  namespaced,
});
const grouped = <T extends t.KubeObject>(
  group: string,
  plural: string,
  kind: string,
  namespaced = true,
): Resource<T> => ({
  group,
  version: 'v1',
  plural,
  kind,
  namespaced,
});

export const namespaces = core<t.Namespace>('namespaces', 'Namespace', false);
export const nodes = core<t.Node>('nodes', 'Node', false);
export const pods = core<t.Pod>('pods', 'Pod');
export const replicationControllers = core<t.ReplicationController>('replicationcontrollers', 'ReplicationController');
export const deployments = grouped<t.Deployment>('apps', 'deployments', 'Deployment');
export const replicaSets = grouped<t.ReplicaSet>('apps', 'replicasets', 'ReplicaSet');
export const statefulSets = grouped<t.StatefulSet>('apps', 'statefulsets', 'StatefulSet');
export const daemonSets = grouped<t.DaemonSet>('apps', 'daemonsets', 'DaemonSet');
export const controllerRevisions = grouped<t.ControllerRevision>('apps', 'controllerrevisions', 'ControllerRevision');
export const jobs = grouped<t.Job>('batch', 'jobs', 'Job');
export const cronJobs = grouped<t.CronJob>('batch', 'cronjobs', 'CronJob');
export const podTemplates = core<t.PodTemplate>('podtemplates', 'PodTemplate');
export const persistentVolumes = core<t.PersistentVolume>('persistentvolumes', 'PersistentVolume', false);
export const persistentVolumeClaims = core<t.PersistentVolumeClaim>('persistentvolumeclaims', 'PersistentVolumeClaim');
export const limitRanges = core<t.LimitRange>('limitranges', 'LimitRange');
export const resourceQuotas = core<t.ResourceQuota>('resourcequotas', 'ResourceQuota');
export const componentStatuses = core<t.ComponentStatus>('componentstatuses', 'ComponentStatus', false);
export const horizontalPodAutoscalers: Resource<t.HorizontalPodAutoscaler> = {
  ...grouped('autoscaling', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler'),
  version: 'v2',
};
export const podDisruptionBudgets = grouped<t.PodDisruptionBudget>(
  'policy',
  'poddisruptionbudgets',
  'PodDisruptionBudget',
);
export const services = core<t.Service>('services', 'Service');
export const endpoints = core<t.Endpoints>('endpoints', 'Endpoints');
export const configMaps = core<t.ConfigMap>('configmaps', 'ConfigMap');
export const secrets = core<t.Secret>('secrets', 'Secret');
export const serviceAccounts = core<t.ServiceAccount>('serviceaccounts', 'ServiceAccount');
export const events = core<t.Event>('events', 'Event');
export const endpointSlices = grouped<t.EndpointSlice>('discovery.k8s.io', 'endpointslices', 'EndpointSlice');
export const leases = grouped<t.Lease>('coordination.k8s.io', 'leases', 'Lease');
export const roles = grouped<t.Role>(rbac, 'roles', 'Role');
export const roleBindings = grouped<t.RoleBinding>(rbac, 'rolebindings', 'RoleBinding');
export const clusterRoles = grouped<t.ClusterRole>(rbac, 'clusterroles', 'ClusterRole', false);
export const clusterRoleBindings = grouped<t.ClusterRoleBinding>(
  rbac,
  'clusterrolebindings',
  'ClusterRoleBinding',
  false,
);
export const priorityClasses = grouped<t.PriorityClass>('scheduling.k8s.io', 'priorityclasses', 'PriorityClass', false);
export const runtimeClasses = grouped<t.RuntimeClass>('node.k8s.io', 'runtimeclasses', 'RuntimeClass', false);
export const storageClasses = grouped<t.StorageClass>(storage, 'storageclasses', 'StorageClass', false);
export const volumeAttachments = grouped<t.VolumeAttachment>(storage, 'volumeattachments', 'VolumeAttachment', false);
export const csiDrivers = grouped<t.CSIDriver>(storage, 'csidrivers', 'CSIDriver', false);
export const csiNodes = grouped<t.CSINode>(storage, 'csinodes', 'CSINode', false);
export const csiStorageCapacities = grouped<t.CSIStorageCapacity>(
  storage,
  'csistoragecapacities',
  'CSIStorageCapacity',
);
export const volumeAttributesClasses = grouped<t.VolumeAttributesClass>(
  storage,
  'volumeattributesclasses',
  'VolumeAttributesClass',
  false,
);
export const ingresses = grouped<t.Ingress>(networking, 'ingresses', 'Ingress');
export const ingressClasses = grouped<t.IngressClass>(networking, 'ingressclasses', 'IngressClass', false);
export const networkPolicies = grouped<t.NetworkPolicy>(networking, 'networkpolicies', 'NetworkPolicy');
export const ipAddresses = grouped<t.IPAddress>(networking, 'ipaddresses', 'IPAddress', false);
export const serviceCidrs = grouped<t.ServiceCIDR>(networking, 'servicecidrs', 'ServiceCIDR', false);
export const certificateSigningRequests = grouped<t.CertificateSigningRequest>(
  'certificates.k8s.io',
  'certificatesigningrequests',
  'CertificateSigningRequest',
  false,
);
export const subjectAccessReviews = grouped<t.SubjectAccessReview>(
  'authorization.k8s.io',
  'subjectaccessreviews',
  'SubjectAccessReview',
  false,
);
export const mutatingWebhookConfigurations = grouped<t.MutatingWebhookConfiguration>(
  admission,
  'mutatingwebhookconfigurations',
  'MutatingWebhookConfiguration',
  false,
);
export const validatingWebhookConfigurations = grouped<t.ValidatingWebhookConfiguration>(
  admission,
  'validatingwebhookconfigurations',
  'ValidatingWebhookConfiguration',
  false,
);
export const validatingAdmissionPolicies = grouped<t.ValidatingAdmissionPolicy>(
  admission,
  'validatingadmissionpolicies',
  'ValidatingAdmissionPolicy',
  false,
);
export const validatingAdmissionPolicyBindings = grouped<t.ValidatingAdmissionPolicyBinding>(
  admission,
  'validatingadmissionpolicybindings',
  'ValidatingAdmissionPolicyBinding',
  false,
);
export const mutatingAdmissionPolicies = grouped<t.MutatingAdmissionPolicy>(
  admission,
  'mutatingadmissionpolicies',
  'MutatingAdmissionPolicy',
  false,
);
export const mutatingAdmissionPolicyBindings = grouped<t.MutatingAdmissionPolicyBinding>(
  admission,
  'mutatingadmissionpolicybindings',
  'MutatingAdmissionPolicyBinding',
  false,
);
export const flowSchemas = grouped<t.FlowSchema>(flowControl, 'flowschemas', 'FlowSchema', false);
export const priorityLevelConfigurations = grouped<t.PriorityLevelConfiguration>(
  flowControl,
  'prioritylevelconfigurations',
  'PriorityLevelConfiguration',
  false,
);
