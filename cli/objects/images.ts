/** Other images for the containers of a pod, or of the template that an object makes pods from. Pure. */
import { clone } from '../../api/json.js';
import type { AnyObject, Container, PodSpec } from '../../api/types.js';
import { Failure } from '../failure.js';

/** 'deployment/web web=busybox:2' taken apart. */
export function splitImages(words: readonly string[]): { objects: string[]; images: Map<string, string> } {
  const images = new Map<string, string>();
  for (const word of words.filter(each => each.includes('='))) {
    const equals = word.indexOf('=');
    images.set(word.slice(0, equals), word.slice(equals + 1));
  }
  return { objects: words.filter(word => !word.includes('=')), images };
}

/** Where in an object its pods are described. */
const paths: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};
const usualPath = ['spec', 'template', 'spec'];

/** The object afterwards and the patch that makes it so; undefined where nothing changes. `what` is 'pods/web'. */
export function withImages(
  object: AnyObject,
  images: ReadonlyMap<string, string>,
  what: string,
): { object: AnyObject; patch: unknown } | undefined {
  const path = paths[object.kind] ?? usualPath;
  const after = clone(object);
  const spec = path.reduce<unknown>((at, field) => (at as Record<string, unknown> | undefined)?.[field], after);
  const { containers, initContainers = [] } = (spec ?? {}) as Partial<PodSpec>;
  if (!containers) throw new Failure(`${what} the object is not a pod or does not have a pod template`);
  const all: Container[] = [...initContainers, ...containers];
  let changed = false;
  for (const [name, image] of images) {
    const meant = name === '*' ? all : all.filter(container => container.name === name);
    if (meant.length === 0) throw new Failure(`unable to find container named "${name}"`);
    for (const container of meant) {
      changed ||= container.image !== image;
      container.image = image;
    }
  }
  if (!changed) return undefined;
  const only = (list: readonly Container[]) => list.map(({ name, image }) => ({ name, image }));
  const lists = {
    containers: only(containers),
    ...(initContainers.length > 0 ? { initContainers: only(initContainers) } : {}),
  };
  return { object: after, patch: path.reduceRight<unknown>((inner, field) => ({ [field]: inner }), lists) };
}
