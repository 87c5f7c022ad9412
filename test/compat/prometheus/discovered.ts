/** For each role of Prometheus' service discovery an object, and the target that it makes of it. */
import type { Role } from './prometheus.js';

export interface Discovered {
  /** The collection of the object. */
  path: string;
  object: object;
  /** A subresource write that follows the creation. */
  status?: object;
  address: string;
  /** Some of the labels that the target has. */
  labels: Record<string, string>;
}

const inDefault = (resource: string): string => `/api/v1/namespaces/default/${resource}`;

/** Objects with a number of their own: `web-1` at 10.244.0.1, and so on. */
export function discovered(n: number): Record<Role, Discovered> {
  const name = `web-${n}`;
  const ip = `10.244.0.${n}`;
  const metadata = { name, labels: { app: 'web' } };
  const port = { name: 'http', port: 8080 };
  const backend = { service: { name, port: { number: 80 } } };
  const http = { paths: [{ path: '/shop', pathType: 'Prefix', backend }] };
  return {
    node: {
      path: '/api/v1/nodes',
      object: { metadata },
      status: {
        addresses: [{ type: 'InternalIP', address: `198.51.100.${n}` }],
        daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      },
      address: `198.51.100.${n}:10250`,
      labels: { __meta_kubernetes_node_name: name, __meta_kubernetes_node_label_app: 'web', instance: name },
    },
    service: {
      path: inDefault('services'),
      object: { metadata, spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] } },
      address: `${name}.default.svc:80`,
      labels: { __meta_kubernetes_service_name: name, __meta_kubernetes_service_port_name: 'http' },
    },
    pod: {
      path: inDefault('pods'),
      object: {
        metadata,
        spec: { containers: [{ name: 'c', image: 'i', ports: [{ name: 'http', containerPort: 8080 }] }] },
      },
      status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], hostIP: '198.51.100.1' },
      address: `${ip}:8080`,
      labels: { __meta_kubernetes_pod_name: name, __meta_kubernetes_pod_phase: 'Running' },
    },
    endpoints: {
      path: inDefault('endpoints'),
      object: { metadata, subsets: [{ addresses: [{ ip }], ports: [port] }] },
      address: `${ip}:8080`,
      labels: { __meta_kubernetes_endpoints_name: name, __meta_kubernetes_endpoint_ready: 'true' },
    },
    endpointslice: {
      path: '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
      object: {
        metadata,
        addressType: 'IPv4',
        endpoints: [{ addresses: [ip], conditions: { ready: true } }],
        ports: [{ ...port, protocol: 'TCP' }],
      },
      address: `${ip}:8080`,
      labels: { __meta_kubernetes_endpointslice_name: name, __meta_kubernetes_endpointslice_address_type: 'IPv4' },
    },
    ingress: {
      path: '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
      object: { metadata, spec: { rules: [{ host: `${name}.example.com`, http }] } },
      address: `${name}.example.com`,
      labels: { __meta_kubernetes_ingress_name: name, __meta_kubernetes_ingress_path: '/shop' },
    },
  };
}
