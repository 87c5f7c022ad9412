/** The pods' network on this node, as a CNI configuration list: a bridge, addresses of the node's range, host ports. */

/** In the directory that containerd reads. */
export const configFile = '10-orrery.conflist';

export interface PodNetwork {
  /** At most 15 characters, as every Linux interface. */
  bridge: string;
  /** '10.244.0.0/24'; its first address is the bridge's, and the pods' way out. */
  podCidr: string;
  /** Where host-local remembers which address is whose. */
  ipamDir: string;
  mtu?: number;
}

/**
 * Masquerading is one rule for the whole range (masquerade.ts) instead of the plug-in's chain for each pod: that
 * halves the time a pod's network takes.
 */
export function cniConfig({ bridge, podCidr, ipamDir, mtu }: PodNetwork): string {
  const plugins = [
    {
      type: 'bridge',
      bridge,
      isGateway: true,
      ipMasq: false,
      // A pod that calls its own service gets its packet back through the port it left by.
      hairpinMode: true,
      ...(mtu === undefined ? {} : { mtu }),
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: podCidr }]],
        routes: [{ dst: '0.0.0.0/0' }],
        dataDir: ipamDir,
      },
    },
    { type: 'portmap', capabilities: { portMappings: true }, snat: true },
  ];
  return `${JSON.stringify({ cniVersion: '0.4.0', name: bridge, plugins }, null, 2)}\n`;
}
