/** The kubelet as a component: `startKubelet`, and `resetNode`, which removes everything that it has made. */

import { followKubeconfig } from '../client/kubeconfig/follow.js';
import { connect } from '../client/rest/connect.js';
import { optionsOf } from './configuration/options.js';
import { readKubeletConfiguration, usualConfiguration } from './configuration/read.js';
import { Directories } from './directories.js';
import { startNode } from './kubelet.js';
import type { NodeOptions } from './node-options.js';
import { startServer } from './server/index.js';

export { type ResetOptions, resetNode } from './reset.js';

export interface KubeletOptions extends NodeOptions {
  /** The path of a kubeconfig, of the user system:node:NAME. */
  kubeconfig: string;
  /** A KubeletConfiguration; Kubernetes' defaults unless given. */
  configuration?: unknown;
  /** Of the HTTPS server. */
  port: number;
  /** Holds kubelet.crt, kubelet.key and ca.crt. */
  pkiDir: string;
}

/**
 * Resolves once the runtime is there and the server listens; the API may come later. Throws an Error that says what
 * is missing and how to mend it, or a ConfigError for a configuration that cannot be used. Stopping the kubelet leaves the containerd and all pods running.
 */
export async function startKubelet(options: KubeletOptions): Promise<{ stop(): Promise<void> }> {
  const { kubeconfig, port, pkiDir, nodeName, log, clock } = options;
  const { configuration: written } = options;
  const configuration = written === undefined ? usualConfiguration : readKubeletConfiguration(written);
  const client = connect(followKubeconfig(kubeconfig), { userAgent: 'kubelet', log, clock });
  const { checkpoints } = new Directories(options.dataDir);
  try {
    const node = await startNode(client, { ...optionsOf(configuration), ...options }, seam =>
      startServer({
        ...{ ...seam, configuration, checkpoints, pkiDir, port, nodeName, client, log, clock },
        ...(configuration.enableSystemLogHandler ? { systemLogs: '/var/log' } : {}),
      }),
    );
    return {
      async stop() {
        await node.stop();
        await client.close();
      },
    };
  } catch (error) {
    await client.close();
    throw error;
  }
}
