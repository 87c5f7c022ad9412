/** networking.k8s.io/v1beta1: a backend is a service's name and port side by side, and the default one is `backend`. */
import { fill } from '../../json.js';
import type { AnyObject, Ingress } from '../../types.js';
import { storedAs } from '../conversion.js';
import { ingressRow } from '../networking/ingress/row.js';
import type { KindRow } from '../row.js';
import { rulesThrough, type Shape } from './through.js';

type Backend = NonNullable<NonNullable<Ingress['spec']>['defaultBackend']>;

export interface BetaBackend {
  serviceName?: string;
  servicePort?: number | string;
  resource?: Backend['resource'];
}

interface Path {
  pathType?: string;
  backend?: unknown;
}

interface Spec {
  backend?: BetaBackend;
  defaultBackend?: Backend;
  rules?: { http?: { paths?: Path[] } }[];
}

export function backendToV1({ serviceName = '', servicePort, resource }: BetaBackend): Backend {
  const port = typeof servicePort === 'string' ? { name: servicePort } : { number: servicePort ?? 0 };
  const isService = serviceName !== '' || !!servicePort;
  return { ...(isService ? { service: { name: serviceName, port } } : {}), ...(resource ? { resource } : {}) };
}

export function backendFromV1({ service, resource }: Backend): BetaBackend {
  const port = service?.port?.name || service?.port?.number;
  return {
    ...(service ? { serviceName: service.name, ...(port ? { servicePort: port } : {}) } : {}),
    ...(resource ? { resource } : {}),
  };
}

const pathsOf = ({ rules }: Spec): Path[] => (rules ?? []).flatMap(({ http }) => http?.paths ?? []);

const shape: Shape = {
  toStored(ingress) {
    const spec = (ingress.spec ?? {}) as Spec;
    if (spec.backend) spec.defaultBackend = backendToV1(spec.backend);
    delete spec.backend;
    for (const path of pathsOf(spec)) if (path.backend) path.backend = backendToV1(path.backend as BetaBackend);
  },
  fromStored(ingress) {
    const spec = (ingress.spec ?? {}) as Spec;
    if (spec.defaultBackend) spec.backend = backendFromV1(spec.defaultBackend);
    delete spec.defaultBackend;
    for (const path of pathsOf(spec)) if (path.backend) path.backend = backendFromV1(path.backend as Backend);
  },
  nameOf: path =>
    path
      .replace(/^spec\.defaultBackend/, 'spec.backend')
      .replace(/\.service\.name$/, '.serviceName')
      .replace(/\.service\.port(\.name|\.number)?$/, '.servicePort'),
};

const name = { group: ingressRow.group, version: 'v1beta1', kind: ingressRow.kind };
const rules = rulesThrough(ingressRow, shape);

export const ingressV1beta1Row: KindRow = {
  ...ingressRow,
  ...name,
  ...rules,
  model: 'V1beta1Ingress',
  conversion: storedAs(ingressRow, name, { toStorage: shape.toStored, fromStorage: shape.fromStored }),
  defaults(ingress: AnyObject) {
    rules.defaults?.(ingress);
    for (const path of pathsOf((ingress.spec ?? {}) as Spec)) fill(path, 'pathType', 'ImplementationSpecific');
  },
};
