/** What kube-public/cluster-info should say. Pure but for `sign`: see controller.ts for the promise. */
import type { ConfigMap } from '../../api/types.js';
import type { SigningToken } from './token.js';

const prefix = 'jws-kubeconfig-';

/** A detached signature of `content`: 'HEADER..SIGNATURE'. */
export type Sign = (content: string, token: SigningToken) => Promise<string>;

/** The ConfigMap with a signature for each token and no others; undefined when it is right, or has nothing to sign. */
export async function planFor(
  info: ConfigMap,
  tokens: readonly SigningToken[],
  sign: Sign,
): Promise<ConfigMap | undefined> {
  const { kubeconfig } = info.data ?? {};
  if (kubeconfig === undefined) return undefined;
  const data: Record<string, string> = {};
  for (const [key, value] of Object.entries(info.data ?? {})) if (!key.startsWith(prefix)) data[key] = value;
  for (const token of tokens) data[prefix + token.id] = await sign(kubeconfig, token);
  const keys = Object.keys(data);
  const before = info.data ?? {};
  const same = keys.length === Object.keys(before).length && keys.every(key => before[key] === data[key]);
  return same ? undefined : { ...info, data };
}

/** HS256 with the token's secret: whoever has the token can tell that nobody else wrote what is signed. */
export const signDetached: Sign = async (content, { id, secret }) => {
  const { CompactSign } = await import('jose');
  const whole = await new CompactSign(Buffer.from(content))
    .setProtectedHeader({ alg: 'HS256', kid: id })
    .sign(Buffer.from(secret));
  const [header, , signature] = whole.split('.');
  return `${header}..${signature}`;
};
