/** Labels, annotations and selectors of objects, wherever they stand (metadata, pod templates, affinity terms). */
import type { FieldError } from '../status.js';
import type { LabelSelector } from '../types.js';
import { complaints, forbiddenField, invalidValue, required, tooLong } from '../validation/errors.js';
import { qualifiedName, validLabelValue } from '../validation/strings.js';

type StringMap = Record<string, string> | undefined | null;

export const validateLabelKey = (key: string, field: string): FieldError[] =>
  complaints(field, key, qualifiedName(key));

export function validateLabels(labels: StringMap, field: string): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...validateLabelKey(key, field),
    ...complaints(field, value, validLabelValue(value)),
  ]);
}

/** The keys and values of all annotations together may take this much. */
export const mostAnnotationBytes = 256 * 1024;

export function validateAnnotations(annotations: StringMap, field: string): FieldError[] {
  const entries = Object.entries(annotations ?? {});
  const errors = entries.flatMap(([key]) => complaints(field, key, qualifiedName(key.toLowerCase())));
  const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  if (size > mostAnnotationBytes) errors.push(tooLong(field, mostAnnotationBytes));
  return errors;
}

const selectorOperators = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/** A LabelSelector object (matchLabels, matchExpressions). */
export function validateLabelSelector(selector: LabelSelector | undefined | null, field: string): FieldError[] {
  if (!selector) return [];
  const errors = validateLabels(selector.matchLabels, `${field}.matchLabels`);
  (selector.matchExpressions ?? []).forEach((requirement, index) => {
    const path = `${field}.matchExpressions[${index}]`;
    const values = requirement.values ?? [];
    if (requirement.operator === 'In' || requirement.operator === 'NotIn') {
      if (values.length === 0) {
        errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      }
    } else if (requirement.operator === 'Exists' || requirement.operator === 'DoesNotExist') {
      if (values.length > 0) {
        errors.push(
          forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
        );
      }
    } else if (!selectorOperators.includes(requirement.operator)) {
      errors.push(invalidValue(`${path}.operator`, requirement.operator, 'not a valid selector operator'));
    }
    errors.push(...validateLabelKey(requirement.key, `${path}.key`));
    values.forEach((value, i) => {
      errors.push(...complaints(`${path}.values[${i}]`, value, validLabelValue(value)));
    });
  });
  return errors;
}
