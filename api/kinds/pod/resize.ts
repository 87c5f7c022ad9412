/** pods/resize: the CPU and memory of containers that run (and of sidecars), and nothing else. */
import { differences } from '../../differences.js';
import { clone } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { Container, Pod, PodSpec } from '../../types.js';
import { forbiddenField, invalidValue } from '../../validation/errors.js';
import type { RowPart } from '../row.js';
import { keepAllBut } from '../strategy.js';
import { isRestartableInit } from './columns.js';
import { isMirror } from './mirror.js';
import { qosClass } from './qos.js';

const lists = ['containers', 'initContainers'] as const;
const sizes = ['limits', 'requests'] as const;
const resizable = ['cpu', 'memory'];

/** The old containers, each with the resources and the policy that the new one of its name asks for. */
function withSizes(old: readonly Container[], now: readonly Container[]): Container[] {
  return old.map((container, index) => {
    const wanted = now[index];
    if (wanted?.name !== container.name) return container;
    const { resources, resizePolicy } = wanted;
    return { ...container, ...(resources ? { resources } : {}), ...(resizePolicy ? { resizePolicy } : {}) };
  });
}

/** The new spec with the sizes that may change put back. */
function withoutSizes(spec: PodSpec, old: PodSpec): PodSpec {
  const same = clone(spec);
  for (const list of lists) {
    (same[list] ?? []).forEach((container, index) => {
      const before = old[list]?.[index];
      if (!before || (list === 'initContainers' && !isRestartableInit(before))) return;
      for (const size of sizes) {
        for (const name of resizable) {
          const amount = before.resources?.[size]?.[name];
          if (amount !== undefined && container.resources?.[size]) container.resources[size][name] = amount;
          else if (amount === undefined) delete container.resources?.[size]?.[name];
        }
      }
    });
  }
  return same;
}

function validateRemoved(spec: PodSpec, old: PodSpec): FieldError[] {
  return lists.flatMap(list =>
    (old[list] ?? []).flatMap((before, index) =>
      sizes.flatMap(size => {
        const amounts = spec[list]?.[index]?.resources?.[size] ?? {};
        const removed = resizable.some(
          name => before.resources?.[size]?.[name] !== undefined && amounts[name] === undefined,
        );
        const field = `spec.${list}[${index}].resources.${size}`;
        return removed ? [forbiddenField(field, `resource ${size} cannot be removed`)] : [];
      }),
    ),
  );
}

function validateResize(pod: Pod, old: Pod): FieldError[] {
  if (!pod.spec || !old.spec) return [];
  if (isMirror(pod)) return [forbiddenField('', 'static pods cannot be resized')];
  if (pod.spec.os?.name === 'windows') return [forbiddenField('', 'windows pods cannot be resized')];
  const errors = validateRemoved(pod.spec, old.spec);
  const quality = qosClass(pod.spec);
  if (quality !== (old.status?.qosClass ?? qosClass(old.spec))) {
    errors.push(invalidValue('spec', quality, 'Pod QOS Class may not change as a result of resizing'));
  }
  if (errors.length > 0) return errors;
  const changed = differences(withoutSizes(pod.spec, old.spec), old.spec, 'spec');
  if (changed.length === 0) return [];
  return [forbiddenField('spec', `only cpu and memory resources are mutable\nchanged: ${changed.join(', ')}\n`)];
}

export const resize: RowPart<Pod> = {
  prepare(pod, old) {
    const { containers = [], initContainers = [] } = pod.spec ?? ({} as Partial<PodSpec>);
    keepAllBut(pod, old, kept => {
      if (!kept.spec) return;
      kept.spec = { ...kept.spec, containers: withSizes(kept.spec.containers ?? [], containers) };
      if (kept.spec.initContainers) kept.spec.initContainers = withSizes(kept.spec.initContainers, initContainers);
    });
  },
  validateUpdate: validateResize,
};
