/** Webhooks that judge or change what is written: both kinds of configuration are lists of them. */
import { fill } from '../../json.js';
import { validateLabelSelector } from '../../meta/labels.js';
import type { FieldError } from '../../status.js';
import type { MutatingWebhook, MutatingWebhookConfiguration, ValidatingWebhookConfiguration } from '../../types.js';
import { complaints, duplicate, invalidValue, notSupported, required } from '../../validation/errors.js';
import { dns1035Label, dns1123Subdomain } from '../../validation/strings.js';
import { validateWebhookService, validateWebhookUrl } from '../../validation/webhooks.js';
import { ageColumn, count, nameColumn } from '../columns.js';
import { defineKind } from '../define.js';
import { failurePolicies, matchPolicies, reinvocationPolicies, validateConditions } from './match.js';
import { defaultRules, validateRule } from './rules.js';

export const admissionGroup = 'admissionregistration.k8s.io';

/** A validating webhook is one that never says anything of reinvocation. */
type Webhook = Omit<MutatingWebhook, 'reinvocationPolicy'> & { reinvocationPolicy?: string };
type Configuration = MutatingWebhookConfiguration | ValidatingWebhookConfiguration;

const webhooksOf = (configuration: Configuration): Webhook[] => configuration.webhooks ?? [];
const sideEffects = ['None', 'NoneOnDryRun'];
const reviewVersions = ['v1', 'v1beta1'];

function defaults(configuration: Configuration): void {
  for (const webhook of webhooksOf(configuration)) {
    fill(webhook, 'failurePolicy', 'Fail');
    fill(webhook, 'matchPolicy', 'Equivalent');
    fill(webhook, 'namespaceSelector', {});
    fill(webhook, 'objectSelector', {});
    fill(webhook, 'timeoutSeconds', 10);
    if (configuration.kind === 'MutatingWebhookConfiguration') fill(webhook, 'reinvocationPolicy', 'Never');
    if (webhook.clientConfig?.service) fill(webhook.clientConfig.service, 'port', 443);
    defaultRules(webhook.rules);
  }
}

/** A name below somebody's domain, so that no two are alike by chance: 'check.example.com'. */
function validateName(name: string, field: string): FieldError[] {
  if (name === '') return [required(field)];
  const said = dns1123Subdomain(name);
  if (said.length > 0) return complaints(field, name, said);
  if (name.split('.').length >= 3) return [];
  return [invalidValue(field, name, 'should be a domain with at least three segments separated by dots')];
}

function validateClient(client: Webhook['clientConfig'] | undefined, path: string): FieldError[] {
  const { url, service } = client ?? {};
  if ((url == null) === (service == null)) return [required(path, 'exactly one of url or service is required')];
  if (url != null) return validateWebhookUrl(url, `${path}.url`);
  return service ? validateWebhookService(service, `${path}.service`) : [];
}

function validateVersions(versions: readonly string[], field: string): FieldError[] {
  if (versions.length === 0) return [required(field, `must specify one of ${reviewVersions.join(', ')}`)];
  const errors = versions.flatMap((version, index) => {
    const at = `${field}[${index}]`;
    if (versions.indexOf(version) < index) return [invalidValue(at, version, 'duplicate version')];
    return complaints(at, version, dns1035Label(version));
  });
  if (versions.some(version => reviewVersions.includes(version))) return errors;
  return [...errors, invalidValue(field, versions, `must include at least one of ${reviewVersions.join(', ')}`)];
}

const choice = (value: string | undefined, field: string, choices: readonly string[]): FieldError[] =>
  value == null || choices.includes(value) ? [] : [notSupported(field, value, choices)];

function validateWebhook(webhook: Webhook, path: string): FieldError[] {
  const { timeoutSeconds: timeout, sideEffects: effects } = webhook;
  const errors = [
    ...validateName(webhook.name ?? '', `${path}.name`),
    ...(webhook.rules ?? []).flatMap((rule, index) => validateRule(rule, `${path}.rules[${index}]`)),
    ...choice(webhook.failurePolicy, `${path}.failurePolicy`, failurePolicies),
    ...choice(webhook.matchPolicy, `${path}.matchPolicy`, matchPolicies),
  ];
  if (!effects) errors.push(required(`${path}.sideEffects`, `must specify one of ${sideEffects.join(', ')}`));
  else errors.push(...choice(effects, `${path}.sideEffects`, sideEffects));
  if (timeout != null && (timeout < 1 || timeout > 30)) {
    errors.push(invalidValue(`${path}.timeoutSeconds`, timeout, 'the timeout value must be between 1 and 30 seconds'));
  }
  return [
    ...errors,
    ...validateLabelSelector(webhook.namespaceSelector, `${path}.namespaceSelector`),
    ...validateLabelSelector(webhook.objectSelector, `${path}.objectSelector`),
    ...choice(webhook.reinvocationPolicy, `${path}.reinvocationPolicy`, reinvocationPolicies),
    ...validateClient(webhook.clientConfig, `${path}.clientConfig`),
    ...validateConditions(webhook.matchConditions, `${path}.matchConditions`),
    ...validateVersions(webhook.admissionReviewVersions ?? [], `${path}.admissionReviewVersions`),
  ];
}

function validate(configuration: Configuration): FieldError[] {
  const webhooks = webhooksOf(configuration);
  const names = webhooks.map(({ name }) => name);
  return webhooks.flatMap((webhook, index) => {
    const path = `webhooks[${index}]`;
    const again = webhook.name && names.indexOf(webhook.name) < index;
    return [...validateWebhook(webhook, path), ...(again ? [duplicate(`${path}.name`, webhook.name)] : [])];
  });
}

const alike = {
  group: admissionGroup,
  version: 'v1',
  namespaced: false,
  columns: [nameColumn, count<Configuration>('Webhooks', object => webhooksOf(object).length), ageColumn],
  defaults,
  validate,
  generationOf: (configuration: Configuration) => configuration.webhooks ?? [],
};

export const validatingWebhookConfigurationRow = defineKind<ValidatingWebhookConfiguration>({
  ...alike,
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  model: 'V1ValidatingWebhookConfiguration',
});

export const mutatingWebhookConfigurationRow = defineKind<MutatingWebhookConfiguration>({
  ...alike,
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  model: 'V1MutatingWebhookConfiguration',
});
