/**
 * Every field that a pod's spec may have, and what becomes of it on a node: a page to read, which pod-spec.test.ts holds
 * against the schema, the files that are named here, and the refusals themselves.
 */
import type { PodSpec } from '../../../api/types.js';

/** By what has the fields, then by the file that does what they say. */
export const honoured: Record<string, Record<string, string>> = {
  PodSpec: {
    'kubelet/pods/want': 'containers initContainers ephemeralContainers restartPolicy',
    'kubelet/pods/ending': 'activeDeadlineSeconds terminationGracePeriodSeconds',
    'kubelet/pods/perform': 'runtimeClassName',
    'kubelet/pods/fetch': 'imagePullSecrets',
    'kubelet/pods/admission/fit': 'nodeSelector',
    'kubelet/pods/config/dns': 'dnsPolicy dnsConfig',
    'kubelet/pods/config/hosts': 'hostname hostnameOverride subdomain hostAliases',
    'kubelet/pods/config/sandbox': 'setHostnameAsFQDN',
    'kubelet/pods/config/security': 'hostNetwork hostPID hostIPC shareProcessNamespace securityContext',
    'kubelet/pods/config/service-env': 'enableServiceLinks',
    'kubelet/pods/config/requests': 'resources overhead',
    'kubelet/pods/config/refusals': 'os',
    'kubelet/status/conditions': 'readinessGates',
    'kubelet/userns/namespaces': 'hostUsers',
    'kubelet/volumes/tokens': 'serviceAccountName',
    'kubelet/volumes/volumes': 'volumes',
    'kubelet/eviction/rank': 'priority',
    'kubelet/pods/config/oom-score': 'priorityClassName',
    'kubelet/kubelet': 'nodeName',
  },
  Container: {
    'kubelet/pods/config/container': 'name image command args workingDir stdin stdinOnce tty terminationMessagePolicy',
    'kubelet/pods/config/env': 'env envFrom',
    'kubelet/pods/config/resources': 'resources',
    'kubelet/pods/config/sandbox': 'ports',
    'kubelet/pods/config/security': 'securityContext',
    'kubelet/pods/resize/size': 'resizePolicy',
    'kubelet/pods/restart-policy': 'restartPolicy restartPolicyRules',
    'kubelet/pods/start': 'lifecycle terminationMessagePath',
    'kubelet/images/ensure': 'imagePullPolicy',
    'kubelet/probes/prober': 'livenessProbe readinessProbe startupProbe',
    'kubelet/volumes/volumes': 'volumeMounts',
  },
  PodSecurityContext: {
    'kubelet/pods/config/security':
      'appArmorProfile fsGroup runAsGroup runAsNonRoot runAsUser seccompProfile supplementalGroups supplementalGroupsPolicy',
    'kubelet/pods/config/sandbox': 'sysctls',
    'kubelet/volumes/volumes': 'fsGroupChangePolicy',
  },
  SecurityContext: {
    'kubelet/pods/config/security':
      'allowPrivilegeEscalation appArmorProfile capabilities privileged procMount readOnlyRootFilesystem ' +
      'runAsGroup runAsNonRoot runAsUser seccompProfile',
  },
  Capabilities: { 'kubelet/pods/config/security': 'add drop' },
  AppArmorProfile: { 'kubelet/pods/config/security': 'type localhostProfile' },
  SeccompProfile: { 'kubelet/pods/config/security': 'type localhostProfile' },
  Sysctl: { 'kubelet/pods/config/sandbox': 'name value' },
  PodOS: { 'kubelet/pods/config/refusals': 'name' },
  PodReadinessGate: { 'kubelet/status/conditions': 'conditionType' },
  HostAlias: { 'kubelet/pods/config/hosts': 'ip hostnames' },
  PodDNSConfig: { 'kubelet/pods/config/dns': 'nameservers searches options' },
  PodDNSConfigOption: { 'kubelet/pods/config/dns': 'name value' },
  LocalObjectReference: { 'kubelet/pods/fetch': 'name' },
  ResourceRequirements: { 'kubelet/pods/config/resources': 'limits requests' },
  ContainerResizePolicy: { 'kubelet/pods/resize/size': 'resourceName restartPolicy' },
  ContainerRestartRule: { 'kubelet/pods/restart-policy': 'action exitCodes' },
  ContainerRestartRuleOnExitCodes: { 'kubelet/pods/restart-policy': 'operator values' },
  ContainerPort: {
    'kubelet/pods/config/sandbox': 'containerPort hostPort hostIP protocol',
    'kubelet/probes/run': 'name',
  },

  EnvVar: { 'kubelet/pods/config/env': 'name value valueFrom' },
  EnvFromSource: { 'kubelet/pods/config/env': 'prefix configMapRef secretRef' },
  EnvVarSource: { 'kubelet/pods/config/env': 'configMapKeyRef secretKeyRef fieldRef resourceFieldRef fileKeyRef' },
  ConfigMapEnvSource: { 'kubelet/pods/config/env': 'name optional' },
  SecretEnvSource: { 'kubelet/pods/config/env': 'name optional' },
  ConfigMapKeySelector: { 'kubelet/pods/config/env': 'name key optional' },
  SecretKeySelector: { 'kubelet/pods/config/env': 'name key optional' },
  FileKeySelector: { 'kubelet/pods/config/env': 'volumeName path key optional' },
  ObjectFieldSelector: { 'kubelet/pods/config/env': 'fieldPath' },
  ResourceFieldSelector: { 'kubelet/pods/config/env': 'containerName resource divisor' },

  Lifecycle: { 'kubelet/pods/start': 'postStart', 'kubelet/pods/kill': 'preStop' },
  LifecycleHandler: { 'kubelet/pods/hooks': 'exec httpGet sleep tcpSocket' },
  SleepAction: { 'kubelet/pods/hooks': 'seconds' },
  Probe: {
    'kubelet/probes/prober': 'initialDelaySeconds periodSeconds timeoutSeconds terminationGracePeriodSeconds',
    'kubelet/probes/state': 'failureThreshold successThreshold',
    'kubelet/probes/run': 'exec httpGet tcpSocket grpc',
  },
  ExecAction: { 'kubelet/probes/run': 'command' },
  HTTPGetAction: { 'kubelet/probes/run': 'host httpHeaders path port scheme' },
  HTTPHeader: { 'kubelet/probes/run': 'name value' },
  TCPSocketAction: { 'kubelet/probes/run': 'host port' },
  GRPCAction: { 'kubelet/probes/run': 'port service' },

  Volume: {
    'kubelet/volumes/volumes': 'name',
    'kubelet/volumes/source': 'emptyDir hostPath nfs image configMap secret downwardAPI projected',
    'kubelet/volumes/claims': 'persistentVolumeClaim ephemeral',
  },
  VolumeMount: {
    'kubelet/volumes/volumes': 'name mountPath mountPropagation readOnly recursiveReadOnly',
    'kubelet/volumes/inner-path': 'subPath subPathExpr',
  },
  EmptyDirVolumeSource: { 'kubelet/volumes/empty-dir': 'medium sizeLimit' },
  HostPathVolumeSource: { 'kubelet/volumes/hostpath': 'path type' },
  NFSVolumeSource: { 'kubelet/volumes/nfs': 'server path readOnly' },
  ImageVolumeSource: { 'kubelet/pods/fetch': 'reference pullPolicy' },
  PersistentVolumeClaimVolumeSource: { 'kubelet/volumes/claims': 'claimName readOnly' },
  ConfigMapVolumeSource: { 'kubelet/volumes/payload': 'name items optional defaultMode' },
  SecretVolumeSource: { 'kubelet/volumes/payload': 'secretName items optional defaultMode' },
  DownwardAPIVolumeSource: { 'kubelet/volumes/payload': 'items defaultMode' },
  ProjectedVolumeSource: { 'kubelet/volumes/payload': 'sources defaultMode' },
  VolumeProjection: { 'kubelet/volumes/payload': 'configMap secret downwardAPI serviceAccountToken' },
  ConfigMapProjection: { 'kubelet/volumes/payload': 'name items optional' },
  SecretProjection: { 'kubelet/volumes/payload': 'name items optional' },
  DownwardAPIProjection: { 'kubelet/volumes/payload': 'items' },
  ServiceAccountTokenProjection: { 'kubelet/volumes/payload': 'audience expirationSeconds path' },
  KeyToPath: { 'kubelet/volumes/payload': 'key path mode' },
  DownwardAPIVolumeFile: { 'kubelet/volumes/payload': 'path fieldRef resourceFieldRef mode' },
  EphemeralContainer: { 'kubelet/pods/start': 'targetContainerName' },
};

