/** Bootstrap tokens whose time is over go, so that none lies around that could be made good again by a wrong clock. */
import { secrets } from '../../client/resources.js';
import type { Controller } from '../../client/runtime/controller.js';
import { nameOf, ownKey } from '../keys.js';
import { except, isConflict, isNotFound } from '../refusals.js';
import { lifeLeft, longestMs, tokenNamespace, tokenSecretType } from './token.js';

export const tokenCleaner: Controller = {
  name: 'token-cleaner',
  sources: [
    {
      resource: secrets,
      fieldSelector: `type=${tokenSecretType}`,
      keysFor: (now, before) => ((now ?? before)?.metadata.namespace === tokenNamespace ? ownKey(now, before) : []),
    },
  ],
  async reconcile(key, { read, write, clock }) {
    const secret = read.get(secrets, nameOf(key));
    if (secret?.type !== tokenSecretType || secret.metadata.deletionTimestamp) return undefined;
    const left = lifeLeft(secret, clock.now());
    if (left === undefined) return undefined;
    if (left > 0) return { requeueAfterMs: Math.min(left, longestMs) };
    const { uid = '' } = secret.metadata;
    return write.delete(secrets, nameOf(key), { preconditions: { uid } }).catch(except(isConflict, isNotFound));
  },
};
