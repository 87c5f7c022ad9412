/**
 * Random operations on a store and on the model, compared after each. fast-check shrinks a failure and prints its seed;
 * ORRERY_SEED=<seed> runs that one again.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Compacted, FutureRevision } from '../store.js';
import { bytes, type Fixture, type Given, said, type Traits, text, Watching } from './harness.js';
import { type Answer, Model, type ModelEntry } from './model.js';

const key = fc.constantFrom<string[]>('a', 'b', 'c', 'pods/a', 'pods/b', 'pods/c');
const prefix = fc.constantFrom('', 'pods/', 'a', 'z');
/** How far before (or, when negative, after) the current revision. */
const back = fc.oneof({ weight: 5, arbitrary: fc.nat(12) }, { weight: 1, arbitrary: fc.constantFrom(-1, -2) });
/** Mostly what is there; sometimes a revision that is not. */
const stale = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
);

const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('create' as const), key, value: fc.string({ maxLength: 8 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('update' as const), key, value: fc.string({ maxLength: 8 }), stale }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('delete' as const), key, stale: fc.option(stale, { nil: undefined }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('list' as const),
      prefix,
      back,
      limit: fc.nat(3),
      after: fc.constantFrom('', 'a', 'b', 'pods/a'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('watch' as const), prefix, back: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('compact' as const), back }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

export function randomOperations(given: Given, traits: Traits): void {
  it('agrees with the model', async function () {
    this.timeout(120_000);
    const seed = Number.parseInt(process.env.ORRERY_SEED ?? '', 10);
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: traits.random.operations }), async operations => {
        const fixture = await given();
        try {
          await compare(fixture, operations, traits);
        } finally {
          await fixture.store.close();
        }
      }),
      { numRuns: traits.random.runs, ...(Number.isNaN(seed) ? {} : { seed }) },
    );
  });
}

async function compare(fixture: Fixture, operations: Operation[], traits: Traits): Promise<void> {
  const { store } = fixture;
  const comparison = new Comparison(
    fixture,
    new Model(await store.revision(), await store.compactedRevision()),
    traits,
  );
  const whole = new Watching(store, fixture.prefix, comparison.start + 1);
  const first = whole.next();
  // A watcher that is abandoned because of a failure elsewhere must not fail a second time.
  first.catch(() => {});
  await comparison.write({ do: 'create', key: 'marker', value: 'first' });
  await first;
  for (const each of operations) {
    await comparison.perform(each);
    // Before a compaction overtakes it.
    await whole.until(comparison.revision);
  }
  await comparison.write({ do: 'delete', key: 'marker', stale: undefined });
  await comparison.seesAll(whole);
  await whole.stop();
}

class Comparison {
  readonly start: number;

  constructor(
    private readonly fixture: Fixture,
    private readonly model: Model,
    private readonly traits: Traits,
  ) {
    this.start = model.revision;
  }

  get revision(): number {
    return this.model.revision;
  }

  async perform(operation: Operation): Promise<void> {
    if (operation.do === 'list') await this.list(operation);
    else if (operation.do === 'watch') await this.watch(operation);
    else if (operation.do === 'compact') await this.compact(operation);
    else await this.write(operation);
    assert.equal(await this.fixture.store.revision(), this.model.revision);
  }

  async write(operation: Extract<Operation, { do: 'create' | 'update' | 'delete' }>): Promise<void> {
    const { store } = this.fixture;
    const key = this.fixture.key(operation.key);
    const now = this.model.get(key);
    const wrong = 'stale' in operation ? operation.stale : undefined;
    const expected = wrong === undefined ? undefined : (now?.revision ?? this.model.revision) + wrong;
    const wanted = operation.do === 'create' ? !now : now !== undefined && !wrong;
    const written =
      operation.do === 'create'
        ? await store.create(key, bytes(operation.value))
        : operation.do === 'update'
          ? await store.update(key, bytes(operation.value), expected ?? 0)
          : await store.delete(key, expected);
    assert.equal(written.ok, wanted, `${JSON.stringify(operation)} of ${JSON.stringify(now)}`);
    const revision = wanted
      ? this.model.write(key, operation.do === 'delete' ? undefined : operation.value)
      : undefined;
    if (written.ok) assert.equal(written.revision, revision);
    if (!written.ok) assert.deepEqual(plain(written.current), now);
    assert.deepEqual(plain(await store.get(key)), this.model.get(key));
  }

  private async list(operation: Extract<Operation, { do: 'list' }>): Promise<void> {
    const { limit } = operation;
    const [prefix, after] = [this.fixture.key(operation.prefix), this.fixture.key(operation.after)];
    const revision = this.at(operation.back);
    const answer = await answered(async () => {
      const { entries, more } = await this.fixture.store.list(prefix, { revision, limit, after });
      return { entries: entries.map(e => plain(e)), more };
    });
    assert.deepEqual(answer, this.model.list(prefix, revision, limit, after));
  }

  private async watch(operation: Extract<Operation, { do: 'watch' }>): Promise<void> {
    const prefix = this.fixture.key(operation.prefix);
    const from = this.at(operation.back);
    const expected = this.model.watch(prefix, from);
    if (!this.traits.keepsDeletionAtCompacted && this.deletedAtCompacted() === from) return;
    if (expected.is === 'answer' && expected.value.length === 0) return;
    const watching = new Watching(this.fixture.store, prefix, from);
    const last = expected.is === 'answer' ? (expected.value.at(-1)?.revision ?? from) : from;
    const answer = await answered(async () => (await watching.until(last)).map(said));
    await watching.stop();
    assert.deepEqual(
      answer,
      expected.is === 'answer' ? { is: 'answer', value: expected.value.map(inWords) } : expected,
    );
  }

  private async compact(operation: Extract<Operation, { do: 'compact' }>): Promise<void> {
    const revision = this.at(operation.back);
    const answer = await answered(() => this.fixture.store.compact(revision));
    assert.deepEqual(answer, this.model.compact(revision));
    if (answer.is === 'answer') assert.equal(await this.fixture.store.compactedRevision(), revision);
  }

  /** One watch over the whole run has seen every event. */
  async seesAll(watching: Watching): Promise<void> {
    const events = await watching.until(this.model.revision);
    assert.deepEqual(events.map(said), this.model.events.map(inWords));
  }

  /** The model knows nothing of what other tests wrote before its own first write. */
  private at(back: number): number {
    return Math.max(this.start + 1, this.model.revision - back);
  }

  private deletedAtCompacted(): number | undefined {
    return this.model.events.find(e => e.revision === this.model.compacted && e.value === undefined)?.revision;
  }
}

const inWords = ({ key, value, revision }: { key: string; value?: string; revision: number }): string =>
  value === undefined ? `delete ${key} @${revision}` : `put ${key}=${value} @${revision}`;

function plain(
  entry: { key: string; value: Uint8Array; revision: number; createRevision: number } | undefined,
): ModelEntry | undefined {
  if (entry === undefined) return undefined;
  const { key, value, revision, createRevision } = entry;
  return { key, value: text(value), revision, createRevision };
}

async function answered<T>(ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { is: 'answer', value: await ask() };
  } catch (error) {
    if (error instanceof Compacted) return { is: 'compacted' };
    if (error instanceof FutureRevision) return { is: 'future' };
    throw error;
  }
}