/** These have the fields of another beside their own, and the same is done about them. */
export const alike: Record<string, string> = { EphemeralContainer: 'Container' };

/** What the rest of the cluster does about a field, so that the node has nothing to do: who does it. */
export const elsewhere: Record<string, string> = {
  'PodSpec.affinity': 'scheduler/filters/node-affinity',
  'PodSpec.automountServiceAccountToken': 'apiserver/admission/service-account',
  'PodSpec.preemptionPolicy': 'scheduler/preemption/preempt',
  'PodSpec.schedulerName': 'scheduler/eligible',
  'PodSpec.schedulingGates': 'scheduler/eligible',
  'PodSpec.serviceAccount': 'api/kinds/pod/defaults',
  'PodSpec.tolerations': 'scheduler/filters/taint-toleration',
  'PodSpec.topologySpreadConstraints': 'scheduler/model/spread-constraint',
  'EphemeralVolumeSource.volumeClaimTemplate': 'controllers/ephemeralvolume/controller',
};

/** What may be said and changes nothing, in Kubernetes neither. */
export const withoutEffect: Record<string, string> = {
  'PodSpec.schedulingGroup':
    'pods that start together or not at all: its feature gate is off in Kubernetes, and the field is not stored',
  'PodSecurityContext.seLinuxChangePolicy':
    'how labels of SELinux are set: those themselves are refused where there is SELinux',
  'ObjectFieldSelector.apiVersion': 'there is but v1',
};

