/** The admission of a running server: its plug-ins, with what flags and files say of them. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Clock } from '../../api/clock.js';
import type { ClusterAuthorizer } from '../auth/authorizer.js';
import { ensureExists } from '../bootstrap/ensure.js';
import type { AdmissionPlugin, Lookup } from '../contracts.js';
import type { Environment } from '../registry/call.js';
import type { KindTable } from '../registry/kinds.js';
import { quotaSpender } from '../registry/quota.js';
import type { WebhookClient } from '../services/webhook-client.js';
import type { Settings } from '../settings/index.js';
import { AdmissionConfigError, type AdmissionConfiguration, parseAdmissionConfig } from './configuration/index.js';
import { builtinAdmission } from './index.js';
import { WebhookCaller, webhookMetrics } from './webhooks/index.js';

export interface AdmissionParts {
  lookup: Lookup;
  kinds: KindTable;
  webhooks: WebhookClient;
  authorizer: ClusterAuthorizer;
  registry: Registry;
  log: Logger;
  clock: Clock;
  settings: Settings;
}

/** `env` is there by the first request. Throws AdmissionConfigError, and what reading a file throws. */
export async function openAdmission(parts: AdmissionParts, env: () => Environment): Promise<AdmissionPlugin[]> {
  const { lookup, kinds, authorizer, clock, settings } = parts;
  const rows = () => kinds.rows;
  const { tolerations, plugins, admissionFile } = settings;
  const configuration = await configurationIn(admissionFile);
  if (plugins?.enable.includes('EventRateLimit') && !configuration.eventLimits) {
    const why = 'EventRateLimit is enabled and has no limits: --admission-control-config-file must name some';
    throw new AdmissionConfigError(why);
  }
  return builtinAdmission({
    ...{ lookup, authorizer, configuration },
    spendQuota: quotaSpender(env),
    createNamespace: name => createNamespace(env(), name),
    webhooks: { caller: webhookCaller(parts), rows },
    ...(tolerations ? { tolerations } : {}),
    ...(plugins ? { plugins } : {}),
    now: () => clock.now(),
  });
}

async function configurationIn(path: string | undefined): Promise<AdmissionConfiguration> {
  if (path === undefined) return {};
  const read = (other: string): Promise<string> => readFile(resolve(dirname(path), other), 'utf8');
  return parseAdmissionConfig(await readFile(path, 'utf8'), path, read);
}

/** Whoever looks for it after this finds it. */
async function createNamespace(env: Environment, name: string): Promise<void> {
  await ensureExists(env, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await env.cache.kept();
}

function webhookCaller({ lookup, kinds, webhooks, authorizer, registry, log }: AdmissionParts): WebhookCaller {
  return new WebhookCaller({
    lookup,
    rows: () => kinds.rows,
    authorizer,
    client: webhooks,
    uid: randomUUID,
    observer: webhookMetrics(registry),
    now: () => performance.now(),
    failedOpen: ({ configuration, webhook }, error) =>
      log.warn({ configuration, webhook: webhook.name, reason: error.message }, 'a webhook could not be asked'),
  });
}
