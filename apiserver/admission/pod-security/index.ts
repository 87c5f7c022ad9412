/**
 * PodSecurity: a namespace's labels say which pods it takes (enforce), of which it is told (warn) and which are noted in
 * the audit log (audit). What makes pods is only warned about: its pods are judged when they come.
 */
import { invalid } from '../../../api/status.js';
import type { AnyObject, Namespace, Pod, PodTemplateSpec } from '../../../api/types.js';
import type { AdmissionPlugin, AdmissionRequest, Lookup } from '../../contracts.js';
import { concerns, refusal } from '../request.js';
import { noConfiguration, type PodSecurityConfiguration } from './configuration.js';
import { existingViolations } from './existing.js';
import { isStricter, modes, type Policies, policiesOf, policyText, validateLabels, violationsOf } from './levels.js';
import { allContainers, type Checked } from './pod.js';
import { templateOf } from './templates.js';
import { textOf } from './wording.js';

const writes = new Set(['CREATE', 'UPDATE']);
const isCore = ({ row }: AdmissionRequest): boolean => row.group === '';
const isNamespace = (request: AdmissionRequest): boolean => isCore(request) && concerns(request, 'namespaces');
const isPod = (request: AdmissionRequest): boolean =>
  isCore(request) && (concerns(request, 'pods') || concerns(request, 'pods', 'ephemeralcontainers'));

export const podSecurity = (
  lookup: Lookup,
  configuration: PodSecurityConfiguration = noConfiguration,
): AdmissionPlugin => ({
  name: 'PodSecurity',
  handles: request =>
    writes.has(request.operation) &&
    (isNamespace(request) || isPod(request) || (request.info.subresource === '' && templateOf(request) !== undefined)),
  validate(request) {
    if (isNamespace(request)) judgeNamespace(lookup, request, configuration);
    else judgeContents(lookup, request, configuration);
  },
});

function judgeContents(
  lookup: Lookup,
  request: AdmissionRequest,
  { defaults, exempt }: PodSecurityConfiguration,
): void {
  const namespace = lookup.get({ group: '', resource: 'namespaces' }, '', request.info.namespace);
  const policies = policiesOf(namespace?.metadata.labels, defaults);
  if (modes.every(mode => policies[mode].level === 'privileged')) return;
  const why = exemptionOf(request, exempt);
  if (why !== undefined) {
    if (request.annotations) request.annotations['pod-security.kubernetes.io/exempt'] = why;
    return;
  }
  if (!isPod(request)) {
    tell(request, policies, checkedTemplate(templateOf(request)));
    return;
  }
  const pod = request.object as unknown as Pod;
  if (isSignificant(pod, request.oldObject as unknown as Pod | undefined)) judgePod(request, policies, checkedPod(pod));
}

/** What of a request has it let through, whatever its namespace says. */
function exemptionOf(request: AdmissionRequest, exempt: PodSecurityConfiguration['exempt']): string | undefined {
  if (exempt.namespaces.has(request.info.namespace)) return 'namespace';
  if (exempt.users.has(request.user.name)) return 'user';
  const spec = isPod(request) ? (request.object as unknown as Pod).spec : templateOf(request)?.spec;
  return exempt.runtimeClasses.has(spec?.runtimeClassName ?? '') ? 'runtimeClass' : undefined;
}

const checkedPod = ({ metadata, spec }: Pod): Checked => ({
  annotations: metadata.annotations ?? {},
  spec: spec ?? { containers: [] },
});
const checkedTemplate = (template: PodTemplateSpec | undefined): Checked => ({
  annotations: template?.metadata?.annotations ?? {},
  spec: template?.spec ?? { containers: [] },
});

/** Of an update only new images and new debug containers are judged: all else was there before, or cannot change. */
function isSignificant(pod: Pod, old: Pod | undefined): boolean {
  if (!old?.spec || !pod.spec) return true;
  const images = (of: Pod): string =>
    JSON.stringify(of.spec ? allContainers(of.spec).map(({ name, image }) => [name, image]) : []);
  return images(pod) !== images(old);
}

function judgePod(request: AdmissionRequest, policies: Policies, pod: Checked): void {
  const violations = violationsOf(pod, policies.enforce);
  if (violations.length === 0) {
    tell(request, policies, pod);
    return;
  }
  audit(request, policies, pod);
  throw refusal(request, `violates PodSecurity "${policyText(policies.enforce)}": ${textOf(violations)}`);
}

function tell(request: AdmissionRequest, policies: Policies, pod: Checked): void {
  audit(request, policies, pod);
  const violations = violationsOf(pod, policies.warn);
  if (violations.length === 0) return;
  request.warnings?.push(`would violate PodSecurity "${policyText(policies.warn)}": ${textOf(violations)}`);
}

function audit(request: AdmissionRequest, policies: Policies, pod: Checked): void {
  const violations = violationsOf(pod, policies.audit);
  if (violations.length === 0 || !request.annotations) return;
  const said = `would violate PodSecurity "${policyText(policies.audit)}": ${textOf(violations)}`;
  request.annotations['pod-security.kubernetes.io/audit-violations'] = said;
}

/** Labels must mean something; and who makes a namespace stricter hears which of its pods would not be let in now. */
function judgeNamespace(
  lookup: Lookup,
  request: AdmissionRequest,
  { defaults, exempt }: PodSecurityConfiguration,
): void {
  const [namespace, old] = [request.object, request.oldObject] as (AnyObject | undefined)[] as (
    | Namespace
    | undefined
  )[];
  const before = new Set(validateLabels(old?.metadata.labels).map(({ field, message }) => `${field}${message}`));
  const errors = validateLabels(namespace?.metadata.labels).filter(
    ({ field, message }) => !before.has(`${field}${message}`),
  );
  const name = namespace?.metadata.name ?? '';
  if (errors.length > 0) throw invalid('Namespace', '', name, errors);
  if (!old || exempt.namespaces.has(name)) return;
  const policyOf = (of: Namespace | undefined) => policiesOf(of?.metadata.labels, defaults).enforce;
  const [now, then] = [policyOf(namespace), policyOf(old)];
  if (!isStricter(then, now)) return;
  const pods = lookup.list({ group: '', resource: 'pods' }, name) as Iterable<unknown> as Iterable<Pod>;
  const found = existingViolations([...pods], pod => textOf(violationsOf(checkedPod(pod), now)));
  if (found.length === 0) return;
  const head = `existing pods in namespace ${JSON.stringify(name)} violate the new PodSecurity enforce level "${policyText(now)}"`;
  request.warnings?.push(head, ...found);
}
