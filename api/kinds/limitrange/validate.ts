/** One item of a LimitRange: its amounts must leave room for each other. */
import { compare, type Quantity, tryParse } from '../../quantity.js';
import type { FieldError } from '../../status.js';
import type { LimitRange } from '../../types.js';
import { complaints, forbiddenField, invalidValue, required } from '../../validation/errors.js';
import { qualifiedName } from '../../validation/strings.js';
import { allowsOvercommit, validateContainerResourceName, validateResourceName } from '../workload/resource-names.js';

export type Item = NonNullable<LimitRange['spec']>['limits'][number];
type Amounts = 'min' | 'max' | 'default' | 'defaultRequest' | 'maxLimitRequestRatio';

const types = ['Pod', 'Container', 'PersistentVolumeClaim'];
const one: Quantity = { nanos: 1_000_000_000n, format: 'DecimalSI' };

function validateType(type: string, field: string): FieldError[] {
  const errors = complaints(field, type, qualifiedName(type));
  if (errors.length > 0 || type.includes('/') || types.includes(type)) return errors;
  return [invalidValue(field, type, 'must be a standard limit type or fully qualified')];
}

function validateNames(item: Item, path: string): FieldError[] {
  const rule = item.type === 'Pod' || item.type === 'Container' ? validateContainerResourceName : validateResourceName;
  return fieldsOf(item).flatMap(field =>
    Object.keys(item[field] ?? {}).flatMap(name => rule(name, `${path}.${field}[${name}]`)),
  );
}

/** A pod has no requests of its own that defaults could stand for. */
const fieldsOf = (item: Item): Amounts[] =>
  item.type === 'Pod'
    ? ['max', 'min', 'maxLimitRequestRatio']
    : ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'];

/** What must not be above what, and how Kubernetes says so. */
const orders: [low: Amounts, lowName: string, high: Amounts, highName: string, blamed: Amounts][] = [
  ['min', 'min value', 'max', 'max value', 'min'],
  ['min', 'min value', 'defaultRequest', 'default request value', 'defaultRequest'],
  ['defaultRequest', 'default request value', 'max', 'max value', 'defaultRequest'],
  ['defaultRequest', 'default request value', 'default', 'default limit value', 'defaultRequest'],
  ['min', 'min value', 'default', 'default value', 'default'],
  ['default', 'default value', 'max', 'max value', 'default'],
];

function validateOrder(item: Item, name: string, path: string): FieldError[] {
  const fields = fieldsOf(item);
  const textOf = (field: Amounts): string | undefined => (fields.includes(field) ? item[field]?.[name] : undefined);
  const errors = orders.flatMap(([low, lowName, high, highName, blamed]) => {
    const [below, above] = [tryParse(textOf(low)), tryParse(textOf(high))];
    if (!below || !above || compare(below, above) <= 0) return [];
    const why = `${lowName} ${textOf(low)} is greater than ${highName} ${textOf(high)}`;
    return [invalidValue(`${path}.${blamed}[${name}]`, textOf(blamed), why)];
  });
  const [limit, request] = [tryParse(textOf('default')), tryParse(textOf('defaultRequest'))];
  if (!allowsOvercommit(name) && limit && request && compare(limit, request) !== 0) {
    const why = `default value ${textOf('default')} must equal to defaultRequest value ${textOf('defaultRequest')} in ${name}`;
    errors.push(invalidValue(`${path}.defaultRequest[${name}]`, textOf('defaultRequest'), why));
  }
  return errors;
}

function validateRatio(item: Item, name: string, path: string): FieldError[] {
  const text = item.maxLimitRequestRatio?.[name];
  const ratio = tryParse(text);
  if (!ratio) return [];
  const field = `${path}.maxLimitRequestRatio[${name}]`;
  if (compare(ratio, one) < 0) return [invalidValue(field, text, `ratio ${text} is less than 1`)];
  const [min, max] = [tryParse(item.min?.[name]), tryParse(item.max?.[name])];
  if (!min || !max || min.nanos === 0n) return [];
  const most = Number(max.nanos) / Number(min.nanos);
  if (Number(ratio.nanos) / Number(one.nanos) <= most) return [];
  return [invalidValue(field, text, `ratio ${text} is greater than max/min = ${most.toFixed(6)}`)];
}

export function validateItem(item: Item, path: string): FieldError[] {
  const errors = [...validateType(item.type, `${path}.type`), ...validateNames(item, path)];
  if (item.type === 'Pod') {
    for (const field of ['default', 'defaultRequest'] as const) {
      if (Object.keys(item[field] ?? {}).length === 0) continue;
      errors.push(forbiddenField(`${path}.${field}`, "may not be specified when `type` is 'Pod'"));
    }
  }
  if (item.type === 'PersistentVolumeClaim' && !item.min?.storage && !item.max?.storage) {
    const why = 'either minimum or maximum storage value is required, but neither was provided';
    errors.push(required(`${path}.limits`, why));
  }
  const names = new Set(fieldsOf(item).flatMap(field => Object.keys(item[field] ?? {})));
  for (const name of names) errors.push(...validateOrder(item, name, path), ...validateRatio(item, name, path));
  return errors;
}
