/** What descriptions of all kinds begin with. */
import type { KubeObject } from '../../api/types.js';
import { lastApplied } from '../objects/apply.js';
import { type Item, joined, mapLines } from './text.js';

export const named = (object: KubeObject): Item[] => [
  ['Name', object.metadata.name ?? ''],
  ...(object.metadata.namespace === undefined ? [] : [['Namespace', object.metadata.namespace] as Item]),
];

export const labelled = (object: KubeObject): Item[] => [
  ['Labels', mapLines(object.metadata.labels)],
  ['Annotations', annotationLines(object.metadata.annotations)],
];

/** A line's room: longer annotations, and those of several lines, stand under their key. */
const lineLength = 140;

/** Without what apply remembers for itself: it is long, and says what stands below anyway. */
export function annotationLines(annotations: Readonly<Record<string, string>> | undefined): string[] {
  const shown = Object.entries(annotations ?? {})
    .filter(([key]) => key !== lastApplied)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (shown.length === 0) return ['<none>'];
  return shown.flatMap(([key, value]) => {
    if (key.length + value.length < lineLength && !value.includes('\n')) return [`${key}: ${value}`];
    const lines = value.replace(/\n$/, '').split('\n');
    return [`${key}:`, ...lines.map(line => `  ${shortened(line, lineLength - 2)}`)];
  });
}

const shortened = (line: string, length: number): string =>
  line.length > length ? `${line.slice(0, length)}...` : line;

/** 'ReplicationController/web' of the owner that controls it. */
export function controlledBy(object: KubeObject): Item[] {
  const owner = object.metadata.ownerReferences?.find(reference => reference.controller);
  return owner ? [['Controlled By', `${owner.kind}/${owner.name}`]] : [];
}

/** On one line: 'a=1,b=2'. */
export function annotationText({ metadata }: KubeObject): string {
  const { [lastApplied]: _, ...shown } = metadata.annotations ?? {};
  return joined(shown);
}
