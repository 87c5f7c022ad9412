/** A PUT or an apply that finds nothing creates: whoever sends it must be allowed to create as well. */
import { forbiddenRequest } from '../auth/forbidden.js';
import type { AdmissionPlugin, Authorizer } from '../contracts.js';

export const createOnUpdate = (authorizer: Authorizer): AdmissionPlugin => ({
  name: 'CreateOnUpdate',
  handles: ({ operation, info }) => operation === 'CREATE' && info.verb !== 'create',
  // With the plug-ins that change, and before them: nobody learns from their refusals what they may not create.
  mutate({ user, info }) {
    const create = { ...info, verb: 'create' };
    const verdict = authorizer.authorize(user, create);
    if (!verdict.allowed) throw forbiddenRequest(user, create, verdict.reason);
  },
});
