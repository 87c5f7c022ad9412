import type { Duplex } from 'node:stream';

/**
 * What one side says the other hears; when one is gone so is the other, once it has heard everything. Resolves when
 * both are closed.
 */
export function join(client: Duplex, kubelet: Duplex): Promise<void> {
  return new Promise(resolve => {
    client.on('error', () => kubelet.destroy());
    kubelet.on('error', () => client.destroy());
    client.on('close', () => {
      kubelet.destroy();
      resolve();
    });
    kubelet.on('close', () => client.end(() => client.destroy()));
    client.pipe(kubelet).pipe(client);
  });
}
