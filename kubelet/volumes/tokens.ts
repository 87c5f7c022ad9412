/** Service account tokens for pods, bound to the pod, and asked for again well before they expire. */
import type { Clock } from '../../api/clock.js';
import type { Pod, TokenRequest } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { serviceAccounts } from '../../client/resources.js';

export interface TokenWish {
  /** Absent: the API server's own. */
  audience?: string;
  expirationSeconds: number;
}

export interface TokenSource {
  token(pod: Pod, wish: TokenWish): Promise<string>;
  /** Forgets the tokens of a pod that is gone. */
  forget(uid: string): void;
}

interface Held {
  token: string;
  issuedAt: number;
  refreshAt: number;
}

const day = 24 * 3600 * 1000;

/** At four fifths of its life, and after a day at the latest. */
export const refreshTime = (issuedAt: number, expiresAt: number): number =>
  Math.min(issuedAt + 0.8 * (expiresAt - issuedAt), issuedAt + day);

export function tokenSource(client: Client, clock: Clock): TokenSource {
  const held = new Map<string, Map<string, Held>>();
  return {
    async token(pod, wish) {
      const uid = pod.metadata.uid ?? '';
      const key = `${pod.spec?.serviceAccountName ?? 'default'}/${wish.audience ?? ''}/${wish.expirationSeconds}`;
      const known = held.get(uid)?.get(key);
      const now = clock.now();
      // One that is yet to be issued is of a clock that has been set back since: its age is not known.
      if (known && known.issuedAt <= now && now < known.refreshAt) return known.token;
      const issuedAt = now;
      const { status } = await request(client, pod, wish);
      const token = status?.token;
      if (!token) throw new Error('the API server answered a TokenRequest without a token');
      const mine = held.get(uid) ?? new Map<string, Held>();
      held.set(
        uid,
        mine.set(key, {
          token,
          issuedAt,
          refreshAt: refreshTime(issuedAt, Date.parse(status.expirationTimestamp ?? '')),
        }),
      );
      return token;
    },
    forget: uid => void held.delete(uid),
  };
}

function request(client: Client, { metadata, spec }: Pod, wish: TokenWish): Promise<TokenRequest> {
  const name = spec?.serviceAccountName ?? 'default';
  const namespace = metadata.namespace ?? '';
  const bound = { apiVersion: 'v1', kind: 'Pod', name: metadata.name ?? '', uid: metadata.uid ?? '' };
  const body: TokenRequest = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: {},
    spec: {
      audiences: wish.audience === undefined ? [] : [wish.audience],
      expirationSeconds: wish.expirationSeconds,
      boundObjectRef: bound,
    },
  };
  const cause = `kubelet ${namespace}/${metadata.name} <- a volume needs a token`;
  return client.post<TokenRequest>(serviceAccounts, { namespace, name }, 'token', body, { cause });
}
