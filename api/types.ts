/**
 * The shapes of objects as they travel (JSON), derived from the models of @kubernetes/client-node. Those models hold
 * `Date` for times and a leading underscore for names that are TypeScript keywords; on the wire both are plain.
 * Only types come from that package here: importing it at run time costs a second and 120 MB.
 */
import type * as k8s from '@kubernetes/client-node';

/** A client-node model as JSON: dates are RFC 3339 strings, `_continue` is `continue`, and so on down. */
export type Wire<T> = 0 extends 1 & T
  ? unknown
  : T extends Date
    ? string
    : T extends (infer U)[]
      ? Wire<U>[]
      : T extends object
        ? { [K in keyof T as K extends `_${infer R}` ? R : K]: Wire<T[K]> }
        : T;

export type ObjectMeta = Wire<k8s.V1ObjectMeta>;
export type OwnerReference = Wire<k8s.V1OwnerReference>;
export type ListMeta = Wire<k8s.V1ListMeta>;

/** What every stored object has. The metadata of an object read from a server always has name, uid and resourceVersion. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

export interface KubeList<T extends KubeObject = KubeObject> {
  apiVersion: string;
  kind: string;
  metadata: ListMeta;
  items: T[];
}

/** An object whose fields are known only at run time. */
export interface AnyObject extends KubeObject {
  [field: string]: unknown;
}

/** A stored kind: the model's fields, with apiVersion, kind and metadata certain. */
type Stored<T> = Omit<Wire<T>, 'apiVersion' | 'kind' | 'metadata'> & KubeObject;

