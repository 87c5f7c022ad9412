/** What names no class gets the default one: claims a StorageClass, ingresses an IngressClass. */

import { classAnnotation } from '../../api/kinds/networking/ingress/validate.js';
import { isDefaultIngressClass } from '../../api/kinds/networking/ingressclass.js';
import { isDefaultClass as isDefaultStorageClass } from '../../api/kinds/storage/storageclass.js';
import type { AnyObject, Ingress } from '../../api/types.js';
import type { AdmissionPlugin, AdmissionRequest, Lookup } from '../contracts.js';
import { concerns } from './request.js';

/** The youngest of several; of those that are as old, the first by name. */
export function chooseDefault(classes: Iterable<AnyObject>, isDefault: (object: AnyObject) => boolean) {
  const age = ({ metadata }: AnyObject) => metadata.creationTimestamp ?? '';
  const name = ({ metadata }: AnyObject) => metadata.name ?? '';
  return [...classes]
    .filter(isDefault)
    .sort((a, b) => (age(a) === age(b) ? compare(name(a), name(b)) : compare(age(b), age(a))))[0]?.metadata.name;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const creates = (request: AdmissionRequest, group: string, plural: string): boolean =>
  request.operation === 'CREATE' && request.row.group === group && concerns(request, plural);

/** A claim that says '' wants no class; one that says nothing gets the default. */
export const defaultStorageClass = (lookup: Lookup): AdmissionPlugin => ({
  name: 'DefaultStorageClass',
  handles: request => creates(request, '', 'persistentvolumeclaims'),
  mutate({ object }) {
    const spec = object?.spec as { storageClassName?: string | null } | undefined;
    const annotated = object?.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined;
    if (!spec || spec.storageClassName != null || annotated) return;
    const classes = lookup.list({ group: 'storage.k8s.io', resource: 'storageclasses' });
    const name = chooseDefault(classes, isDefaultStorageClass);
    if (name) spec.storageClassName = name;
  },
});

/** An ingress that says its class in the annotation of old has one. */
export const defaultIngressClass = (lookup: Lookup): AdmissionPlugin => ({
  name: 'DefaultIngressClass',
  handles: request => creates(request, 'networking.k8s.io', 'ingresses'),
  mutate({ object }) {
    const { metadata, spec } = object as unknown as Ingress;
    if (!spec || spec.ingressClassName != null || metadata.annotations?.[classAnnotation] !== undefined) return;
    const classes = lookup.list({ group: 'networking.k8s.io', resource: 'ingressclasses' });
    const name = chooseDefault(classes, isDefaultIngressClass);
    if (name) spec.ingressClassName = name;
  },
});
