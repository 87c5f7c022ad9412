/**
 * kube-public/cluster-info tells a machine that joins where the cluster is, and by which CA it is known. Each bootstrap
 * token signs it, so that whoever holds a token can believe what anybody may read.
 */
import { configMaps, secrets } from '../../client/resources.js';
import type { Controller } from '../../client/runtime/controller.js';
import { except, isNotFound } from '../refusals.js';
import { planFor, signDetached } from './plan.js';
import { lifeLeft, longestMs, signingToken, tokenNamespace, tokenSecretType } from './token.js';

const info = { namespace: 'kube-public', name: 'cluster-info' };
const key = `${info.namespace}/${info.name}`;

export const bootstrapSigner: Controller = {
  name: 'bootstrap-signer',
  sources: [
    {
      resource: configMaps,
      fieldSelector: `metadata.name=${info.name}`,
      keysFor: (now, before) => {
        const { namespace, name } = (now ?? before)?.metadata ?? {};
        return namespace === info.namespace && name === info.name ? [key] : [];
      },
    },
    {
      resource: secrets,
      fieldSelector: `type=${tokenSecretType}`,
      keysFor: (now, before) => ((now ?? before)?.metadata.namespace === tokenNamespace ? [key] : []),
    },
  ],
  async reconcile(_, { read, write, clock }) {
    const current = read.get(configMaps, info);
    if (!current) return undefined;
    const found = read.list(secrets, tokenNamespace);
    const tokens = found.flatMap(secret => signingToken(secret, clock.now()) ?? []);
    const wanted = await planFor(current, tokens, signDetached);
    if (wanted) await write.update(configMaps, wanted).catch(except(isNotFound));
    const ends = found.flatMap(secret => lifeLeft(secret, clock.now()) ?? []).filter(left => left > 0);
    return ends.length > 0 ? { requeueAfterMs: Math.min(longestMs, ...ends) } : undefined;
  },
};
