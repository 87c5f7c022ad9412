/**
 * The contract: what storage/store.ts says, sentence by sentence, as tests that every store passes. Fixed cases first,
 * then random operations against a pure model.
 */
import { compactions } from './compactions.js';
import { expiries } from './expiries.js';
import { type Fixture, fixtureOf, type Given, type Harness, type OpenOptions, type Traits } from './harness.js';
import { randomOperations } from './random.js';
import { reads } from './reads.js';
import { watches } from './watches.js';
import { writes } from './writes.js';

/** Runs the contract against a store. `start` is called once, before the first test; it may throw to fail them all. */
export function storeContract(name: string, start: () => Promise<Harness> | Harness, traits: Traits): void {
  describe(`${name} keeps the contract of the store`, function () {
    // A time to live of etcd's takes some seconds of real time.
    this.timeout(30_000);
    let harness: Harness;
    let opened: Fixture[] = [];
    const given: Given = async (options?: OpenOptions) => {
      const fixture = fixtureOf(await harness.open(options));
      opened.push(fixture);
      return fixture;
    };
    before(async () => {
      harness = await start();
    });
    afterEach(async () => {
      for (const { store } of opened) await store.close();
      opened = [];
    });
    after(() => harness?.stop?.());

    describe('writes', () => writes(given));
    describe('reads', () => reads(given));
    describe('watches', () => watches(given));
    describe('compaction', () => compactions(given, traits));
    describe('time to live', () => expiries(given, traits));
    describe('random operations', () => randomOperations(given, traits));
  });
}