export type Namespace = Stored<k8s.V1Namespace>;
export type Pod = Stored<k8s.V1Pod>;
export type PodSpec = Wire<k8s.V1PodSpec>;
export type PodStatus = Wire<k8s.V1PodStatus>;
export type PodCondition = Wire<k8s.V1PodCondition>;
export type PodTemplateSpec = Wire<k8s.V1PodTemplateSpec>;
export type Container = Wire<k8s.V1Container>;
export type EphemeralContainer = Wire<k8s.V1EphemeralContainer>;
export type ContainerStatus = Wire<k8s.V1ContainerStatus>;
export type ContainerState = Wire<k8s.V1ContainerState>;
export type Probe = Wire<k8s.V1Probe>;
export type LifecycleHandler = Wire<k8s.V1LifecycleHandler>;
export type EnvVar = Wire<k8s.V1EnvVar>;
export type Volume = Wire<k8s.V1Volume>;
export type VolumeMount = Wire<k8s.V1VolumeMount>;
export type Toleration = Wire<k8s.V1Toleration>;
export type Taint = Wire<k8s.V1Taint>;
export type ReplicationController = Stored<k8s.V1ReplicationController>;
export type Deployment = Stored<k8s.V1Deployment>;
export type ReplicaSet = Stored<k8s.V1ReplicaSet>;
export type StatefulSet = Stored<k8s.V1StatefulSet>;
export type DaemonSet = Stored<k8s.V1DaemonSet>;
export type ControllerRevision = Stored<k8s.V1ControllerRevision>;
export type Job = Stored<k8s.V1Job>;
export type JobSpec = Wire<k8s.V1JobSpec>;
export type CronJob = Stored<k8s.V1CronJob>;
export type HorizontalPodAutoscaler = Stored<k8s.V2HorizontalPodAutoscaler>;
export type HorizontalPodAutoscalerV1 = Stored<k8s.V1HorizontalPodAutoscaler>;
export type PodDisruptionBudget = Stored<k8s.V1PodDisruptionBudget>;
export type PodTemplate = Stored<k8s.V1PodTemplate>;
export type PersistentVolume = Stored<k8s.V1PersistentVolume>;
export type PersistentVolumeClaim = Stored<k8s.V1PersistentVolumeClaim>;
export type LimitRange = Stored<k8s.V1LimitRange>;
export type ResourceQuota = Stored<k8s.V1ResourceQuota>;
export type ComponentStatus = Stored<k8s.V1ComponentStatus>;
export type Service = Stored<k8s.V1Service>;
export type ServicePort = Wire<k8s.V1ServicePort>;
export type Endpoints = Stored<k8s.V1Endpoints>;
export type EndpointSlice = Stored<k8s.V1EndpointSlice>;
export type Endpoint = Wire<k8s.V1Endpoint>;
export type Node = Stored<k8s.V1Node>;
export type NodeCondition = Wire<k8s.V1NodeCondition>;
export type ConfigMap = Stored<k8s.V1ConfigMap>;
export type Secret = Stored<k8s.V1Secret>;
export type ServiceAccount = Stored<k8s.V1ServiceAccount>;
export type Event = Stored<k8s.CoreV1Event>;
/** An event as events.k8s.io has it: the same object as core's. */
export type NewerEvent = Stored<k8s.EventsV1Event>;
export type Lease = Stored<k8s.V1Lease>;
export type Binding = Stored<k8s.V1Binding>;
export type Scale = Stored<k8s.V1Scale>;
export type TokenRequest = Stored<k8s.AuthenticationV1TokenRequest>;
export type Role = Stored<k8s.V1Role>;
export type ClusterRole = Stored<k8s.V1ClusterRole>;
export type RoleBinding = Stored<k8s.V1RoleBinding>;
export type ClusterRoleBinding = Stored<k8s.V1ClusterRoleBinding>;
export type PolicyRule = Wire<k8s.V1PolicyRule>;
export type RbacSubject = Wire<k8s.RbacV1Subject>;
export type PriorityClass = Stored<k8s.V1PriorityClass>;
export type RuntimeClass = Stored<k8s.V1RuntimeClass>;
export type StorageClass = Stored<k8s.V1StorageClass>;
export type TopologySelectorTerm = Wire<k8s.V1TopologySelectorTerm>;
export type VolumeAttachment = Stored<k8s.V1VolumeAttachment>;
export type CSIDriver = Stored<k8s.V1CSIDriver>;
export type CSINode = Stored<k8s.V1CSINode>;
export type CSIStorageCapacity = Stored<k8s.V1CSIStorageCapacity>;
export type VolumeAttributesClass = Stored<k8s.V1VolumeAttributesClass>;
export type Ingress = Stored<k8s.V1Ingress>;
export type IngressClass = Stored<k8s.V1IngressClass>;
export type NetworkPolicy = Stored<k8s.V1NetworkPolicy>;
export type IPAddress = Stored<k8s.V1IPAddress>;
export type ServiceCIDR = Stored<k8s.V1ServiceCIDR>;
export type CustomResourceDefinition = Stored<k8s.V1CustomResourceDefinition>;
export type APIService = Stored<k8s.V1APIService>;
export type CertificateSigningRequest = Stored<k8s.V1CertificateSigningRequest>;
export type SubjectAccessReview = Stored<k8s.V1SubjectAccessReview>;
export type MutatingWebhook = Wire<k8s.V1MutatingWebhook>;
export type MutatingWebhookConfiguration = Stored<k8s.V1MutatingWebhookConfiguration>;
export type ValidatingWebhookConfiguration = Stored<k8s.V1ValidatingWebhookConfiguration>;
export type MatchResources = Wire<k8s.V1MatchResources>;
export type ValidatingAdmissionPolicy = Stored<k8s.V1ValidatingAdmissionPolicy>;
export type ValidatingAdmissionPolicyBinding = Stored<k8s.V1ValidatingAdmissionPolicyBinding>;
export type MutatingAdmissionPolicy = Stored<k8s.V1MutatingAdmissionPolicy>;
export type MutatingAdmissionPolicyBinding = Stored<k8s.V1MutatingAdmissionPolicyBinding>;
export type FlowSchema = Stored<k8s.V1FlowSchema>;
export type PriorityLevelConfiguration = Stored<k8s.V1PriorityLevelConfiguration>;
/** Amounts of 'cpu' and 'memory', as quantities. */
export type Usage = Record<string, string>;
/** metrics.k8s.io: what a node, or each container of a pod, used in the `window` before `timestamp`. */
export type NodeMetrics = KubeObject & { timestamp: string; window: string; usage: Usage };
export type PodMetrics = KubeObject & {
  timestamp: string;
  window: string;
  containers: { name: string; usage: Usage }[];
};
export type LabelSelector = Wire<k8s.V1LabelSelector>;
export type DeleteOptions = Wire<k8s.V1DeleteOptions>;
export type Status = Wire<k8s.V1Status>;
export type StatusCause = Wire<k8s.V1StatusCause>;

/** One event of a watch, as it travels: a JSON object a line. */
export interface WatchEvent<T extends KubeObject = KubeObject> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: T;
}
