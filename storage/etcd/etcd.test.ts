import { storeContract } from '../contract/contract.js';
import { type EtcdServer, etcdMissing, startEtcd } from '../contract/etcd-server.js';
import { openEtcdStore } from './open.js';

const missing = etcdMissing();

if (missing !== undefined) {
  it(`the etcd store keeps the contract of the store (skipped: ${missing})`);
} else {
  storeContract(
    'the etcd store',
    async () => {
      const servers: EtcdServer[] = [await startEtcd()];
      return {
        async open({ fresh, ...options } = {}) {
          if (fresh) servers.push(await startEtcd());
          const server = (fresh ? servers.at(-1) : servers[0]) as EtcdServer;
          const store = await openEtcdStore({ endpoints: [server.endpoint], ...options });
          // etcd has a clock of its own.
          return { store, elapse: async () => {} };
        },
        async stop() {
          for (const server of servers) await server.stop();
        },
      };
    },
    { shortestTtl: 1, keepsDeletionAtCompacted: false, random: { runs: 12, operations: 40 } },
  );
}