const withContainer = (more: object): PodSpec => ({ containers: [{ name: 'c', image: 'i', ...more }] });
const withPod = (more: object): PodSpec => ({ ...withContainer({}), ...more });
const withVolume = (kind: string, source: object = {}): PodSpec =>
  withPod({ volumes: [{ name: 'v', [kind]: source }] });
const projected = (kind: string): PodSpec => withVolume('projected', { sources: [{ [kind]: {} }] });
const unsupportedVolume = (kind: string): [PodSpec, RegExp] => [
  withVolume(kind),
  new RegExp(`^volumes of type ${kind} are not supported by this kubelet$`),
];

/**
 * What is refused, with a spec that asks for it and the words of its refusal: a field as a whole, or (after a colon) one
 * of its values.
 */
export const refused: Record<string, [PodSpec, RegExp]> = {
  // By a runtime that has none, such as containerd 1.6: others have (kubelet/userns/).
  'PodSpec.hostUsers: false': [withPod({ hostUsers: false }), /user namespaces are not supported/],
  'PodSpec.os: windows': [withPod({ os: { name: 'windows' } }), /does not match the node's, linux/],
  'PodSpec.resourceClaims': [withPod({ resourceClaims: [{ name: 'r' }] }), /dynamic resources are not supported/],
  'ResourceRequirements.claims': [
    withContainer({ resources: { claims: [{ name: 'r' }] } }),
    /resources\.claims is not/,
  ],
  'PodSecurityContext.sysctls: of the node': [
    withPod({ securityContext: { sysctls: [{ name: 'kernel.panic', value: '1' }] } }),
    /^SysctlForbidden: .*forbidden sysctl: "kernel\.panic" not allowlisted$/,
  ],
  'PodSecurityContext.supplementalGroupsPolicy: Strict': [
    withPod({ securityContext: { supplementalGroupsPolicy: 'Strict' } }),
    /^SupplementalGroupsPolicyNotSupported: .*is not supported in this node$/,
  ],
  // Where the kernel enforces it: elsewhere nobody would miss the labels, and Kubernetes says nothing either.
  'PodSecurityContext.seLinuxOptions': [withPod({ securityContext: { seLinuxOptions: {} } }), /seLinuxOptions/],
  'SecurityContext.seLinuxOptions': [withContainer({ securityContext: { seLinuxOptions: {} } }), /seLinuxOptions/],
  // Where it does not.
  'AppArmorProfile.type: RuntimeDefault': [
    withPod({ securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } }),
    /^AppArmor: .*Cannot enforce AppArmor: AppArmor is not enabled on the host$/,
  ],
  'PodSecurityContext.windowsOptions': [withPod({ securityContext: { windowsOptions: {} } }), /runs linux/],
  'SecurityContext.windowsOptions': [withContainer({ securityContext: { windowsOptions: {} } }), /windowsOptions/],
  'Lifecycle.stopSignal': [withContainer({ lifecycle: { stopSignal: 'SIGUSR1' } }), /stopSignal SIGUSR1/],
  'Container.volumeDevices': [withContainer({ volumeDevices: [{}] }), /volumeDevices/],
  'EmptyDirVolumeSource.medium: HugePages': [
    withVolume('emptyDir', { medium: 'HugePages' }),
    /medium HugePages is not/,
  ],
  'VolumeProjection.clusterTrustBundle': [
    projected('clusterTrustBundle'),
    /source clusterTrustBundle is not supported/,
  ],
  'VolumeProjection.podCertificate': [projected('podCertificate'), /source podCertificate is not supported/],
  'Volume.awsElasticBlockStore': unsupportedVolume('awsElasticBlockStore'),
  'Volume.azureDisk': unsupportedVolume('azureDisk'),
  'Volume.azureFile': unsupportedVolume('azureFile'),
  'Volume.cephfs': unsupportedVolume('cephfs'),
  'Volume.cinder': unsupportedVolume('cinder'),
  'Volume.csi': unsupportedVolume('csi'),
  'Volume.fc': unsupportedVolume('fc'),
  'Volume.flexVolume': unsupportedVolume('flexVolume'),
  'Volume.flocker': unsupportedVolume('flocker'),
  'Volume.gcePersistentDisk': unsupportedVolume('gcePersistentDisk'),
  'Volume.gitRepo': unsupportedVolume('gitRepo'),
  'Volume.glusterfs': unsupportedVolume('glusterfs'),
  'Volume.iscsi': unsupportedVolume('iscsi'),
  'Volume.photonPersistentDisk': unsupportedVolume('photonPersistentDisk'),
  'Volume.portworxVolume': unsupportedVolume('portworxVolume'),
  'Volume.quobyte': unsupportedVolume('quobyte'),
  'Volume.rbd': unsupportedVolume('rbd'),
  'Volume.scaleIO': unsupportedVolume('scaleIO'),
  'Volume.storageos': unsupportedVolume('storageos'),
  'Volume.vsphereVolume': unsupportedVolume('vsphereVolume'),
};
