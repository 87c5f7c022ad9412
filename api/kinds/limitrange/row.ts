import { put } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { LimitRange } from '../../types.js';
import { duplicate } from '../../validation/errors.js';
import { createdAtColumn, nameColumn } from '../columns.js';
import { defineKind } from '../define.js';
import { type Item, validateItem } from './validate.js';

/** What is missing in `to` is taken from `from`. */
function complete(to: Record<string, string>, from: Record<string, string> | undefined): void {
  for (const [name, amount] of Object.entries(from ?? {})) if (!Object.hasOwn(to, name)) put(to, name, amount);
}

/** A container without limits gets the maximum, and asks for what it is limited to. */
function defaultItem(item: Item): void {
  if (item.type !== 'Container') return;
  item.default ??= {};
  item.defaultRequest ??= {};
  complete(item.default, item.max);
  complete(item.defaultRequest, item.default);
  complete(item.defaultRequest, item.min);
}

function validate(range: LimitRange): FieldError[] {
  const seen = new Set<string>();
  return (range.spec?.limits ?? []).flatMap((item, index) => {
    const path = `spec.limits[${index}]`;
    const errors = validateItem(item, path);
    if (seen.has(item.type)) errors.push(duplicate(`${path}.type`, item.type));
    seen.add(item.type);
    return errors;
  });
}

export const limitRangeRow = defineKind<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  shortNames: ['limits'],
  model: 'V1LimitRange',
  columns: [nameColumn, createdAtColumn],
  defaults(range) {
    range.spec ??= { limits: [] };
    for (const item of range.spec.limits ?? []) defaultItem(item);
  },
  validate,
});
