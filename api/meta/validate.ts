/** What is wrong with an object's metadata: the same for every kind, but for the rule its names follow. */
import { semanticEqual } from '../json.js';
import type { KindRow } from '../kinds/row.js';
import type { FieldError } from '../status.js';
import type { KubeObject, ObjectMeta } from '../types.js';
import { complaints, forbiddenField, invalidValue, required } from '../validation/errors.js';
import { dns1123Label, nonNegative } from '../validation/strings.js';
import { validateAnnotations, validateLabels } from './labels.js';
import { validateName, validateNamePrefix } from './names.js';
import { validateFinalizers, validateOwners } from './owners.js';

type Scope = Pick<KindRow, 'nameRule' | 'namespaced'> & Partial<Pick<KindRow, 'group' | 'custom'>>;

const extensionGroups = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);
const isExtension = ({ group, custom }: Scope): boolean => custom === true || extensionGroups.has(group ?? '');

function validateNames(row: Scope, meta: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  if (meta.generateName) {
    const said = validateNamePrefix(row.nameRule, meta.generateName);
    errors.push(...complaints('metadata.generateName', meta.generateName, said));
  }
  if (!meta.name) errors.push(required('metadata.name', 'name or generateName is required'));
  else errors.push(...complaints('metadata.name', meta.name, validateName(row.nameRule, meta.name)));
  return errors;
}

function validateNamespace(row: Scope, meta: ObjectMeta): FieldError[] {
  if (!row.namespaced) {
    return meta.namespace ? [forbiddenField('metadata.namespace', 'not allowed on this type')] : [];
  }
  if (!meta.namespace) return [required('metadata.namespace')];
  return complaints('metadata.namespace', meta.namespace, dns1123Label(meta.namespace));
}

/** Metadata of an object as it will be stored: call it once name and namespace are set. */
export function validateMeta(row: Scope, object: KubeObject): FieldError[] {
  const meta = object.metadata;
  const errors = [...validateNames(row, meta), ...validateNamespace(row, meta)];
  if ((meta.generation ?? 0) < 0) errors.push(invalidValue('metadata.generation', meta.generation, nonNegative));
  return [
    ...errors,
    ...validateLabels(meta.labels, 'metadata.labels'),
    ...validateAnnotations(meta.annotations, 'metadata.annotations'),
    ...validateOwners(meta.ownerReferences, 'metadata.ownerReferences'),
    ...validateFinalizers(meta.finalizers, 'metadata.finalizers', isExtension(row)),
  ];
}

const immutableFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** What an update may not do to metadata. Both objects are complete: uid, creationTimestamp and so on are filled in. */
export function validateMetaUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const [meta, before] = [object.metadata, old.metadata];
  if (before.deletionTimestamp) {
    const added = (meta.finalizers ?? []).filter(name => !before.finalizers?.includes(name));
    if (added.length > 0) {
      const shown = `[]string{${added.map(name => JSON.stringify(name)).join(', ')}}`;
      const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`;
      errors.push(forbiddenField('metadata.finalizers', why));
    }
  }
  for (const name of immutableFields) {
    if (!semanticEqual(meta[name] || undefined, before[name] || undefined)) {
      errors.push(invalidValue(`metadata.${name}`, meta[name], 'field is immutable'));
    }
  }
  if ((meta.generation ?? 0) < (before.generation ?? 0)) {
    errors.push(invalidValue('metadata.generation', meta.generation, 'must not be decremented'));
  }
  return errors;
}
