import assert from 'node:assert/strict';
import { type Answer, type DecodedPacket, decode } from 'dns-packet';
import { ManualClock, settled } from '../../../client/testing/clock.js';
import { silentLog } from '../../../client/testing/log.js';
import { type Asked, isCheck, outsideOf, type Saying } from '../testing/outside.js';
import { questionFor } from '../wire/received.js';
import { Forwarder } from './forwarder.js';

const a = (ttl = 60): Answer[] => [{ type: 'A', name: 'example.com', ttl, data: '192.0.2.1' }];
const gone: Saying = {
  code: 3,
  authorities: [{ type: 'SOA', name: 'com', ttl: 900, data: { mname: 'a', rname: 'b', minimum: 30 } }],
};

/** Servers 'one', 'two', ... that answer as `says` says; checks are answered unless `says` has something else for them. */
function setUp(says: (asked: Asked) => Saying | Promise<Saying> | undefined, servers = ['one']) {
  const clock = new ManualClock();
  const outside = outsideOf(asked => says(asked) ?? (isCheck(asked) ? gone : a()));
  let ids = 0;
  let named = servers.map(address => ({ address, port: 53 }));
  const forwarder = new Forwarder({
    exchange: outside.exchange,
    clock,
    log: silentLog,
    newId: () => ++ids,
    servers: () => named,
  });
  const ask = async (name = 'example.com', type = 1, more = {}): Promise<string> => {
    const outgoing = { question: questionFor(name, type), recursionDesired: true, checkingDisabled: false, ...more };
    const found = await forwarder.ask(outgoing, 'udp');
    if (!found) return 'nothing';
    const { rcode, answers = [] } = decode(found.message) as DecodedPacket & { rcode: string };
    const first = answers[0] && 'data' in answers[0] ? String(answers[0].data) : '';
    return `${rcode} ${first} after ${found.ageSeconds}`;
  };
  return {
    clock,
    forwarder,
    ask,
    /** The servers that were asked questions of clients, in order. */
    asked: () => outside.asked.filter(one => !isCheck(one)).map(({ server }) => server),
    checks: () => outside.asked.filter(isCheck),
    name: (list: string[]) => {
      named = list.map(address => ({ address, port: 53 }));
    },
  };
}

const good = 'NOERROR 192.0.2.1 after 0';

