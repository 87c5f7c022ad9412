/** A Lookup over a map, for tests: what is put and removed is seen at once, and told to listeners. */
import type { AnyObject } from '../../../api/types.js';
import type { Lookup } from '../../contracts.js';

type Listener = (now: AnyObject | undefined, before: AnyObject | undefined) => void;

const pluralOf = (kind: string): string => `${kind.toLowerCase()}s`.replace(/sss$/, 'sses').replace(/ys$/, 'ies');

const keyOf = (group: string, resource: string): string => `${group}/${resource}`;
const resourceKey = ({ apiVersion, kind }: AnyObject): string =>
  keyOf(apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '', pluralOf(kind));

export class FakeLookup implements Lookup {
  private readonly objects = new Map<string, Map<string, AnyObject>>();
  private readonly listeners = new Map<string, Listener[]>();

  constructor(objects: Iterable<AnyObject> = []) {
    for (const object of objects) this.put(object);
  }

  put(object: AnyObject): void {
    this.change(object, object);
  }

  remove(object: AnyObject): void {
    this.change(object, undefined);
  }

  get(resource: { group: string; resource: string }, namespace: string, name: string): AnyObject | undefined {
    return this.objects.get(keyOf(resource.group, resource.resource))?.get(`${namespace}/${name}`);
  }

  list(resource: { group: string; resource: string }, namespace?: string): Iterable<AnyObject> {
    const all = [...(this.objects.get(keyOf(resource.group, resource.resource))?.values() ?? [])];
    return namespace === undefined ? all : all.filter(object => object.metadata.namespace === namespace);
  }

  onChange(resource: { group: string; resource: string }, listener: Listener): void {
    const key = keyOf(resource.group, resource.resource);
    this.listeners.set(key, [...(this.listeners.get(key) ?? []), listener]);
  }

  private change(place: AnyObject, now: AnyObject | undefined): void {
    const key = resourceKey(place);
    const objects = this.objects.get(key) ?? new Map<string, AnyObject>();
    this.objects.set(key, objects);
    const path = `${place.metadata.namespace ?? ''}/${place.metadata.name}`;
    const before = objects.get(path);
    if (now) objects.set(path, now);
    else objects.delete(path);
    for (const listener of this.listeners.get(key) ?? []) listener(now, before);
  }
}
