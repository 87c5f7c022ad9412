import { fill, semanticEqual } from '../../json.js';
import { validateLabelKey } from '../../meta/labels.js';
import { tryParse } from '../../quantity.js';
import type { FieldError } from '../../status.js';
import type { Node, Taint } from '../../types.js';
import {
  complaints,
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '../../validation/errors.js';
import { cidr, validLabelValue } from '../../validation/strings.js';
import { defineKind } from '../define.js';
import { keepSpec, keepStatus } from '../strategy.js';
import { columns } from './columns.js';

export const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function validateTaint(taint: Taint, path: string): FieldError[] {
  const errors = validateLabelKey(taint.key ?? '', `${path}.key`);
  errors.push(...complaints(`${path}.value`, taint.value ?? '', validLabelValue(taint.value ?? '')));
  if (!taint.effect) errors.push(required(`${path}.effect`));
  else if (!taintEffects.includes(taint.effect)) {
    errors.push(notSupported(`${path}.effect`, taint.effect, taintEffects));
  }
  return errors;
}

function validateTaints(taints: readonly Taint[]): FieldError[] {
  const seen = new Set<string>();
  return taints.flatMap((taint, index) => {
    const path = `spec.taints[${index}]`;
    const errors = validateTaint(taint, path);
    const identity = `${taint.key}:${taint.effect}`;
    if (seen.has(identity)) errors.push(duplicate(path, taint));
    seen.add(identity);
    return errors;
  });
}

function validateAmounts(amounts: Record<string, string> | undefined, path: string): FieldError[] {
  return Object.entries(amounts ?? {})
    .filter(([, amount]) => (tryParse(amount)?.nanos ?? -1n) < 0n)
    .map(([name, amount]) => invalidValue(`${path}.${name}`, amount, 'must be greater than or equal to 0'));
}

function validate(node: Node): FieldError[] {
  const ranges = node.spec?.podCIDRs ?? [];
  const errors = validateTaints(node.spec?.taints ?? []);
  ranges.forEach((range, index) => {
    errors.push(...complaints(`spec.podCIDRs[${index}]`, range, cidr(range)));
  });
  if (node.spec?.podCIDR && ranges.length > 0 && ranges[0] !== node.spec.podCIDR) {
    errors.push(invalidValue('spec.podCIDRs[0]', ranges[0], 'must match podCIDR'));
  }
  return [
    ...errors,
    ...validateAmounts(node.status?.capacity, 'status.capacity'),
    ...validateAmounts(node.status?.allocatable, 'status.allocatable'),
  ];
}

/** A node's range and its provider's name for it are given once. */
function validateUpdate(node: Node, old: Node): FieldError[] {
  const errors: FieldError[] = [];
  const [spec, before] = [node.spec ?? {}, old.spec ?? {}];
  if (before.podCIDRs?.length && !semanticEqual(spec.podCIDRs, before.podCIDRs)) {
    errors.push(forbiddenField('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  }
  if (before.providerID && spec.providerID !== before.providerID) {
    errors.push(forbiddenField('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  }
  return errors;
}

export const nodeRow = defineKind<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  subresources: ['status', 'proxy'],
  model: 'V1Node',
  columns,
  fields: node => ({ 'spec.unschedulable': String(node.spec?.unschedulable ?? false) }),
  /** A kubelet registers itself with its status: a creator may set it. */
  defaults(node) {
    fill(node, 'spec', {});
    fill(node, 'status', {});
    const { spec } = node;
    if (spec?.podCIDR && !spec.podCIDRs?.length) spec.podCIDRs = [spec.podCIDR];
    else if (spec?.podCIDRs?.[0] && !spec.podCIDR) spec.podCIDR = spec.podCIDRs[0];
    // What is allocatable is all there is, until the kubelet says otherwise.
    if (node.status?.capacity) fill(node.status, 'allocatable', { ...node.status.capacity });
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  validate,
  validateUpdate,
});
