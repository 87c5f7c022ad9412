/** ValidatingAdmissionWebhook: all that are concerned are asked at once, about the object as it will be stored. */
import type { AdmissionPlugin, AdmissionRequest } from '../../contracts.js';
import type { WebhookCaller } from './caller.js';
import { type Hooks, isExempt } from './hooks.js';

export const validatingWebhooks = (hooks: Hooks, caller: WebhookCaller): AdmissionPlugin => ({
  name: 'ValidatingAdmissionWebhook',
  handles: request => !isExempt(request.row) && hooks.all().length > 0,
  async validate(request: AdmissionRequest) {
    const asked = hooks.all().flatMap(hook => {
      const row = caller.concerned(hook, request);
      return row ? [caller.call('validating', hook, request, row)] : [];
    });
    const outcomes = await Promise.allSettled(asked);
    // Of several refusals the client sees the first in their order, not in time.
    const refused = outcomes.find(outcome => outcome.status === 'rejected');
    if (refused) throw refused.reason;
  },
});
