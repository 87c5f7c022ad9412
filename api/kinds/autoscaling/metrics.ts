/** What an autoscaler looks at: each metric has a source, and of that one target. */

import { validateLabelSelector } from '../../meta/labels.js';
import { tryParse } from '../../quantity.js';
import type { FieldError } from '../../status.js';
import type { HorizontalPodAutoscaler } from '../../types.js';
import { complaints, forbiddenField, invalidValue, notSupported, required } from '../../validation/errors.js';
import { dns1123Label, pathSegment } from '../../validation/strings.js';
import { isPositive, validateContainerResourceName } from '../workload/resource-names.js';

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;
export type Metric = NonNullable<Spec['metrics']>[number];
type Target = NonNullable<Metric['resource']>['target'];
type Reference = Spec['scaleTargetRef'];
type Identifier = NonNullable<Metric['pods']>['metric'];

const types = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
/** In the order in which Kubernetes looks. */
const sources = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;

export function validateReference(ref: Reference | undefined, path: string): FieldError[] {
  return (['kind', 'name'] as const).flatMap(name => {
    const value = ref?.[name];
    return value ? complaints(`${path}.${name}`, value, pathSegment(value)) : [required(`${path}.${name}`)];
  });
}

function validateTarget(target: Target, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!target.type) errors.push(required(`${path}.type`, 'must specify a metric target type'));
  if (!['Utilization', 'Value', 'AverageValue'].includes(target.type)) {
    errors.push(invalidValue(`${path}.type`, target.type, 'must be either Utilization, Value, or AverageValue'));
  }
  for (const name of ['value', 'averageValue'] as const) {
    const amount = target[name];
    if (amount !== undefined && !isPositive(tryParse(amount))) {
      errors.push(invalidValue(`${path}.${name}`, amount, 'must be positive'));
    }
  }
  const { averageUtilization } = target;
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errors.push(invalidValue(`${path}.averageUtilization`, averageUtilization, 'must be greater than 0'));
  }
  return errors;
}

function validateIdentifier(metric: Identifier, path: string): FieldError[] {
  const errors = metric.name
    ? complaints(`${path}.name`, metric.name, pathSegment(metric.name))
    : [required(`${path}.name`, 'must specify a metric name')];
  return [...errors, ...validateLabelSelector(metric.selector, `${path}.selector`)];
}

function validateObject(source: NonNullable<Metric['object']>, path: string): FieldError[] {
  const { value, averageValue } = source.target;
  const errors = [
    ...validateReference(source.describedObject, `${path}.describedObject`),
    ...validateIdentifier(source.metric, `${path}.metric`),
    ...validateTarget(source.target, `${path}.target`),
  ];
  if (value !== undefined || averageValue !== undefined) return errors;
  return [...errors, required(`${path}.target.averageValue`, 'must set either a target value or averageValue')];
}

function validateExternal(source: NonNullable<Metric['external']>, path: string): FieldError[] {
  const { value, averageValue } = source.target;
  const errors = [
    ...validateIdentifier(source.metric, `${path}.metric`),
    ...validateTarget(source.target, `${path}.target`),
  ];
  if (value === undefined && averageValue === undefined) {
    const why = 'must set either a target value for metric or a per-pod target';
    errors.push(required(`${path}.target.averageValue`, why));
  }
  if (value !== undefined && averageValue !== undefined) {
    const why = 'may not set both a target value for metric and a per-pod target';
    errors.push(forbiddenField(`${path}.target.value`, why));
  }
  return errors;
}

function validatePods(source: NonNullable<Metric['pods']>, path: string): FieldError[] {
  const errors = [
    ...validateIdentifier(source.metric, `${path}.metric`),
    ...validateTarget(source.target, `${path}.target`),
  ];
  if (source.target.averageValue !== undefined) return errors;
  return [...errors, required(`${path}.target.averageValue`, 'must specify a positive target averageValue')];
}

function validateUtilization(target: Target, path: string): FieldError[] {
  const errors = validateTarget(target, path);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined) {
    const why = 'must set either a target raw value or a target utilization';
    errors.push(required(`${path}.averageUtilization`, why));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    const why = 'may not set both a target raw value and a target utilization';
    errors.push(forbiddenField(`${path}.averageValue`, why));
  }
  return errors;
}

function validateContainer(source: NonNullable<Metric['containerResource']>, path: string): FieldError[] {
  const errors = source.name
    ? validateContainerResourceName(source.name, `${path}.name`)
    : [required(`${path}.name`, 'must specify a resource name')];
  if (!source.container) errors.push(required(`${path}.container`, 'must specify a container'));
  else errors.push(...complaints(`${path}.container`, source.container, dns1123Label(source.container)));
  return [...errors, ...validateUtilization(source.target, `${path}.target`)];
}

function validateResource(source: NonNullable<Metric['resource']>, path: string): FieldError[] {
  const errors = source.name ? [] : [required(`${path}.name`, 'must specify a resource name')];
  return [...errors, ...validateUtilization(source.target, `${path}.target`)];
}

function validateSource(metric: Metric, name: (typeof sources)[number], path: string): FieldError[] {
  const field = `${path}.${name}`;
  if (name === 'object' && metric.object) return validateObject(metric.object, field);
  if (name === 'external' && metric.external) return validateExternal(metric.external, field);
  if (name === 'pods' && metric.pods) return validatePods(metric.pods, field);
  if (name === 'resource' && metric.resource) return validateResource(metric.resource, field);
  if (name === 'containerResource' && metric.containerResource)
    return validateContainer(metric.containerResource, field);
  return [];
}

/** 'ContainerResource' is said in the field containerResource. */
const fieldOf = (type: string): string => type.charAt(0).toLowerCase() + type.slice(1);

export function validateMetric(metric: Metric, path: string): FieldError[] {
  const { type = '' } = metric;
  const given = sources.filter(name => metric[name]);
  const errors: FieldError[] = [];
  if (type === '') errors.push(required(`${path}.type`, 'must specify a metric source type'));
  if (!types.includes(type)) errors.push(notSupported(`${path}.type`, type, types));
  if (given[0]) errors.push(...validateSource(metric, given[0], path));
  const expected = fieldOf(type);
  if (types.includes(type) && !given.some(name => name === expected)) {
    errors.push(required(`${path}.${expected}`, 'must populate information for the given metric source'));
  }
  if (given.length === 1) return errors;
  const others = given.filter(name => name !== expected);
  return [
    ...errors,
    ...others.map(name => forbiddenField(`${path}.${name}`, 'must populate the given metric source only')),
  ];
}
