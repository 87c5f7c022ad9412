/** Conditions in the status of both kinds. */
import type { FieldError } from '../../status.js';
import { duplicate, required } from '../../validation/errors.js';

interface WithConditions {
  status?: { conditions?: { type?: string }[] };
}

export function validateConditions({ status }: WithConditions): FieldError[] {
  const types = (status?.conditions ?? []).map(({ type }) => type ?? '');
  return types.flatMap((type, index) => {
    const field = `status.conditions[${index}].type`;
    return [
      ...(types.indexOf(type) < index ? [duplicate(field, type)] : []),
      ...(type === '' ? [required(field, 'must not be empty')] : []),
    ];
  });
}