describe('proxy/dns: forwarding', () => {
  it('keeps an answer as long as it may, and says how old it is', async () => {
    const { ask, asked, clock } = setUp(() => undefined);
    assert.equal(await ask(), good);
    await clock.advance(59_000);
    assert.equal(await ask('EXAMPLE.com'), 'NOERROR 192.0.2.1 after 59');
    assert.equal(asked().length, 1);
    await clock.advance(1000);
    assert.equal(await ask(), good);
    assert.equal(asked().length, 2);
  });

  it('keeps that there is no such name, as long as the zone says, and no failure', async () => {
    const { ask, asked, clock } = setUp(({ name }) =>
      name === 'gone.com' ? gone : name === 'bad.com' ? { code: 2 } : undefined,
    );
    for (const name of ['gone.com', 'gone.com', 'bad.com', 'bad.com']) await ask(name);
    assert.equal(asked().length, 3);
    await clock.advance(31_000);
    assert.equal(await ask('gone.com'), 'NXDOMAIN  after 0');
  });

  it('what differs in a flag or in EDNS is another question', async () => {
    const { ask, asked } = setUp(() => undefined);
    const edns = (dnssecOk: boolean) => ({ edns: { version: 0, size: 1232, dnssecOk } });
    for (const more of [{}, edns(false), edns(true), { checkingDisabled: true }, { recursionDesired: false }])
      for (let i = 0; i < 2; i += 1) await ask('example.com', 1, more);
    await ask('example.com', 28);
    assert.equal(asked().length, 6);
  });

  it('asks once for all who ask at once', async () => {
    const { ask, asked } = setUp(() => undefined);
    assert.deepEqual(await Promise.all([ask(), ask(), ask('Example.com')]), [good, good, good]);
    assert.equal(asked().length, 1);
  });

  it('never has more than 512 questions under way', async () => {
    const { ask, asked, clock } = setUp(asked => (isCheck(asked) ? undefined : 'silent'));
    const all = Array.from({ length: 600 }, (_, i) => ask(`n${i}.com`));
    await settled();
    assert.equal(asked().length, 512);
    await clock.advance(5000);
    assert.deepEqual(new Set(await Promise.all(all)), new Set(['nothing']));
  });

  it('goes on to the next server when one is silent or refuses, and stays with who answered', async () => {
    for (const saying of ['silent', 'refused'] as const) {
      const { ask, asked, clock } = setUp(({ server }) => (server === 'one' ? saying : undefined), ['one', 'two']);
      const first = ask('first.com');
      await clock.advance(2000);
      assert.equal(await first, good);
      assert.equal(await ask('second.com'), good);
      assert.deepEqual(asked(), ['one', 'two', 'two']);
    }
  });

  it('fails at once where nobody listens, soon where nobody is there, and before its client does where a name is slow', async () => {
    const cases: [Saying, Saying, number][] = [
      ['refused', 'refused', 0],
      ['silent', 'silent', 1500],
      ['silent', gone, 4500],
    ];
    for (const [toQuestions, toChecks, ms] of cases) {
      const { ask, clock } = setUp(asked => (isCheck(asked) ? toChecks : toQuestions));
      const began = clock.now();
      const asked = ask().then(said => [said, clock.now() - began]);
      await clock.advance(5000);
      const [said, took] = await asked;
      assert.equal(said, 'nothing');
      assert.equal(took, ms);
    }
  });

  it('a server that answers nothing at all is not waited for again, but looked at until it answers', async () => {
    let isDown = true;
    const { ask, asked, checks, clock } = setUp(() => (isDown ? 'silent' : undefined));
    const first = ask('first.com');
    await clock.advance(5000);
    assert.equal(await first, 'nothing');
    const before = asked().length;
    assert.equal(await ask('second.com'), 'nothing');
    assert.equal(await ask('third.com'), 'nothing');
    assert.equal(asked().length, before, 'nobody waited');
    isDown = false;
    const looks = checks().length;
    await clock.advance(5000);
    assert.equal(await ask('fourth.com'), 'nothing');
    await settled();
    assert.ok(checks().length > looks);
    assert.equal(await ask('fifth.com'), good);
  });

  it('a name whose own servers are silent does not make the server one that is down', async () => {
    const { ask, clock } = setUp(({ name }) => (name.startsWith('slow') ? 'silent' : undefined));
    for (let i = 0; i < 3; i += 1) {
      const slow = ask(`slow${i}.com`);
      await clock.advance(5000);
      assert.equal(await slow, 'nothing');
      assert.equal(await ask(`good${i}.com`), good);
    }
  });

  it('a server that sends us our own questions is left out, and looked at again later', async () => {
    let leadsBack = true;
    const set = setUp(
      ({ server, name }) => {
        if (server === 'one' && leadsBack) set.forwarder.isOwn(name);
        return undefined;
      },
      ['one', 'two'],
    );
    await set.ask('first.com');
    await settled();
    assert.equal(await set.ask('second.com'), good);
    assert.deepEqual(set.asked().slice(1), ['two']);
    set.name(['one']);
    await set.ask('third.com');
    await settled();
    assert.equal(await set.ask('fourth.com'), 'nothing');
    leadsBack = false;
    await set.clock.advance(30_000);
    await set.ask('fifth.com');
    await settled();
    assert.equal(await set.ask('sixth.com'), good);
  });

  it('a question of anybody else is not taken for our own', () => {
    const { forwarder } = setUp(() => undefined);
    for (const name of ['', 'example.com', '1-2-3.orrery-check']) assert.equal(forwarder.isOwn(name), false);
  });

  it('with no server there is no answer', async () => assert.equal(await setUp(() => undefined, []).ask(), 'nothing'));
});
