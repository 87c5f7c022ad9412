import { fill } from '../../json.js';
import type { Service } from '../../types.js';

type ServiceSpec = NonNullable<Service['spec']>;

export const sessionAffinitySeconds = 10800;

/** Where the type makes the cluster give an address, node ports. */
export const hasClusterIP = (type: string | undefined): boolean => type !== 'ExternalName';
export const hasNodePorts = (type: string | undefined): boolean => type === 'NodePort' || type === 'LoadBalancer';

function defaultPorts(spec: ServiceSpec): void {
  for (const port of spec.ports ?? []) {
    fill(port, 'protocol', 'TCP');
    // 0 and '' are what Kubernetes decodes an absent target to.
    if (!port.targetPort) port.targetPort = port.port;
  }
}

function defaultAffinity(spec: ServiceSpec): void {
  if (!spec.sessionAffinity) spec.sessionAffinity = 'None';
  if (spec.sessionAffinity !== 'ClientIP') {
    delete spec.sessionAffinityConfig;
    return;
  }
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? sessionAffinitySeconds;
  spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: seconds } };
}

/** clusterIP is clusterIPs[0] by another name: what is said in one is said in the other. */
function pairClusterIPs(spec: ServiceSpec): void {
  if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
  else if (!spec.clusterIP && spec.clusterIPs?.[0]) spec.clusterIP = spec.clusterIPs[0];
}

/** Addresses, families and node ports come later, from the API server's allocators. */
export function defaults(service: Service): void {
  fill(service, 'spec', {});
  fill(service, 'status', { loadBalancer: {} });
  const spec = service.spec as ServiceSpec;
  if (!spec.type) spec.type = 'ClusterIP';
  defaultAffinity(spec);
  defaultPorts(spec);
  pairClusterIPs(spec);
  if (hasClusterIP(spec.type)) fill(spec, 'internalTrafficPolicy', 'Cluster');
  if (hasNodePorts(spec.type)) fill(spec, 'externalTrafficPolicy', 'Cluster');
  if (spec.type === 'LoadBalancer') fill(spec, 'allocateLoadBalancerNodePorts', true);
}
