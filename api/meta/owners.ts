/** Owner references and finalizers: what keeps an object alive, and what lets it go. */
import type { FieldError } from '../status.js';
import type { ObjectMeta, OwnerReference } from '../types.js';
import { complaints, invalidValue } from '../validation/errors.js';
import { qualifiedName } from '../validation/strings.js';

function validateOwner(owner: OwnerReference, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const version = (owner.apiVersion ?? '').split('/').at(-1);
  if (!version) errors.push(invalidValue(`${field}.apiVersion`, version, 'version must not be empty'));
  if (!owner.kind) errors.push(invalidValue(`${field}.kind`, owner.kind ?? '', 'kind must not be empty'));
  if (!owner.name) errors.push(invalidValue(`${field}.name`, owner.name ?? '', 'name must not be empty'));
  if (!owner.uid) errors.push(invalidValue(`${field}.uid`, owner.uid ?? '', 'uid must not be empty'));
  if (owner.kind === 'Event' && (owner.apiVersion === 'v1' || owner.apiVersion === 'events.k8s.io/v1')) {
    errors.push(invalidValue(field, owner, `${owner.apiVersion}, Kind=Event is disallowed from being an owner`));
  }
  return errors;
}

export function validateOwners(owners: readonly OwnerReference[] | undefined | null, field: string): FieldError[] {
  const errors = (owners ?? []).flatMap(owner => validateOwner(owner, field));
  const controllers = (owners ?? []).filter(owner => owner.controller === true);
  const [first, second] = controllers;
  if (first && second) {
    const names = `${first.kind}/${first.name} and ${second.kind}/${second.name}`;
    errors.push(
      invalidValue(
        field,
        owners,
        `Only one reference can have Controller set to true. Found "true" in references for ${names}`,
      ),
    );
  }
  return errors;
}

const standardFinalizers = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** A finalizer is a qualified name; those without a domain are Kubernetes' own. */
export function validateFinalizer(name: string, field: string): FieldError[] {
  const errors = complaints(field, name, qualifiedName(name));
  if (errors.length === 0 && !name.includes('/') && !standardFinalizers.includes(name)) {
    errors.push(invalidValue(field, name, 'name is neither a standard finalizer name nor is it fully qualified'));
  }
  return errors;
}

/** `anyName`: of kinds that are extensions, Kubernetes takes any qualified name. */
export function validateFinalizers(
  finalizers: ObjectMeta['finalizers'] | null,
  field: string,
  anyName: boolean,
): FieldError[] {
  const names = finalizers ?? [];
  const errors = names.flatMap((name, index) =>
    anyName
      ? complaints(`${field}[${index}]`, name, qualifiedName(name))
      : validateFinalizer(name, `${field}[${index}]`),
  );
  if (names.includes('orphan') && names.includes('foregroundDeletion')) {
    errors.push(invalidValue(field, names, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
  return errors;
}
