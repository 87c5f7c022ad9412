/** The packet filter's part of the pods' network, as input of iptables-restore. Pure. */

export interface PodRules {
  bridge: string;
  podCidr: string;
  /** All pods of the cluster: they see each other's true addresses. */
  clusterCidr: string;
}

/** A chain of our own in each table, named after the bridge; at most 28 characters. */
export const chainOf = (bridge: string): string => `ORRERY-PODS-${bridge}`;

/** The chains that jump to ours, by table. */
export const jumps = [
  { table: 'nat', from: 'POSTROUTING' },
  { table: 'filter', from: 'FORWARD' },
] as const;

/** Pods leave the cluster under the node's address; and what the node forwards for them is let through. */
export function podRules({ bridge, podCidr, clusterCidr }: PodRules): string {
  const chain = chainOf(bridge);
  return `*nat
:${chain} - [0:0]
-A ${chain} -s ${podCidr} ! -d ${clusterCidr} ! -o ${bridge} -m comment --comment "pods leave the cluster" -j MASQUERADE
COMMIT
*filter
:${chain} - [0:0]
-A ${chain} -s ${podCidr} -m comment --comment "from this node's pods" -j ACCEPT
-A ${chain} -d ${podCidr} -m comment --comment "to this node's pods" -j ACCEPT
COMMIT
`;
}
