/** What the proxy knows of the cluster: plain data, in a fixed order, so that equal clusters make equal rules. */

export type Protocol = 'TCP' | 'UDP' | 'SCTP';

export interface Backend {
  /** IPv4. */
  ip: string;
  port: number;
  /** Takes new connections. */
  ready: boolean;
  /** Shutting down, and still able to answer: used where nothing is ready. */
  draining: boolean;
  /** On this node. */
  local: boolean;
}

/** One port of one service. */
export interface ServicePort {
  /** 'namespace/name:port', or 'namespace/name' where the port has no name: Kubernetes' ServicePortName. */
  name: string;
  protocol: Protocol;
  clusterIP: string;
  port: number;
  nodePort?: number;
  /** spec.externalIPs, and the addresses of a load balancer that delivers to nodes. */
  externalIPs: readonly string[];
  /** sessionAffinity ClientIP: a client stays with its backend for so many seconds. */
  affinitySeconds?: number;
  /** internalTrafficPolicy Local: traffic to the cluster IP stays on this node. */
  internalLocal: boolean;
  /** externalTrafficPolicy Local: traffic from outside stays on this node, and keeps its source address. */
  externalLocal: boolean;
  /** By address and port. */
  backends: readonly Backend[];
}

/** The node's place in the network. */
export interface Surroundings {
  /** Where all pods are: traffic to a cluster IP from elsewhere is masqueraded. */
  clusterCidr: string;
  /** Where this node's pods are. */
  podCidr: string;
  /** Where this node answers what the cluster's DNS service is asked; absent where it does not. */
  dns?: { ip: string; port: number };
}

export interface State extends Surroundings {
  /** By name and protocol. */
  ports: readonly ServicePort[];
}

/** Those that are ready; where none is, those that are draining (KEP-1669). */
export function usable(backends: readonly Backend[]): Backend[] {
  const ready = backends.filter(backend => backend.ready);
  return ready.length > 0 ? ready : backends.filter(backend => backend.draining);
}
