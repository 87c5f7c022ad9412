import type { FieldError } from '../status.js';
import type { Binding } from '../types.js';
import { notSupported, required } from '../validation/errors.js';
import { defineKind } from './define.js';

function validate(binding: Binding): FieldError[] {
  const errors: FieldError[] = [];
  const { kind = '', name = '' } = binding.target ?? {};
  if (kind !== '' && kind !== 'Node') errors.push(notSupported('target.kind', kind, ['Node', '<empty>']));
  if (name === '') errors.push(required('target.name'));
  return errors;
}

/** What a scheduler posts: it names a pod and its node, and is never stored itself. */
export const bindingRow = defineKind<Binding>({
  group: '',
  version: 'v1',
  kind: 'Binding',
  plural: 'bindings',
  verbs: ['create'],
  model: 'V1Binding',
  validate,
});
