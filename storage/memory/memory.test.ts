import { storeContract } from '../contract/contract.js';
import { HandClock } from '../contract/hand-clock.js';
import { openMemoryStore } from './open.js';

storeContract(
  'the memory store',
  () => ({
    async open(options) {
      const clock = new HandClock();
      return { store: openMemoryStore({ clock, ...options }), elapse: ms => clock.advance(ms) };
    },
  }),
  { shortestTtl: 1, keepsDeletionAtCompacted: true, random: { runs: 200, operations: 60 } },
);
