/**
 * Which Secrets with tokens of service accounts nobody needs any more. Only those that Kubernetes before 1.24 made by
 * itself are looked at: an account names them. Pure: see controller.ts for the promise.
 */
import type { Pod, Secret, ServiceAccount } from '../../api/types.js';

export const tokenSecretType = 'kubernetes.io/service-account-token';
export const lastUsedLabel = 'kubernetes.io/legacy-token-last-used';
export const invalidSinceLabel = 'kubernetes.io/legacy-token-invalid-since';
const accountAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';

const dayMs = 24 * 3600 * 1000;
const date = /^\d{4}-\d{2}-\d{2}$/;

/** '2026-01-01' */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Whether uses have been written down for long enough to judge by them; `since` is the day on which that began. */
export function isTracked(since: string | undefined, now: number, periodMs: number): boolean {
  const began = since !== undefined && date.test(since) ? Date.parse(since) : Number.NaN;
  return now >= began + dayMs + periodMs;
}

/** The account that a token is of, if it names the Secret among its own: then nobody asked for it by hand. */
export interface Seen {
  account: ServiceAccount | undefined;
  /** Of the secret's namespace. */
  pods: readonly Pod[];
}

export type Plan = 'keep' | 'invalidate' | 'delete';

export function planFor(secret: Secret, { account, pods }: Seen, now: number, periodMs: number): Plan {
  const { name = '', labels = {}, annotations = {}, creationTimestamp, deletionTimestamp } = secret.metadata;
  if (secret.type !== tokenSecretType || deletionTimestamp) return 'keep';
  const before = now - periodMs;
  if (!(Date.parse(String(creationTimestamp)) < before)) return 'keep';
  const used = labels[lastUsedLabel];
  if (used !== undefined && (!date.test(used) || used >= dayOf(before))) return 'keep';
  const uid = annotations[uidAnnotation] ?? '';
  const isOf = account && account.metadata.name === annotations[accountAnnotation];
  if (!isOf || (uid !== '' && uid !== account.metadata.uid)) return 'keep';
  if (!account.secrets?.some(reference => reference.name === name)) return 'keep';
  if (pods.some(pod => mounts(pod, name))) return 'keep';
  const since = labels[invalidSinceLabel];
  if (since === undefined || !date.test(since)) return 'invalidate';
  return since >= dayOf(before) ? 'keep' : 'delete';
}

/** As a volume, in the environment, or to pull an image: any of them is a use. */
function mounts({ spec }: Pod, name: string): boolean {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  return (
    (spec?.imagePullSecrets ?? []).some(reference => reference.name === name) ||
    (spec?.volumes ?? []).some(
      ({ secret, projected }) =>
        secret?.secretName === name || projected?.sources?.some(source => source.secret?.name === name),
    ) ||
    containers.some(
      ({ env = [], envFrom = [] }) =>
        env.some(({ valueFrom }) => valueFrom?.secretKeyRef?.name === name) ||
        envFrom.some(({ secretRef }) => secretRef?.name === name),
    )
  );
}
