import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeContract } from '../contract/contract.js';
import { HandClock } from '../contract/hand-clock.js';
import { openLmdbStore } from './open.js';

storeContract(
  'the lmdb store',
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'orrery-lmdb-'));
    let stores = 0;
    return {
      async open(options) {
        const clock = new HandClock();
        const store = await openLmdbStore({ path: join(directory, `${++stores}`), clock, ...options });
        return { store, elapse: ms => clock.advance(ms) };
      },
      stop: async () => rmSync(directory, { recursive: true, force: true }),
    };
  },
  { shortestTtl: 1, keepsPreviousAtCompacted: true, random: { runs: 25, operations: 60 } },
);
