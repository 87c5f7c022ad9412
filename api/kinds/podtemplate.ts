import type { PodTemplate } from '../types.js';
import { labelText, nameColumn, text } from './columns.js';
import { defineKind } from './define.js';
import { defaultTemplate, validateTemplate } from './workload/template.js';

const listed = (object: PodTemplate, field: 'name' | 'image'): string =>
  (object.template?.spec?.containers ?? []).map(container => container[field] ?? '').join(',');

export const podTemplateRow = defineKind<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  model: 'V1PodTemplate',
  columns: [
    nameColumn,
    text('Containers', object => listed(object, 'name')),
    text('Images', object => listed(object, 'image')),
    text('Pod Labels', object => labelText(object.template?.metadata?.labels)),
  ],
  defaults(object) {
    object.template ??= {};
    defaultTemplate(object.template);
  },
  generationOf: object => object.template,
  validate: object => validateTemplate(object.template, 'template'),
});
