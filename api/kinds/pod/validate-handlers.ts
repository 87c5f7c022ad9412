/** Probes and lifecycle hooks: one action each, and the numbers around it. */
import type { FieldError } from '../../status.js';
import type { Container, LifecycleHandler, Probe } from '../../types.js';
import { complaints, forbiddenField, invalidValue, notSupported, required } from '../../validation/errors.js';
import { nonNegative, portName, portNumber, positive } from '../../validation/strings.js';

type Handler = LifecycleHandler & Pick<Probe, 'grpc'>;

/** A number, or the name of one of the container's ports. */
export function validatePortReference(port: unknown, field: string): FieldError[] {
  if (typeof port === 'string') return complaints(field, port, portName(port));
  return complaints(field, port ?? 0, portNumber(Number(port ?? 0)));
}

function validateHttpGet(get: NonNullable<Handler['httpGet']>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!get.path) errors.push(required(`${path}.path`));
  errors.push(...validatePortReference(get.port, `${path}.port`));
  if (get.scheme !== 'HTTP' && get.scheme !== 'HTTPS') {
    errors.push(notSupported(`${path}.scheme`, get.scheme, ['HTTP', 'HTTPS']));
  }
  (get.httpHeaders ?? []).forEach((header, index) => {
    if (!/^[-A-Za-z0-9]+$/.test(header.name ?? '')) {
      const why =
        "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
      errors.push(invalidValue(`${path}.httpHeaders[${index}].name`, header.name ?? '', why));
    }
  });
  return errors;
}

function validateAction(handler: Handler, name: keyof Handler, path: string): FieldError[] {
  if (name === 'exec') return handler.exec?.command?.length ? [] : [required(`${path}.exec.command`)];
  if (name === 'httpGet' && handler.httpGet) return validateHttpGet(handler.httpGet, `${path}.httpGet`);
  if (name === 'tcpSocket') return validatePortReference(handler.tcpSocket?.port, `${path}.tcpSocket.port`);
  if (name === 'grpc') {
    return complaints(`${path}.grpc.port`, handler.grpc?.port ?? 0, portNumber(handler.grpc?.port ?? 0));
  }
  const seconds = handler.sleep?.seconds ?? 0;
  return seconds < 0 ? [invalidValue(`${path}.sleep`, seconds, nonNegative)] : [];
}

const actions = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

/** Exactly one action. */
function validateHandler(handler: Handler, path: string): FieldError[] {
  const [first, ...others] = actions.filter(name => handler[name]);
  if (!first) return [required(path, 'must specify a handler type')];
  return [
    ...validateAction(handler, first, path),
    ...others.map(name => forbiddenField(`${path}.${name}`, 'may not specify more than 1 handler type')),
  ];
}

const probeNumbers = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

function validateProbe(probe: Probe | undefined, path: string): FieldError[] {
  if (!probe) return [];
  const errors = validateHandler(probe, path);
  for (const name of probeNumbers) {
    const value = probe[name] ?? 0;
    if (value < 0) errors.push(invalidValue(`${path}.${name}`, value, nonNegative));
  }
  const grace = probe.terminationGracePeriodSeconds;
  if (typeof grace === 'number' && grace <= 0) {
    errors.push(invalidValue(`${path}.terminationGracePeriodSeconds`, grace, positive));
  }
  return errors;
}

/** One success is all that these two can count. */
function validateOnce(probe: Probe | undefined, path: string): FieldError[] {
  if (!probe || (probe.successThreshold ?? 1) === 1) return [];
  return [invalidValue(`${path}.successThreshold`, probe.successThreshold, 'must be 1')];
}

export function validateProbes(container: Container, path: string): FieldError[] {
  const { livenessProbe: liveness, readinessProbe: readiness, startupProbe: startup } = container;
  const errors = [
    ...validateProbe(liveness, `${path}.livenessProbe`),
    ...validateOnce(liveness, `${path}.livenessProbe`),
    ...validateProbe(readiness, `${path}.readinessProbe`),
    ...validateProbe(startup, `${path}.startupProbe`),
    ...validateOnce(startup, `${path}.startupProbe`),
  ];
  const grace = readiness?.terminationGracePeriodSeconds;
  if (typeof grace === 'number') {
    const field = `${path}.readinessProbe.terminationGracePeriodSeconds`;
    errors.push(invalidValue(field, grace, 'must not be set for readinessProbes'));
  }
  return errors;
}

export function validateLifecycle(container: Container, path: string): FieldError[] {
  const { postStart, preStop } = container.lifecycle ?? {};
  return [
    ...(postStart ? validateHandler(postStart, `${path}.lifecycle.postStart`) : []),
    ...(preStop ? validateHandler(preStop, `${path}.lifecycle.preStop`) : []),
  ];
}
