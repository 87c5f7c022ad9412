/** A pod's runtime class costs what it says (overhead), and keeps the pod to nodes that have the runtime. */
import { deepEqual } from '../../api/json.js';
import { canonical } from '../../api/quantity.js';
import type { PodSpec, RuntimeClass } from '../../api/types.js';
import type { AdmissionPlugin, AdmissionRequest, Lookup } from '../contracts.js';
import { createsPod, newPod, refusal } from './request.js';
import { mergeTolerations } from './tolerations.js';

const resource = { group: 'node.k8s.io', resource: 'runtimeclasses' };

export const runtimeClass = (lookup: Lookup): AdmissionPlugin => ({
  name: 'RuntimeClass',
  handles: createsPod,
  mutate(request) {
    const { spec } = newPod(request);
    const chosen = spec && classOf(lookup, request, spec);
    if (!chosen) return;
    giveOverhead(request, spec, chosen);
    giveScheduling(request, spec, chosen);
  },
  // Once more, for what other plug-ins made of the pod since.
  validate(request) {
    const { spec } = newPod(request);
    if (!spec) return;
    const overhead = classOf(lookup, request, spec)?.overhead?.podFixed;
    if (overhead) checkOverhead(request, spec, overhead);
    else if (Object.keys(spec.overhead ?? {}).length > 0) {
      throw refusal(request, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
    }
  },
});

/** Undefined for a pod without a class; throws Forbidden for a class that does not exist. */
function classOf(lookup: Lookup, request: AdmissionRequest, spec: PodSpec): RuntimeClass | undefined {
  const { runtimeClassName: name } = spec;
  if (name === undefined || name === null) return undefined;
  const found = lookup.get(resource, '', name);
  if (found) return found as unknown as RuntimeClass;
  throw refusal(request, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
}

type Amounts = Record<string, string>;

function giveOverhead(request: AdmissionRequest, spec: PodSpec, { overhead }: RuntimeClass): void {
  if (!overhead?.podFixed) return;
  if (Object.keys(spec.overhead ?? {}).length > 0) checkOverhead(request, spec, overhead.podFixed);
  else spec.overhead = { ...overhead.podFixed };
}

function checkOverhead(request: AdmissionRequest, spec: PodSpec, wanted: Amounts): void {
  const written = (amounts: Amounts = {}): Amounts =>
    Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, canonical(amount)]));
  if (deepEqual(written(spec.overhead), written(wanted))) return;
  throw refusal(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
}

function giveScheduling(request: AdmissionRequest, spec: PodSpec, { scheduling }: RuntimeClass): void {
  for (const [key, value] of Object.entries(scheduling?.nodeSelector ?? {})) {
    const said = spec.nodeSelector?.[key];
    if (said !== undefined && said !== value) {
      const both = `runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${said}`;
      throw refusal(request, `conflict: ${both}`);
    }
    spec.nodeSelector = { ...spec.nodeSelector, [key]: value };
  }
  const added = scheduling?.tolerations ?? [];
  if (added.length > 0) spec.tolerations = mergeTolerations([...(spec.tolerations ?? []), ...added]);
}
