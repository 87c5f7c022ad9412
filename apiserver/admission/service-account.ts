/** Every pod runs as a service account that exists, and finds its token where client libraries look for it. */
import { isMirror } from '../../api/kinds/pod/mirror.js';
import type { Container, Pod, PodSpec, ServiceAccount, Volume } from '../../api/types.js';
import type { AdmissionPlugin, AdmissionRequest, Lookup } from '../contracts.js';
import { createsPod, newPod, refusal } from './request.js';

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const volumePrefix = 'kube-api-access-';
/** An hour, and seven seconds by which such tokens are told from those that someone asked an hour for. */
const tokenSeconds = 3607;
/** 0644 */
const fileMode = 420;

export const serviceAccount = (lookup: Lookup, randomSuffix: (length: number) => string): AdmissionPlugin => ({
  name: 'ServiceAccount',
  handles: createsPod,
  mutate(request) {
    const pod = newPod(request);
    if (isMirror(pod) || !pod.spec) return;
    pod.spec.serviceAccountName ||= 'default';
    pod.spec.serviceAccount = pod.spec.serviceAccountName;
    const account = accountOf(lookup, request, pod.spec.serviceAccountName);
    if (mountsToken(pod.spec, account)) mountToken(pod.spec, randomSuffix);
    if (!pod.spec.imagePullSecrets?.length && account.imagePullSecrets?.length) {
      pod.spec.imagePullSecrets = account.imagePullSecrets.map(secret => ({ ...secret }));
    }
  },
  validate(request) {
    const pod = newPod(request);
    if (isMirror(pod)) refuseMirror(request, pod);
    else accountOf(lookup, request, pod.spec?.serviceAccountName ?? '');
  },
});

/** A mirror pod shows what a kubelet runs from a file: it must not give that node anything of the API's. */
function refuseMirror(request: AdmissionRequest, { spec }: Pod): void {
  if (spec?.serviceAccountName) throw refusal(request, 'a mirror pod may not reference service accounts');
  for (const volume of spec?.volumes ?? []) {
    const hasToken = volume.projected?.sources?.some(source => source.serviceAccountToken);
    if (volume.secret || hasToken)
      throw refusal(request, 'a mirror pod may not reference secrets or service account tokens');
  }
}

/** Throws Forbidden when there is no such account. */
function accountOf(lookup: Lookup, request: AdmissionRequest, name: string): ServiceAccount {
  const { namespace } = request.info;
  const found = lookup.get({ group: '', resource: 'serviceaccounts' }, namespace, name);
  if (found) return found as unknown as ServiceAccount;
  throw refusal(request, `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`);
}

/** The pod's word counts, then its account's; the default is yes. */
const mountsToken = (spec: PodSpec, account: ServiceAccount): boolean =>
  spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;

function mountToken(spec: PodSpec, randomSuffix: (length: number) => string): void {
  const containers: Container[] = [...(spec.initContainers ?? []), ...spec.containers];
  const without = containers.filter(container => !container.volumeMounts?.some(mount => mount.mountPath === tokenPath));
  if (without.length === 0) return;
  const given = spec.volumes?.find(volume => volume.name.startsWith(volumePrefix));
  const name = given?.name ?? `${volumePrefix}${randomSuffix(5)}`;
  if (!given) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
  for (const container of without) {
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: tokenPath }];
  }
}

const tokenVolume = (name: string): Volume => ({
  name,
  projected: {
    defaultMode: fileMode,
    sources: [
      { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
  },
});
