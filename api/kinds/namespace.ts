import { fill } from '../json.js';
import { validateFinalizer } from '../meta/owners.js';
import type { Namespace } from '../types.js';
import { ageColumn, nameColumn, text } from './columns.js';
import { defineKind } from './define.js';
import { keepSpec, keepStatus } from './strategy.js';

/** A label that says the namespace's name, so that selectors can name a namespace. */
export const namespaceNameLabel = 'kubernetes.io/metadata.name';

function labelWithName(namespace: Namespace): void {
  if (!namespace.metadata.name) return;
  namespace.metadata.labels = { ...namespace.metadata.labels, [namespaceNameLabel]: namespace.metadata.name };
}

export const namespaceRow = defineKind<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: ['status', 'finalize'],
  model: 'V1Namespace',
  nameRule: 'dns1123Label',
  columns: [nameColumn, text('Status', namespace => namespace.status?.phase ?? ''), ageColumn],
  fields: namespace => ({ 'status.phase': namespace.status?.phase ?? '' }),
  defaults(namespace) {
    fill(namespace, 'spec', {});
    fill(namespace, 'status', {});
    labelWithName(namespace);
  },
  prepareCreate(namespace) {
    namespace.status = { phase: 'Active' };
    const spec = namespace.spec ?? {};
    const others = (spec.finalizers ?? []).filter(name => name !== 'kubernetes');
    namespace.spec = { ...spec, finalizers: [...others, 'kubernetes'] };
  },
  /** The finalizers of the spec change through /finalize alone. */
  prepareUpdate(namespace, old) {
    keepStatus(namespace, old);
    namespace.spec = { ...namespace.spec };
    if (old.spec?.finalizers) namespace.spec.finalizers = old.spec.finalizers;
    else delete namespace.spec.finalizers;
  },
  prepareStatusUpdate: keepSpec,
  validate: namespace =>
    (namespace.spec?.finalizers ?? []).flatMap((name, index) => validateFinalizer(name, `spec.finalizers[${index}]`)),
});
