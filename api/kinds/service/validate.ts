import { validateLabels } from '../../meta/labels.js';
import type { FieldError } from '../../status.js';
import type { Service, ServicePort } from '../../types.js';
import {
  complaints,
  duplicate,
  forbiddenField,
  invalidValue,
  notSupported,
  oneOf,
  required,
} from '../../validation/errors.js';
import { cidr, dns1123Label, dns1123Subdomain, ipAddress, portName, portNumber } from '../../validation/strings.js';
import { specialAddress } from './addresses.js';
import { hasNodePorts } from './defaults.js';

type ServiceSpec = NonNullable<Service['spec']>;

const types = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'];
const mostAffinitySeconds = 86400;

function validateTargetPort(target: unknown, field: string): FieldError[] {
  if (typeof target === 'number') return complaints(field, target, portNumber(target));
  if (typeof target === 'string') return complaints(field, target, portName(target));
  return [required(field)];
}

function validatePort(port: ServicePort, spec: ServiceSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!port.name) {
    if ((spec.ports ?? []).length > 1) errors.push(required(`${path}.name`));
  } else errors.push(...complaints(`${path}.name`, port.name, dns1123Label(port.name)));
  errors.push(...complaints(`${path}.port`, port.port ?? 0, portNumber(port.port)));
  errors.push(...oneOf(`${path}.protocol`, port.protocol, ['TCP', 'UDP', 'SCTP']));
  errors.push(...validateTargetPort(port.targetPort, `${path}.targetPort`));
  if (port.nodePort) {
    if (!hasNodePorts(spec.type)) {
      errors.push(forbiddenField(`${path}.nodePort`, `may not be used when \`type\` is '${spec.type}'`));
    } else errors.push(...complaints(`${path}.nodePort`, port.nodePort, portNumber(port.nodePort)));
  }
  return errors;
}

/** No two ports with the same name, number and protocol, or node port. */
function validateDistinct(ports: readonly ServicePort[]): FieldError[] {
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  const meet = (key: string, field: string, value: unknown): void => {
    if (seen.has(key)) errors.push(duplicate(field, value));
    seen.add(key);
  };
  ports.forEach((port, index) => {
    const path = `spec.ports[${index}]`;
    if (port.name) meet(`name ${port.name}`, `${path}.name`, port.name);
    meet(`port ${port.protocol} ${port.port}`, path, { protocol: port.protocol, port: port.port });
    if (port.nodePort) meet(`node ${port.protocol} ${port.nodePort}`, `${path}.nodePort`, port.nodePort);
  });
  return errors;
}

function validatePorts(spec: ServiceSpec): FieldError[] {
  const ports = spec.ports ?? [];
  const headless = spec.clusterIP === 'None';
  if (ports.length === 0) return headless || spec.type === 'ExternalName' ? [] : [required('spec.ports')];
  return [
    ...ports.flatMap((port, index) => validatePort(port, spec, `spec.ports[${index}]`)),
    ...validateDistinct(ports),
  ];
}

function validateClusterIPs(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const addresses = spec.clusterIPs ?? [];
  if (spec.type === 'ExternalName') {
    if (addresses.length > 0) {
      errors.push(forbiddenField('spec.clusterIPs', "may not be set when `type` is 'ExternalName'"));
    }
    return errors;
  }
  if (spec.clusterIP && addresses[0] !== spec.clusterIP) {
    errors.push(invalidValue('spec.clusterIPs', addresses, 'first value must match `clusterIP`'));
  }
  if (addresses.length > 2) {
    errors.push(invalidValue('spec.clusterIPs', addresses, 'may only hold up to 2 values'));
  }
  addresses.forEach((address, index) => {
    const field = `spec.clusterIPs[${index}]`;
    if (address === 'None') {
      if (addresses.length > 1) {
        errors.push(invalidValue('spec.clusterIPs', addresses, "'None' must be the first and only value"));
      }
    } else errors.push(...complaints(field, address, ipAddress(address)));
  });
  return errors;
}

function validateAffinity(spec: ServiceSpec): FieldError[] {
  const errors = oneOf('spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None']);
  if (spec.sessionAffinity === 'ClientIP') {
    const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 0;
    if (seconds <= 0 || seconds > mostAffinitySeconds) {
      const field = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
      errors.push(invalidValue(field, seconds, `must be greater than 0 and less than ${mostAffinitySeconds}`));
    }
  }
  return errors;
}

function validateType(spec: ServiceSpec): FieldError[] {
  const errors = oneOf('spec.type', spec.type, types);
  if (spec.type === 'ExternalName') {
    // Kubernetes accepts a trailing dot: the name as DNS writes it in full.
    const name = (spec.externalName ?? '').replace(/\.$/, '');
    if (name === '') errors.push(required('spec.externalName'));
    else errors.push(...complaints('spec.externalName', spec.externalName, dns1123Subdomain(name)));
  }
  if (spec.type === 'LoadBalancer' && spec.clusterIP === 'None') {
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', "may not be set to 'None' for LoadBalancer services"));
  }
  if (spec.type === 'NodePort' && spec.clusterIP === 'None') {
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', "may not be set to 'None' for NodePort services"));
  }
  return errors;
}

function validateTraffic(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const { internalTrafficPolicy: internal, externalTrafficPolicy: external } = spec;
  const policies = ['Cluster', 'Local'];
  if (internal && !policies.includes(internal)) {
    errors.push(notSupported('spec.internalTrafficPolicy', internal, policies));
  }
  if (!external) return errors;
  if (!hasNodePorts(spec.type) && !spec.externalIPs?.length) {
    const why = 'may only be set for externally-accessible services';
    errors.push(invalidValue('spec.externalTrafficPolicy', external, why));
  } else if (!policies.includes(external)) {
    errors.push(notSupported('spec.externalTrafficPolicy', external, policies));
  }
  return errors;
}

export function validate(service: Service): FieldError[] {
  const spec = service.spec ?? {};
  const errors = [
    ...validateType(spec),
    ...validatePorts(spec),
    ...validateLabels(spec.selector, 'spec.selector'),
    ...validateAffinity(spec),
    ...validateClusterIPs(spec),
    ...validateTraffic(spec),
  ];
  (spec.externalIPs ?? []).forEach((address, index) => {
    const said = ipAddress(address);
    errors.push(...complaints(`spec.externalIPs[${index}]`, address, said.length > 0 ? said : specialAddress(address)));
  });
  (spec.loadBalancerSourceRanges ?? []).forEach((range, index) => {
    errors.push(...complaints(`spec.loadBalancerSourceRanges[${index}]`, range, cidr(range)));
  });
  return errors;
}
