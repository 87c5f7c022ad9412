/** Where the volumes of a class may be made. */
import { canonicalText } from '../../json.js';
import { validateLabelKey } from '../../meta/labels.js';
import type { FieldError } from '../../status.js';
import type { TopologySelectorTerm } from '../../types.js';
import { duplicate, required } from '../../validation/errors.js';

type Requirement = NonNullable<TopologySelectorTerm['matchLabelExpressions']>[number];

function validateRequirement({ key, values = [] }: Requirement, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (values.length === 0) errors.push(required(`${path}.values`));
  values.forEach((value, index) => {
    if (values.indexOf(value) < index) errors.push(duplicate(`${path}.values[${index}]`, value));
  });
  return [...errors, ...validateLabelKey(key ?? '', `${path}.key`)];
}

function validateTerm(term: TopologySelectorTerm, path: string): FieldError[] {
  const requirements = term.matchLabelExpressions ?? [];
  const field = `${path}.matchLabelExpressions`;
  if (requirements.length === 0) return [required(field)];
  const keys = requirements.map(({ key }) => key);
  return requirements.flatMap((requirement, index) => [
    ...validateRequirement(requirement, `${field}[${index}]`),
    ...(keys.indexOf(requirement.key) < index ? [duplicate(`${field}[${index}].key`, requirement.key)] : []),
  ]);
}

/** Terms that say the same in another order are the same. */
const meaning = (term: TopologySelectorTerm): string =>
  canonicalText(
    Object.fromEntries((term.matchLabelExpressions ?? []).map(({ key, values }) => [key, [...(values ?? [])].sort()])),
  );

export function validateTopologies(terms: readonly TopologySelectorTerm[] | undefined, field: string): FieldError[] {
  const meanings = (terms ?? []).map(meaning);
  return (terms ?? []).flatMap((term, index) => [
    ...validateTerm(term, `${field}[${index}]`),
    ...(meanings.indexOf(meanings[index] as string) < index
      ? [duplicate(`${field}[${index}].matchLabelExpressions`, '')]
      : []),
  ]);
}
