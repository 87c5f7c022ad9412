import { semanticEqual } from '../../json.js';
import type { ControllerRevision } from '../../types.js';
import { invalidValue, required } from '../../validation/errors.js';
import { nonNegative } from '../../validation/strings.js';
import { ageColumn, count, nameColumn, none, text } from '../columns.js';
import { defineKind } from '../define.js';

/** 'statefulset.apps/web': who the revision is of. */
function controllerOf(revision: ControllerRevision): string {
  const owner = revision.metadata.ownerReferences?.find(reference => reference.controller);
  if (!owner) return none;
  const slash = owner.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : `.${owner.apiVersion.slice(0, slash)}`;
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
}

export const controllerRevisionRow = defineKind<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  model: 'V1ControllerRevision',
  columns: [nameColumn, text('Controller', controllerOf), count('Revision', r => r.revision ?? 0), ageColumn],
  validate: ({ data, revision }) => [
    ...(data === undefined || data === null ? [required('data', 'data is mandatory')] : []),
    ...(revision < 0 ? [invalidValue('revision', revision, nonNegative)] : []),
  ],
  validateUpdate: (revision, old) =>
    semanticEqual(revision.data, old.data) ? [] : [invalidValue('data', revision.data, 'field is immutable')],
});
