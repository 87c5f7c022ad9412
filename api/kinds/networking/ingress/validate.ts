import { isIP } from 'node:net';
import type { FieldError } from '../../../status.js';
import type { Ingress } from '../../../types.js';
import { complaints, invalidValue, notSupported, required } from '../../../validation/errors.js';
import {
  dns1035Label,
  dns1123Subdomain,
  ipAddress,
  portName,
  portNumber,
  wildcardSubdomain,
} from '../../../validation/strings.js';
import { validateLocalReference } from '../reference.js';

type Spec = NonNullable<Ingress['spec']>;
type Backend = NonNullable<Spec['defaultBackend']>;
type ServiceBackend = NonNullable<Backend['service']>;
type Rule = NonNullable<Spec['rules']>[number];
type Path = NonNullable<Rule['http']>['paths'][number];
type Tls = NonNullable<Spec['tls']>[number];

export const classAnnotation = 'kubernetes.io/ingress.class';
const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];
const badSequences = ['//', '/./', '/../', '%2f', '%2F'];
const badSuffixes = ['/..', '/.'];

const hostComplaints = (host: string): string[] =>
  host.includes('*') ? wildcardSubdomain(host) : dns1123Subdomain(host);

function validateService({ name, port }: ServiceBackend, path: string): FieldError[] {
  const field = `${path}.service.name`;
  const errors = name ? complaints(field, name, dns1035Label(name)) : [required(field)];
  const { name: byName = '', number: byNumber = 0 } = port ?? {};
  if (byName && byNumber) errors.push(invalidValue(path, '', 'cannot set both port name & port number'));
  else if (byName) errors.push(...complaints(`${path}.service.port.name`, byName, portName(byName)));
  else if (byNumber) errors.push(...complaints(`${path}.service.port.number`, byNumber, portNumber(byNumber)));
  else errors.push(required(path, 'port name or number is required'));
  return errors;
}

function validateBackend(backend: Backend | undefined, path: string): FieldError[] {
  const { service, resource } = backend ?? {};
  if (service && resource) return [invalidValue(path, '', 'cannot set both resource and service backends')];
  if (resource) return validateLocalReference(resource, `${path}.resource`);
  if (service) return validateService(service, path);
  return [invalidValue(path, '', 'resource or service backend is required')];
}

function validatePathText(path: string, type: string, field: string): FieldError[] {
  const strict = type !== 'ImplementationSpecific';
  const errors: FieldError[] = [];
  if (!path.startsWith('/') && (strict || path !== '')) {
    errors.push(invalidValue(field, path, 'must be an absolute path'));
  }
  if (!strict) return errors;
  for (const bad of badSequences) {
    if (path.includes(bad)) errors.push(invalidValue(field, path, `must not contain '${bad}'`));
  }
  for (const bad of badSuffixes) {
    if (path.endsWith(bad)) errors.push(invalidValue(field, path, `cannot end with '${bad}'`));
  }
  return errors;
}

function validatePath({ path, pathType, backend }: Path, at: string): FieldError[] {
  if (pathType == null) return [required(`${at}.pathType`, 'pathType must be specified')];
  const errors = pathTypes.includes(pathType)
    ? validatePathText(path ?? '', pathType, `${at}.path`)
    : [notSupported(`${at}.pathType`, pathType, pathTypes)];
  return [...errors, ...validateBackend(backend, `${at}.backend`)];
}

function validateRule({ host, http }: Rule, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (host) {
    if (isIP(host)) errors.push(invalidValue(`${path}.host`, host, 'must be a DNS name, not an IP address'));
    errors.push(...complaints(`${path}.host`, host, hostComplaints(host)));
  }
  if (!http) return errors;
  const paths = http.paths ?? [];
  if (paths.length === 0) errors.push(required(`${path}.http.paths`));
  return [...errors, ...paths.flatMap((each, index) => validatePath(each, `${path}.http.paths[${index}]`))];
}

function validateTls({ hosts, secretName }: Tls, path: string): FieldError[] {
  return [
    ...(hosts ?? []).flatMap((host, index) => complaints(`${path}.hosts[${index}]`, host, hostComplaints(host))),
    ...(secretName ? complaints(`${path}.secretName`, secretName, dns1123Subdomain(secretName)) : []),
  ];
}

function validateSpec(spec: Spec): FieldError[] {
  const { rules, defaultBackend, tls, ingressClassName: name } = spec;
  const errors: FieldError[] = [];
  if (!rules?.length && !defaultBackend) {
    errors.push(invalidValue('spec', rules ?? [], 'either `defaultBackend` or `rules` must be specified'));
  }
  if (defaultBackend) errors.push(...validateBackend(defaultBackend, 'spec.defaultBackend'));
  errors.push(...(rules ?? []).flatMap((rule, index) => validateRule(rule, `spec.rules[${index}]`)));
  errors.push(...(tls ?? []).flatMap((each, index) => validateTls(each, `spec.tls[${index}]`)));
  if (name != null) errors.push(...complaints('spec.ingressClassName', name, dns1123Subdomain(name)));
  return errors;
}

function validateStatus({ status }: Ingress): FieldError[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }, index) => {
    const path = `status.loadBalancer.ingress[${index}]`;
    const errors = ip ? complaints(`${path}.ip`, ip, ipAddress(ip)) : [];
    if (!hostname) return errors;
    if (isIP(hostname)) {
      return [...errors, invalidValue(`${path}.hostname`, hostname, 'must be a DNS name, not an IP address')];
    }
    return [...errors, ...complaints(`${path}.hostname`, hostname, dns1123Subdomain(hostname))];
  });
}

export const validate = (ingress: Ingress): FieldError[] => [
  ...validateSpec(ingress.spec ?? {}),
  ...validateStatus(ingress),
];

/** The class was an annotation once: a new ingress says it in one place. What says it in both already may stay. */
export function validateCreate({ metadata, spec }: Ingress): FieldError[] {
  const annotated = metadata.annotations?.[classAnnotation];
  if (annotated === undefined || spec?.ingressClassName == null) return [];
  return [invalidValue(`annotations.${classAnnotation}`, annotated, 'can not be set when the class field is also set')];
}
