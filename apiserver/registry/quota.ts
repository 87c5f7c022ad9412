/** How admission spends from a ResourceQuota: by a change of its status that no other change can overtake. */
import { StatusError } from '../../api/status.js';
import type { AnyObject, ResourceQuota } from '../../api/types.js';
import type { SpendQuota } from '../admission/resource-quota/index.js';
import type { Environment } from './call.js';
import { change } from './write.js';

/** `environment` is asked late: admission is part of it. */
export const quotaSpender =
  (environment: () => Environment): SpendQuota =>
  async ({ namespace, name }, dryRun, decide) => {
    const env = environment();
    const row = env.kinds.find('', 'v1', 'resourcequotas');
    if (!row) return;
    try {
      await change(env, { row, namespace, name, dryRun }, current => {
        const next = decide(current.object as unknown as ResourceQuota);
        return next ? { kind: 'write', object: next as unknown as AnyObject } : { kind: 'keep' };
      });
    } catch (error) {
      // A quota that is gone limits nothing.
      if (!(error instanceof StatusError && error.reason === 'NotFound')) throw error;
    }
  };
