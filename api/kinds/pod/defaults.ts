/** What a pod's spec says when its author does not (pods, and the templates of what makes pods). */
import { fill, put } from '../../json.js';
import type { Container, LifecycleHandler, Pod, PodSpec, Probe, Volume } from '../../types.js';

/** 0644, in decimal as JSON needs it. */
const fileMode = 420;

/** The tag of an image; '' where the image is named by its digest, 'latest' where it has neither. */
export function imageTag(image: string): string {
  if (image.includes('@')) return '';
  const name = image.slice(image.lastIndexOf('/') + 1);
  const colon = name.indexOf(':');
  return colon < 0 ? 'latest' : name.slice(colon + 1);
}

type HttpGet = NonNullable<LifecycleHandler['httpGet']>;

function defaultHttpGet(get: HttpGet | undefined): void {
  if (!get) return;
  if (!get.path) get.path = '/';
  if (!get.scheme) get.scheme = 'HTTP';
}

function defaultProbe(probe: Probe | undefined): void {
  if (!probe) return;
  // Zero is what an absent number decodes to in Kubernetes, and means the same.
  if (!probe.timeoutSeconds) probe.timeoutSeconds = 1;
  if (!probe.periodSeconds) probe.periodSeconds = 10;
  if (!probe.successThreshold) probe.successThreshold = 1;
  if (!probe.failureThreshold) probe.failureThreshold = 3;
  defaultHttpGet(probe.httpGet);
  if (probe.grpc) fill(probe.grpc, 'service', '');
}

function defaultEnv(container: Container): void {
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef) fill(valueFrom.fieldRef, 'apiVersion', 'v1');
    if (valueFrom?.resourceFieldRef) fill(valueFrom.resourceFieldRef, 'divisor', '0');
    if (valueFrom?.fileKeyRef) fill(valueFrom.fileKeyRef, 'optional', false);
  }
}

/** Who sets a limit and no request asks for the limit. */
function requestLimits(resources: PodSpec['resources']): void {
  for (const [name, limit] of Object.entries(resources?.limits ?? {})) {
    if (!resources) return;
    resources.requests ??= {};
    if (!Object.hasOwn(resources.requests, name)) put(resources.requests, name, limit);
  }
}

const pullPolicy = (image = ''): string => (imageTag(image) === 'latest' ? 'Always' : 'IfNotPresent');

function defaultContainer(container: Container): void {
  if (!container.imagePullPolicy) container.imagePullPolicy = pullPolicy(container.image);
  if (!container.terminationMessagePath) container.terminationMessagePath = '/dev/termination-log';
  if (!container.terminationMessagePolicy) container.terminationMessagePolicy = 'File';
  fill(container, 'resources', {});
  for (const port of container.ports ?? []) if (!port.protocol) port.protocol = 'TCP';
  defaultEnv(container);
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) defaultProbe(probe);
  defaultHttpGet(container.lifecycle?.postStart?.httpGet);
  defaultHttpGet(container.lifecycle?.preStop?.httpGet);
}

type DownwardItems = NonNullable<Volume['downwardAPI']>['items'];

function defaultDownwardItems(items: DownwardItems): void {
  for (const { fieldRef, resourceFieldRef } of items ?? []) {
    if (fieldRef) fill(fieldRef, 'apiVersion', 'v1');
    if (resourceFieldRef) fill(resourceFieldRef, 'divisor', '0');
  }
}

function defaultProjected(projected: NonNullable<Volume['projected']>): void {
  fill(projected, 'defaultMode', fileMode);
  for (const source of projected.sources ?? []) {
    if (source.serviceAccountToken) fill(source.serviceAccountToken, 'expirationSeconds', 3600);
    defaultDownwardItems(source.downwardAPI?.items);
  }
}

function defaultVolume(volume: Volume): void {
  if (Object.entries(volume).every(([key, value]) => key === 'name' || value === undefined || value === null)) {
    volume.emptyDir = {};
  }
  if (volume.secret) fill(volume.secret, 'defaultMode', fileMode);
  if (volume.configMap) fill(volume.configMap, 'defaultMode', fileMode);
  if (volume.hostPath) fill(volume.hostPath, 'type', '');
  if (volume.image && !volume.image.pullPolicy) volume.image.pullPolicy = pullPolicy(volume.image.reference);
  if (volume.projected) defaultProjected(volume.projected);
  if (volume.downwardAPI) {
    fill(volume.downwardAPI, 'defaultMode', fileMode);
    defaultDownwardItems(volume.downwardAPI.items);
  }
}

/** serviceAccount is serviceAccountName's old name: both are always shown. */
function pairServiceAccountNames(spec: PodSpec): void {
  const name = spec.serviceAccountName || spec.serviceAccount;
  if (!name) return;
  spec.serviceAccountName = name;
  spec.serviceAccount = name;
}

const debugContainers = (spec: PodSpec): Container[] => (spec.ephemeralContainers ?? []) as Container[];

const containersOf = (spec: PodSpec): Container[] => [...(spec.initContainers ?? []), ...(spec.containers ?? [])];

/** What pods and pod templates alike are given. In place, and idempotent: what is set already is left alone. */
export function defaultPodSpec(spec: PodSpec): void {
  if (!spec.restartPolicy) spec.restartPolicy = 'Always';
  if (!spec.dnsPolicy) spec.dnsPolicy = 'ClusterFirst';
  if (!spec.schedulerName) spec.schedulerName = 'default-scheduler';
  fill(spec, 'terminationGracePeriodSeconds', 30);
  fill(spec, 'securityContext', {});
  pairServiceAccountNames(spec);
  for (const container of [...containersOf(spec), ...debugContainers(spec)]) defaultContainer(container);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
  dropDisabled(spec);
}

/** What stands behind a feature gate that is off in Kubernetes is not stored, and nobody is told. */
function dropDisabled(spec: PodSpec): void {
  // GenericWorkload: pods that are placed together.
  delete spec.schedulingGroup;
}

/** What a pod is given beside that, and a template is not: its author's words are kept as they are. */
export function defaultPod(pod: Pod): void {
  fill(pod, 'spec', { containers: [] });
  fill(pod, 'status', {});
  const spec = pod.spec as PodSpec;
  defaultPodSpec(spec);
  fill(spec, 'enableServiceLinks', true);
  requestLimits(spec.resources);
  for (const container of containersOf(spec)) {
    requestLimits(container.resources);
    if (!spec.hostNetwork) continue;
    for (const port of container.ports ?? []) if (!port.hostPort) port.hostPort = port.containerPort;
  }
}
