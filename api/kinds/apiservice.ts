/** APIService: a version of an API group that this server serves, or sends on to another one behind a Service. */
import { fill } from '../json.js';
import type { FieldError } from '../status.js';
import type { APIService } from '../types.js';
import { complaints, forbiddenField, invalidValue, required } from '../validation/errors.js';
import { dns1035Label, dns1123Subdomain, portNumber } from '../validation/strings.js';
import { ageColumn, nameColumn, text } from './columns.js';
import { defineKind } from './define.js';
import { keepSpec, keepStatus } from './strategy.js';

export const apiServiceName = ({ group, version }: { group?: string; version?: string }): string =>
  `${version}.${group}`;

function validate({ metadata, spec }: APIService): FieldError[] {
  if (!spec) return [required('spec')];
  const {
    group = '',
    version = '',
    service,
    caBundle,
    insecureSkipTLSVerify,
    groupPriorityMinimum,
    versionPriority,
  } = spec;
  const errors: FieldError[] = [];
  if (metadata.name !== apiServiceName({ group, version })) {
    errors.push(invalidValue('metadata.name', metadata.name, 'must be `spec.version+"."+spec.group`'));
  }
  if (group !== '') errors.push(...complaints('spec.group', group, dns1123Subdomain(group)));
  errors.push(...complaints('spec.version', version, dns1035Label(version)));
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20000) {
    errors.push(
      invalidValue('spec.groupPriorityMinimum', groupPriorityMinimum, 'must be positive and less than 20000'),
    );
  }
  if (versionPriority <= 0 || versionPriority > 1000) {
    errors.push(invalidValue('spec.versionPriority', versionPriority, 'must be positive and less than 1000'));
  }
  if (!service) {
    if (caBundle)
      errors.push(
        invalidValue('spec.caBundle', `${caBundle.length} bytes`, 'local APIServices may not have a caBundle'),
      );
    if (insecureSkipTLSVerify) {
      errors.push(
        invalidValue('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'),
      );
    }
    return errors;
  }
  if (!service.namespace) errors.push(required('spec.service.namespace'));
  if (!service.name) errors.push(required('spec.service.name'));
  if (service.port !== undefined)
    errors.push(...complaints('spec.service.port', service.port, portNumber(service.port)));
  if (insecureSkipTLSVerify && caBundle) {
    errors.push(forbiddenField('spec.insecureSkipTLSVerify', 'may not be true if caBundle is present'));
  }
  return errors;
}

function availability({ status }: APIService): string {
  const found = status?.conditions?.find(({ type }) => type === 'Available');
  if (!found) return 'Unknown';
  return found.status === 'True' ? 'True' : `${found.status} (${found.reason})`;
}

export const apiServiceRow = defineKind<APIService>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  plural: 'apiservices',
  categories: ['api-extensions'],
  namespaced: false,
  subresources: ['status'],
  model: 'V1APIService',
  columns: [
    nameColumn,
    text('Service', ({ spec }) => (spec?.service ? `${spec.service.namespace}/${spec.service.name}` : 'Local')),
    text('Available', availability),
    ageColumn,
  ],
  defaults({ spec }) {
    if (spec?.service) fill(spec.service, 'port', 443);
  },
  prepareCreate(object) {
    object.status = {};
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  validate,
});
