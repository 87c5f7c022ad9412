/** Short ways to write a cluster down, for tests. */
import type { Backend, ServicePort, State } from '../model/state.js';

export const clusterCidr = '10.244.0.0/16';
export const podCidr = '10.244.1.0/24';

/** 'ip:port', and what is special about it: 'draining', 'gone' (not ready), 'remote'. */
export function backend(text: string): Backend {
  const [address = '', ...words] = text.split(' ');
  const [ip = '', port] = address.split(':');
  const ready = !words.includes('draining') && !words.includes('gone');
  return { ip, port: Number(port), ready, draining: words.includes('draining'), local: !words.includes('remote') };
}

/** TCP port 80 of default/web at 10.96.0.10, unless said otherwise. */
export function servicePort(backends: string[], fields: Partial<ServicePort> = {}): ServicePort {
  return {
    name: 'default/web',
    protocol: 'TCP',
    clusterIP: '10.96.0.10',
    port: 80,
    externalIPs: [],
    internalLocal: false,
    externalLocal: false,
    backends: backends.map(backend),
    ...fields,
  };
}

export const stateOf = (...ports: ServicePort[]): State => ({ clusterCidr, podCidr, ports });
