/** An ingress that `create` makes of rules such as 'example.com/web*=web:80,tls=secret'. Pure. */
import type { AnyObject } from '../../api/types.js';
import { Failure } from '../failure.js';
import { pairsOf } from './pairs.js';

export interface IngressWishes {
  rule?: string[];
  class?: string;
  defaultBackend?: string;
  annotation?: string[];
}

const ruleShape =
  /^(?<host>[\w*.-]*)(?<path>\/[^=]*)=(?<service>[\w-]+):(?<port>[\w-]+)(?<tls>,tls(=(?<secret>[\w.-]+))?)?$/;

interface Rule {
  host: string;
  path: object;
  tls?: { hosts?: string[]; secretName?: string };
}

export function ingressFor(name: string, wishes: IngressWishes): AnyObject {
  const { annotation = [], defaultBackend, rule = [] } = wishes;
  if (rule.length === 0 && defaultBackend === undefined)
    throw new Failure(
      'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)',
    );
  const rules = rule.map(parsed);
  const hosts = [...new Set(rules.map(({ host }) => host))];
  const tls = rules.flatMap(one => (one.tls ? [one.tls] : []));
  const spec = {
    ...(wishes.class === undefined ? {} : { ingressClassName: wishes.class }),
    ...(defaultBackend === undefined ? {} : { defaultBackend: backendIn(defaultBackend) }),
    ...(rules.length > 0
      ? {
          rules: hosts.map(host => ({
            ...(host === '' ? {} : { host }),
            http: { paths: rules.filter(one => one.host === host).map(({ path }) => path) },
          })),
        }
      : {}),
    ...(tls.length > 0 ? { tls } : {}),
  };
  const annotations = annotation.length > 0 ? { annotations: pairsOf(annotation.join(',')) } : {};
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, ...annotations },
    spec,
    status: { loadBalancer: {} },
  };
}

function parsed(text: string): Rule {
  const found = ruleShape.exec(text)?.groups;
  if (!found)
    throw new Failure(`rule ${text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`);
  const { host = '', path = '', service = '', port = '', secret, tls } = found;
  // A star at its end says that what begins so is meant.
  const isPrefix = path.endsWith('*');
  const hosts = host === '' ? {} : { hosts: [host] };
  return {
    host,
    path: {
      path: isPrefix ? path.slice(0, -1) : path,
      pathType: isPrefix ? 'Prefix' : 'Exact',
      backend: backend(service, port),
    },
    ...(tls === undefined ? {} : { tls: { ...hosts, ...(secret === undefined ? {} : { secretName: secret }) } }),
  };
}

function backendIn(text: string): object {
  const [service, port, ...rest] = text.split(':');
  if (!service || !port || rest.length > 0)
    throw new Failure('default-backend should be in format servicename:serviceport');
  return backend(service, port);
}

const backend = (name: string, port: string): object => ({
  service: { name, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } },
});
