import assert from 'node:assert/strict';
import { type Answer, type DecodedPacket, decode, encode, type Packet, type Question } from 'dns-packet';
import { ManualClock } from '../../client/testing/clock.js';
import { silentLog } from '../../client/testing/log.js';
import { Responder } from './responder.js';
import { type Asked, isCheck, outsideOf, type Saying } from './testing/outside.js';
import { sampleZone, service, zoneOf } from './testing/zone.js';
import { Forwarder } from './upstream/forwarder.js';

type Read = DecodedPacket & { rcode: string };

const gone: Saying = {
  code: 3,
  authorities: [{ type: 'SOA', name: 'com', ttl: 900, data: { mname: 'a', rname: 'b', minimum: 30 } }],
};
const address = (name: string, data = '192.0.2.1'): Answer => ({ type: 'A', name, ttl: 60, data });

function setUp(says: (asked: Asked) => Saying = ({ name }) => [address(name)], zone = sampleZone()) {
  const clock = new ManualClock();
  const outside = outsideOf(asked => (isCheck(asked) ? gone : says(asked)));
  let ids = 0;
  const forwarder = new Forwarder({
    exchange: outside.exchange,
    clock,
    log: silentLog,
    newId: () => ++ids,
    servers: () => [{ address: 'upstream', port: 53 }],
  });
  let isKnown = true;
  let random = 0;
  const responder = new Responder({ zone, isKnown: () => isKnown, forwarder, random: () => random });
  const ask = async (text: string, more: Partial<Packet> = {}, transport: 'udp' | 'tcp' = 'udp'): Promise<Read> => {
    const [name = '', type = 'A'] = text.split(' ');
    const questions = [{ name, type, class: 'IN' } as Question];
    const message = encode({ type: 'query', id: 5, flags: 0x100, questions, ...more });
    const answer = await responder.respond(message, transport);
    assert.ok(answer);
    return decode(answer) as Read;
  };
  return {
    ask,
    clock,
    responder,
    asked: () => outside.asked.filter(one => !isCheck(one)),
    forget: () => {
      isKnown = false;
    },
    choose: (value: number) => {
      random = value;
    },
  };
}

const data = ({ answers }: Read): unknown[] => (answers ?? []).map(record => ('data' in record ? record.data : ''));
const domain = 'svc.cluster.local';

