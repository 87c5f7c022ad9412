/** The runtime's configuration of one container. */
import type { Container, Pod } from '../../../api/types.js';
import type { ContainerConfig, Mount } from '../../cri/types.js';
import { logName, podName } from '../../directories.js';
import { containerAnnotations, containerLabels } from '../labels.js';
import { containerHash } from '../want.js';
import { expand } from './expand.js';
import { linuxResources } from './resources.js';
import { containerSecurity, type SecurityParts } from './security.js';

export interface ContainerParts extends SecurityParts {
  attempt: number;
  restartDelayMs: number;
  env: ReadonlyMap<string, string>;
  mounts: readonly Mount[];
  nodeMemoryBytes: number;
  cgroupVersion: 1 | 2;
}

export function containerConfig(pod: Pod, container: Container, parts: ContainerParts): ContainerConfig {
  const { attempt, restartDelayMs, env, mounts } = parts;
  const expanded = (words: string[] | undefined): string[] => (words ?? []).map(w => expand(w, name => env.get(name)));
  const messagePolicy = container.terminationMessagePolicy ?? 'File';
  return {
    metadata: { name: container.name, attempt },
    image: { image: container.image ?? '' },
    command: expanded(container.command),
    args: expanded(container.args),
    workingDir: container.workingDir ?? '',
    envs: [...env].map(([key, value]) => ({ key, value })),
    mounts: [...mounts],
    labels: containerLabels(podName(pod), container.name),
    annotations: containerAnnotations({ hash: containerHash(container), attempt, restartDelayMs, messagePolicy }),
    logPath: logName(container.name, attempt),
    stdin: container.stdin === true,
    stdinOnce: container.stdinOnce === true,
    tty: container.tty === true,
    linux: {
      resources: linuxResources(pod, container, parts),
      securityContext: containerSecurity(pod, container, parts),
    },
  };
}
