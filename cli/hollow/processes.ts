/** The processes of a cluster of hollow nodes. */
import { controlPlaneSpecs } from '../cluster/control-planes.js';
import type { ClusterConfig } from '../cluster/layout.js';
import type { ProcessSpec } from '../cluster/processes.js';

export const hollowSpecs = (config: Pick<ClusterConfig, 'controlPlanes'>): ProcessSpec[] => [
  ...controlPlaneSpecs(config).map(spec => ({ ...spec, large: true })),
  { name: 'hollow', components: ['hollow'], large: true },
];
