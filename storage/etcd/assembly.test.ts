import assert from 'node:assert/strict';
import type { IEvent, IWatchResponse } from 'etcd3';
import { said } from '../contract/harness.js';
import { Compacted } from '../store.js';
import { Assembly, WatchCanceled } from './assembly.js';
import { KeySpace } from './entry.js';

const kv = (key: string, revision: number): IEvent['kv'] => ({
  key: Buffer.from(key),
  value: Buffer.from(`${revision}`),
  create_revision: '2',
  mod_revision: `${revision}`,
  version: '1',
  lease: '0',
});

/** 'a@5' is a put, '-a@5' a deletion. */
function event(word: string): IEvent {
  const [, kind, key, revision] = /^(-?)(.*)@(\d+)$/.exec(word) as unknown as [string, string, string, string];
  return { type: kind ? 'Delete' : 'Put', kv: kv(key, Number(revision)), prev_kv: null as unknown as IEvent['kv'] };
}

const response = (words: string, more: Partial<IWatchResponse> = {}): IWatchResponse => ({
  header: { cluster_id: '1', member_id: '1', revision: '100', raft_term: '1' },
  watch_id: '0',
  created: false,
  canceled: false,
  compact_revision: '0',
  cancel_reason: '',
  fragment: false,
  events: words === '' ? [] : words.split(' ').map(event),
  ...more,
});

const assembly = (prefix: string, from: number): Assembly => new Assembly(new KeySpace(''), Buffer.from(prefix), from);
const taken = (a: Assembly, words: string, more?: Partial<IWatchResponse>): string[] =>
  a.take(response(words, more)).map(said);

describe('the assembly of a watch', () => {
  it('answers the events of the prefix, and has passed the others', () => {
    const a = assembly('/a', 5);
    assert.deepEqual(taken(a, '/a1@5 /b@6 -/a2@7 /c@8'), ['put /a1=5 @5', 'delete /a2 @7']);
    assert.equal(a.position, 9);
  });

  it('joins fragments, so that no revision is split', () => {
    const a = assembly('', 5);
    assert.deepEqual(taken(a, 'a@5 b@6', { fragment: true }), []);
    assert.equal(a.position, 5);
    assert.deepEqual(taken(a, 'c@6 d@6', { fragment: true }), []);
    assert.deepEqual(taken(a, 'e@6'), ['put a=5 @5', 'put b=6 @6', 'put c=6 @6', 'put d=6 @6', 'put e=6 @6']);
    assert.equal(a.position, 7);
  });

  it('forgets the fragments of a stream that broke', () => {
    const a = assembly('', 5);
    taken(a, 'a@5 b@6', { fragment: true });
    a.restart();
    assert.deepEqual(taken(a, 'a@5 b@6 c@6'), ['put a=5 @5', 'put b=6 @6', 'put c=6 @6']);
  });

  it('ends rather than leave out a revision that etcd has lost', () => {
    assert.throws(
      () => taken(assembly('', 5), 'a@6'),
      (e: unknown) => e instanceof Compacted && e.compacted === 6,
    );
    assert.throws(
      () => taken(assembly('', 5), 'a@5 b@6 c@8'),
      (e: unknown) => e instanceof Compacted && e.compacted === 8,
    );
    assert.throws(() => taken(assembly('/other', 5), 'a@6'), Compacted);
  });

  it('ends with the compacted revision, or with the reason that etcd gives', () => {
    assert.throws(
      () => taken(assembly('', 5), '', { canceled: true, compact_revision: '9' }),
      (e: unknown) => e instanceof Compacted && e.compacted === 9,
    );
    assert.throws(
      () => taken(assembly('', 5), '', { canceled: true, cancel_reason: 'permission denied' }),
      (e: unknown) => e instanceof WatchCanceled && e.message === 'permission denied',
    );
  });

  it('keeps the prefix of the store to itself', () => {
    const a = new Assembly(new KeySpace('/mine'), Buffer.from('/mine/a'), 5);
    assert.deepEqual(taken(a, '/mine/a@5 /a@6 /mine/b@7'), ['put /a=5 @5']);
  });
});
