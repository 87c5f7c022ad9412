/** The columns of everything that holds a pod template: what it runs, and which pods are its own. */
import { labelSelectorOf, selectorOf } from '../../selectors/labels.js';
import { StatusError } from '../../status.js';
import type { KubeObject, LabelSelector, PodTemplateSpec } from '../../types.js';
import { none, type TypedColumn, text } from '../columns.js';

/** 'app=web,tier in (a,b)', in the order of the keys; '<none>' when it is empty. */
export function selectorText(selector: LabelSelector | undefined | null): string {
  try {
    const { requirements } = labelSelectorOf(selector);
    const sorted = [...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    return selectorOf(sorted).toString() || none;
  } catch (error) {
    if (error instanceof StatusError) return '<error>';
    throw error;
  }
}

/** Containers and Images, with `-o wide`. */
export function containerColumns<T extends KubeObject>(
  templateOf: (object: T) => PodTemplateSpec | undefined,
): TypedColumn<T>[] {
  const listed = (object: T, field: 'name' | 'image'): string =>
    (templateOf(object)?.spec?.containers ?? []).map(container => container[field] ?? '').join(',');
  return [
    text('Containers', object => listed(object, 'name'), 'wide'),
    text('Images', object => listed(object, 'image'), 'wide'),
  ];
}
