import { validateLabels } from '../meta/labels.js';
import type { FieldError } from '../status.js';
import type { RuntimeClass, Toleration } from '../types.js';
import { complaints, duplicate, invalidValue } from '../validation/errors.js';
import { dns1123Label } from '../validation/strings.js';
import { ageColumn, nameColumn, text } from './columns.js';
import { defineKind } from './define.js';
import { validateResources } from './pod/validate-resources.js';
import { validateTolerations } from './pod/validate-scheduling.js';

/** Tolerations are told apart by all but how long they last. */
function validateDistinct(tolerations: readonly Toleration[], path: string): FieldError[] {
  const seen = new Set<string>();
  return tolerations.flatMap((toleration, index) => {
    const { key, operator, value, effect } = toleration;
    const identity = JSON.stringify([key, operator, value, effect].map(part => part ?? ''));
    if (seen.has(identity)) return [duplicate(`${path}[${index}]`, toleration)];
    seen.add(identity);
    return [];
  });
}

function validate({ handler, overhead, scheduling }: RuntimeClass): FieldError[] {
  const errors = complaints('handler', handler ?? '', dns1123Label(handler ?? ''));
  if (overhead) {
    errors.push(...validateResources(overhead.podFixed ? { limits: overhead.podFixed } : {}, 'overhead'));
  }
  if (!scheduling) return errors;
  const tolerations = scheduling.tolerations ?? [];
  return [
    ...errors,
    ...validateLabels(scheduling.nodeSelector, 'scheduling.nodeSelector'),
    ...validateTolerations(tolerations, 'scheduling.tolerations'),
    ...validateDistinct(tolerations, 'scheduling.tolerations'),
  ];
}

export const runtimeClassRow = defineKind<RuntimeClass>({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  namespaced: false,
  model: 'V1RuntimeClass',
  columns: [nameColumn, text('Handler', runtimeClass => runtimeClass.handler ?? ''), ageColumn],
  validate,
  validateUpdate: (runtimeClass, old) =>
    runtimeClass.handler === old.handler ? [] : [invalidValue('handler', runtimeClass.handler, 'field is immutable')],
});