describe('proxy/dns: from a question to its answer', () => {
  it("what is the cluster's is answered here, and what is not is asked of others", async () => {
    const { ask, asked } = setUp();
    const own = await ask(`WEB.default.${domain}`);
    assert.deepEqual([own.rcode, own.flag_aa, data(own)], ['NOERROR', true, ['10.96.0.20']]);
    assert.equal((await ask(`nobody.default.${domain}`)).rcode, 'NXDOMAIN');
    assert.deepEqual(asked(), []);
    const other = await ask('example.com');
    assert.deepEqual([other.rcode, other.flag_aa, data(other)], ['NOERROR', false, ['192.0.2.1']]);
    assert.equal(asked().length, 1);
  });

  it('before the services are known nothing is said of them, and others are asked all the same', async () => {
    const { ask, forget } = setUp();
    forget();
    assert.equal((await ask(`web.default.${domain}`)).rcode, 'SERVFAIL');
    assert.equal((await ask(`nobody.default.${domain}`)).rcode, 'SERVFAIL');
    assert.equal((await ask('example.com')).rcode, 'NOERROR');
  });

  it('with nobody to ask it is a failure', async () => {
    const { ask } = setUp(() => 'refused');
    const answer = await ask('example.com');
    assert.deepEqual([answer.rcode, answer.id, answer.questions?.length], ['SERVFAIL', 5, 1]);
    assert.equal((await ask(`out.default.${domain}`)).rcode, 'SERVFAIL');
  });

  it('each client gets another address first', async () => {
    const { ask, choose } = setUp();
    const firsts = new Set<unknown>();
    for (const value of [0, 0.4, 0.9]) {
      choose(value);
      const answer = await ask(`db.data.${domain}`);
      assert.equal(data(answer).length, 3);
      firsts.add(data(answer)[0]);
    }
    assert.equal(firsts.size, 3);
  });

  const refusals: [string, string, Partial<Packet>, string][] = [
    ['a copy of the zone', 'cluster.local AXFR', {}, 'REFUSED'],
    ['a question of another class', '', { questions: [{ type: 'TXT', name: 'version.bind', class: 'CH' }] }, 'REFUSED'],
  ];
  for (const [what, text, more, code] of refusals)
    it(`refuses ${what}`, async () => assert.equal((await setUp().ask(text, more)).rcode, code));

  it('answers over TCP what is too large for a datagram', async () => {
    const many = Array.from({ length: 60 }, (_, i) => address('example.com', `192.0.2.${i}`));
    const { ask, asked } = setUp(({ transport }) => (transport === 'udp' ? { truncated: true } : many));
    assert.equal((await ask('example.com')).flag_tc, true);
    assert.equal(data(await ask('example.com', {}, 'tcp')).length, 60);
    assert.deepEqual(
      asked().map(({ transport }) => transport),
      ['udp', 'tcp'],
    );
    // It is kept now, and does not fit either.
    assert.equal((await ask('example.com')).flag_tc, true);
  });

  describe('names that stand for others', () => {
    it('are followed outside, and what is found there stands behind them', async () => {
      const { ask, asked, clock } = setUp(({ name }) => [
        { type: 'CNAME', name, ttl: 60, data: 'host.example.com' },
        address('host.example.com'),
      ]);
      const first = await ask(`out.default.${domain}`);
      assert.deepEqual(data(first), ['www.example.com', 'host.example.com', '192.0.2.1']);
      assert.equal(first.flag_aa, true);
      await clock.advance(20_000);
      const second = await ask(`out.default.${domain}`);
      assert.deepEqual(
        second.answers?.map(record => 'ttl' in record && record.ttl),
        [5, 40, 40],
      );
      assert.equal(asked().length, 1);
    });

    it('are followed inside', async () => {
      const { ask, asked } = setUp();
      assert.deepEqual(data(await ask(`inward.default.${domain}`)), [`web.default.${domain}`, '10.96.0.20']);
      const none = await ask(`inward.default.${domain} AAAA`);
      assert.deepEqual([none.rcode, data(none), none.authorities?.length], ['NOERROR', [`web.default.${domain}`], 1]);
      assert.deepEqual(asked(), []);
    });

    it('that lead nowhere say so, with the name on the way', async () => {
      const answer = await setUp(() => gone).ask(`out.default.${domain}`);
      assert.deepEqual(
        [answer.rcode, data(answer), answer.authorities?.[0]?.type],
        ['NXDOMAIN', ['www.example.com'], 'SOA'],
      );
    });

    it('are asked for over TCP where a datagram does not hold the answer', async () => {
      const { ask } = setUp(({ transport, name }) => (transport === 'udp' ? { truncated: true } : [address(name)]));
      assert.deepEqual(data(await ask(`out.default.${domain}`)), ['www.example.com', '192.0.2.1']);
    });

    it('that stand for each other end', async () => {
      const pair = ['one', 'two'].map((name, i) =>
        service(`${name}.default`, { type: 'ExternalName', externalName: `${['two', 'one'][i]}.default.${domain}` }),
      );
      assert.equal((await setUp(undefined, zoneOf(pair, [])).ask(`one.default.${domain}`)).rcode, 'SERVFAIL');
    });
  });

  it('a message that makes no sense is refused or dropped', async () => {
    const { responder } = setUp();
    assert.equal(await responder.respond(Buffer.alloc(3), 'udp'), undefined);
    const refused = await responder.respond(Buffer.alloc(12), 'udp');
    assert.equal((decode(refused ?? Buffer.alloc(12)) as Read).rcode, 'FORMERR');
  });
});
