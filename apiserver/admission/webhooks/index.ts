/** Webhooks of dynamic admission: servers that users run, asked about what is written. */
export { WebhookCaller } from './caller.js';
export { Hooks } from './hooks.js';
export { webhookMetrics } from './metrics.js';
export { mutatingWebhooks } from './mutating.js';
export { validatingWebhooks } from './validating.js';
