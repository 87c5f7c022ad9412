/** The names of resources ('cpu', 'requests.storage', 'example.com/gpu'), and where each may be said. */
import { type Quantity, tryParse } from '../../quantity.js';
import type { FieldError } from '../../status.js';
import { complaints, invalidValue } from '../../validation/errors.js';
import { nonNegative, qualifiedName } from '../../validation/strings.js';

const containerResources = new Set(['cpu', 'memory', 'ephemeral-storage']);
const computeQuotas = [...containerResources].flatMap(name => [name, `requests.${name}`, `limits.${name}`]);
/** Objects that could be counted before every kind could be ('count/KIND.GROUP'). */
const countedObjects = [
  'pods',
  'resourcequotas',
  'services',
  'services.nodeports',
  'services.loadbalancers',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
];
const quotaResources = new Set([...computeQuotas, ...countedObjects, 'requests.storage']);

export const isHugePages = (name: string): boolean => name.startsWith('hugepages-');

/** What a quota may limit by a name without a prefix. */
export const isStandardQuota = (name: string): boolean =>
  quotaResources.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-');

/** Of Kubernetes itself: without a prefix, or with one of its own. */
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');

/** Somebody else's: whole numbers of a device, for example. */
export const isExtended = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0;

/** Counted in whole numbers. */
const isInteger = (name: string): boolean => countedObjects.includes(name) || isExtended(name);

/** May limits be more than what is there? */
export const allowsOvercommit = (name: string): boolean => isNative(name) && !isHugePages(name);

export function validateResourceName(name: string, field: string): FieldError[] {
  const errors = complaints(field, name, qualifiedName(name));
  if (errors.length > 0 || name.includes('/') || name === 'storage' || isStandardQuota(name)) return errors;
  return [invalidValue(field, name, 'must be a standard resource type or fully qualified')];
}

export function validateContainerResourceName(name: string, field: string): FieldError[] {
  const errors = validateResourceName(name, field);
  if (!name.includes('/')) {
    if (containerResources.has(name) || isHugePages(name)) return errors;
    return [...errors, invalidValue(field, name, 'must be a standard resource for containers')];
  }
  if (isNative(name) || isExtended(name)) return errors;
  return [...errors, invalidValue(field, name, "doesn't follow extended resource name standard")];
}

export function validateQuotaResourceName(name: string, field: string): FieldError[] {
  const errors = validateResourceName(name, field);
  if (name.includes('/') || isStandardQuota(name)) return errors;
  return [...errors, invalidValue(field, name, 'must be a standard resource for quota')];
}

/** Not negative, and whole where the resource is. */
export function validateAmount(name: string, text: string, field: string): FieldError[] {
  const amount = tryParse(text);
  if (!amount) return [];
  const errors: FieldError[] = [];
  if (amount.nanos < 0n) errors.push(invalidValue(field, text, nonNegative));
  if (isInteger(name) && amount.nanos % 1_000_000_000n !== 0n) {
    errors.push(invalidValue(field, text, 'must be an integer'));
  }
  return errors;
}

export const isPositive = (amount: Quantity | undefined): boolean => (amount?.nanos ?? 0n) > 0n;
