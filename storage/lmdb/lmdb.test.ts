import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeContract } from '../contract/contract.js';
import { HandClock } from '../contract/hand-clock.js';
import { openLmdbStore } from './open.js';

/** With `always`, the file is closed and opened again after every commit. */
const contract = (name: string, always: { mappedBytes?: number }): void =>
  storeContract(
    name,
    () => {
      const directory = mkdtempSync(join(tmpdir(), 'orrery-lmdb-'));
      let stores = 0;
      return {
        async open(options) {
          const clock = new HandClock();
          const store = await openLmdbStore({ path: join(directory, `${++stores}`), clock, ...always, ...options });
          return { store, elapse: ms => clock.advance(ms) };
        },
        stop: async () => rmSync(directory, { recursive: true, force: true }),
      };
    },
    { shortestTtl: 1, keepsDeletionAtCompacted: true, random: { runs: 25, operations: 60 } },
  );

contract('the lmdb store', {});
contract('the lmdb store, its file mapped anew after every commit', { mappedBytes: 0 });
