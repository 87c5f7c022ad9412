/** What an update of a Service keeps of what was allocated to it, and what it may not change. */
import { semanticEqual } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { Service, ServicePort } from '../../types.js';
import { invalidValue } from '../../validation/errors.js';
import { keepStatus } from '../strategy.js';
import { hasClusterIP, hasNodePorts } from './defaults.js';

type ServiceSpec = NonNullable<Service['spec']>;

/** A clusterIP that alone was changed is the new first of clusterIPs, and the other way round. */
function keepClusterIPs(spec: ServiceSpec, old: ServiceSpec): void {
  if (!spec.clusterIP && !spec.clusterIPs?.length) {
    if (old.clusterIP) spec.clusterIP = old.clusterIP;
    if (old.clusterIPs) spec.clusterIPs = old.clusterIPs;
  } else if (spec.clusterIP !== old.clusterIP && semanticEqual(spec.clusterIPs, old.clusterIPs)) {
    spec.clusterIPs = spec.clusterIP ? [spec.clusterIP, ...(spec.clusterIPs ?? []).slice(1)] : [];
  }
  if (!spec.ipFamilies?.length && old.ipFamilies) spec.ipFamilies = old.ipFamilies;
  if (!spec.ipFamilyPolicy && old.ipFamilyPolicy) spec.ipFamilyPolicy = old.ipFamilyPolicy;
}

const samePort = (a: ServicePort, b: ServicePort): boolean => a.port === b.port && a.protocol === b.protocol;

function keepNodePorts(spec: ServiceSpec, old: ServiceSpec): void {
  const taken = new Set((spec.ports ?? []).map(port => port.nodePort));
  for (const port of spec.ports ?? []) {
    const before = old.ports?.find(other => samePort(port, other))?.nodePort;
    if (!port.nodePort && before && !taken.has(before)) {
      port.nodePort = before;
      taken.add(before);
    }
  }
}

/** A client that sends its manifest again does not know what was allocated: it is kept. */
export function prepareUpdate(service: Service, old: Service): void {
  keepStatus(service, old);
  const [spec, before] = [service.spec, old.spec];
  if (!spec || !before) return;
  if (hasClusterIP(spec.type) && hasClusterIP(before.type)) keepClusterIPs(spec, before);
  if (hasNodePorts(spec.type) && hasNodePorts(before.type)) keepNodePorts(spec, before);
  if (hasNodePorts(before.type) && !hasNodePorts(spec.type)) dropNodePorts(spec, before);
  if (spec.type === 'ExternalName' && before.type !== 'ExternalName') dropClusterIPs(spec, before);
}

/** Node ports that were the cluster's choice go with the type; ones that the client now asks for are its error. */
function dropNodePorts(spec: ServiceSpec, old: ServiceSpec): void {
  for (const port of spec.ports ?? []) {
    if (old.ports?.some(before => before.nodePort === port.nodePort)) delete port.nodePort;
  }
  if (spec.externalTrafficPolicy === old.externalTrafficPolicy) delete spec.externalTrafficPolicy;
  delete spec.allocateLoadBalancerNodePorts;
}

function dropClusterIPs(spec: ServiceSpec, old: ServiceSpec): void {
  if (spec.clusterIP === old.clusterIP) delete spec.clusterIP;
  if (semanticEqual(spec.clusterIPs, old.clusterIPs)) delete spec.clusterIPs;
  delete spec.ipFamilies;
  delete spec.ipFamilyPolicy;
  delete spec.internalTrafficPolicy;
}

export function validateUpdate(service: Service, old: Service): FieldError[] {
  const [now, before] = [service.spec?.clusterIPs?.[0], old.spec?.clusterIPs?.[0]];
  if (!before || !hasClusterIP(service.spec?.type) || !hasClusterIP(old.spec?.type) || now === before) return [];
  return [invalidValue('spec.clusterIPs[0]', service.spec?.clusterIPs ?? [], 'may not change once set')];
}
