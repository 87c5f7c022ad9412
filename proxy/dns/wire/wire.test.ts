/** The wire format, with dns-packet as the other side: what it writes is read, what is written it reads. */
import assert from 'node:assert/strict';
import { type Answer, type DecodedPacket, decode, encode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import { Frames, frame } from './frames.js';
import { headerSize } from './message.js';
import { type Query, readQuery } from './query.js';
import {
  addressed,
  encodeOutgoing,
  foldedQuestion,
  isAnswerTo,
  isTruncated,
  lifetime,
  questionFor,
} from './received.js';
import { encodeReply, sizeLimit } from './reply.js';

type Read = DecodedPacket & { rcode: string; opcode: string };
const read = (message: Buffer): Read => decode(message) as Read;
const asks = (more: Partial<Packet> = {}): Buffer =>
  encode({ type: 'query', id: 7, flags: 0x100, questions: [{ type: 'A', name: 'Web.default' }], ...more });
const opt = (more: object = {}): Answer =>
  ({ type: 'OPT', name: '.', udpPayloadSize: 4096, flags: 0, options: [], ...more }) as unknown as Answer;

function queryOf(message: Buffer): Query {
  const incoming = readQuery(message);
  assert.ok(incoming && 'query' in incoming);
  return incoming.query;
}

const refusalOf = (message: Buffer): string | undefined => {
  const incoming = readQuery(message);
  assert.ok(incoming === undefined || 'refusal' in incoming);
  if (!incoming) return undefined;
  assert.equal(read(incoming.refusal).id, message.readUInt16BE(0));
  return read(incoming.refusal).rcode;
};

const changed = (message: Buffer, ...edits: [at: number, value: number][]): Buffer => {
  const other = Buffer.from(message);
  for (const [at, value] of edits) other.writeUInt16BE(value, at);
  return other;
};

describe('proxy/dns: questions off the wire', () => {
  it('are read in lower case, and kept as they came', () => {
    const { name, type, class: asked, id, recursionDesired, question, edns } = queryOf(asks());
    assert.deepEqual([name, type, asked, id, recursionDesired, edns], ['web.default', 1, 1, 7, true, undefined]);
    assert.equal(question.subarray(1, 4).toString(), 'Web');
  });

  it('with EDNS', () => {
    assert.deepEqual(queryOf(asks({ additionals: [opt()] })).edns, { version: 0, size: 4096, dnssecOk: false });
    const strict = queryOf(asks({ additionals: [opt({ udpPayloadSize: 600, flags: 0x8000 })] })).edns;
    assert.deepEqual(strict, { version: 0, size: 600, dnssecOk: true });
  });

  it('a label that holds a dot is not two labels', () => {
    const message = changed(asks());
    message[headerSize + 4] = '.'.charCodeAt(0);
    message[headerSize] = 11;
    assert.equal(queryOf(message).name, 'web\\046default');
  });

  const refusals: [string, Buffer, string | undefined][] = [
    ['an answer', changed(asks(), [2, 0x8100]), undefined],
    ['less than a header', asks().subarray(0, 11), undefined],
    ['an update', changed(asks(), [2, 5 << 11]), 'NOTIMP'],
    ['no question', changed(asks(), [4, 0]), 'FORMERR'],
    ['two questions', asks({ questions: ['a', 'b'].map(name => ({ type: 'A', name })) }), 'FORMERR'],
    ['more records than bytes', changed(asks(), [10, 3]), 'FORMERR'],
    ['65,535 records', changed(asks(), [10, 65_535]), 'FORMERR'],
    ['records of an answer', changed(asks(), [6, 1]), 'FORMERR'],
    ['EDNS twice', asks({ additionals: [opt(), opt()] }), 'FORMERR'],
    ['a name that points to itself', changed(asks(), [headerSize, 0xc00c]), 'FORMERR'],
    ['a label of an unknown kind', changed(asks(), [headerSize, 0x8001]), 'FORMERR'],
    ['a question that is cut off', asks().subarray(0, -3), 'FORMERR'],
    ['a name beyond 255 bytes', asks({ questions: [{ type: 'A', name: `${'a'.repeat(62)}.`.repeat(5) }] }), 'FORMERR'],
  ];
  for (const [what, message, code] of refusals)
    it(`${what}: ${code ?? 'dropped'}`, () => assert.equal(refusalOf(message), code));

  it('nothing that comes in throws', () => {
    const damaged = fc.tuple(
      fc.constantFrom(asks(), asks({ additionals: [opt()] })),
      fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 6 }),
      fc.nat(80),
    );
    fc.assert(
      fc.property(damaged, fc.uint8Array({ maxLength: 100 }), ([message, edits, length], noise) => {
        readQuery(Buffer.from(noise));
        const other = Buffer.from(message);
        for (const [at, value] of edits) other[at % other.length] = value;
        readQuery(other.subarray(0, length));
      }),
    );
  });
});

describe('proxy/dns: answers of our own', () => {
  const record = (i: number): Answer => ({ type: 'A', name: 'web.default', ttl: 5, data: `10.0.0.${i}` });
  const many = Array.from({ length: 60 }, (_, i) => record(i));

  it('are what a client reads', () => {
    const query = queryOf(asks({ additionals: [opt()] }));
    const reply = read(encodeReply(query, { code: 'NOERROR', authoritative: true, answers: [record(1)] }, 512));
    assert.deepEqual(
      [reply.id, reply.flag_aa, reply.flag_rd, reply.flag_ra, reply.flag_tc, reply.rcode],
      [7, true, true, true, false, 'NOERROR'],
    );
    assert.deepEqual(reply.questions, [{ type: 'A', name: 'Web.default', class: 'IN' }]);
    assert.deepEqual(reply.answers, [{ ...record(1), class: 'IN', flush: false }]);
    assert.deepEqual(
      reply.additionals?.map(({ type }) => type),
      ['OPT'],
    );
  });

  it('leave out what does not fit, and say so', () => {
    for (const [limit, transport] of [
      [512, 'udp'],
      [65_535, 'tcp'],
    ] as const) {
      assert.equal(sizeLimit({}, transport), limit);
      const message = encodeReply(queryOf(asks()), { code: 'NOERROR', authoritative: true, answers: many }, limit);
      assert.ok(message.length <= limit);
      const reply = read(message);
      assert.equal(reply.flag_tc, transport === 'udp');
      assert.equal(reply.answers?.length, transport === 'udp' ? Math.floor((512 - 12 - 17) / 27) : 60);
    }
  });

  it('additional records go without a word', () => {
    const reply = { code: 'NOERROR', authoritative: true, answers: [record(1)], additionals: many } as const;
    const { flag_tc, additionals } = read(encodeReply(queryOf(asks()), reply, 512));
    assert.equal(flag_tc, false);
    assert.ok((additionals ?? []).length < 60);
  });

  it('sizes: what the client takes, from 512 bytes to what travels well', () => {
    const sizes = [0, 100, 600, 4096].map(size => sizeLimit({ edns: { version: 0, size, dnssecOk: false } }, 'udp'));
    assert.deepEqual(sizes, [512, 512, 600, 1232]);
  });

  it('a code beyond fifteen is told by EDNS', () => {
    const query = queryOf(asks({ additionals: [opt({ ednsVersion: 1 })] }));
    assert.equal(query.edns?.version, 1);
    const reply = read(encodeReply(query, { code: 'BADVERS', authoritative: false }, 512));
    const [said] = (reply.additionals ?? []) as unknown as { extendedRcode: number }[];
    assert.deepEqual([reply.rcode, said?.extendedRcode], ['NOERROR', 1]);
  });
});

describe("proxy/dns: others' answers", () => {
  const query = queryOf(asks());
  const ends = { type: 'SOA', name: 'example.com', ttl: 900, data: { mname: 'a', rname: 'b', minimum: 60 } } as const;
  const a = (ttl: number): Answer => ({ type: 'A', name: 'web.default', ttl, data: '192.0.2.1' });
  const answers = (more: Partial<Packet> = {}, flags = 0x180): Buffer =>
    encode({ type: 'response', id: 9, flags, questions: [{ type: 'A', name: 'wEB.default' }], ...more });
  const kept = (message: Buffer): number => lifetime(message, query.question.length);

  it('answer the question that was asked, and no other', () => {
    const { question } = query;
    assert.equal(isAnswerTo(answers(), question, 9), true);
    assert.equal(isAnswerTo(answers(), question, 8), false);
    assert.equal(isAnswerTo(asks({ id: 9 }), question, 9), false);
    assert.equal(isAnswerTo(answers({ questions: [{ type: 'A', name: 'bad.default' }] }), question, 9), false);
    assert.equal(isAnswerTo(answers({ questions: [{ type: 'AAAA', name: 'web.default' }] }), question, 9), false);
    assert.equal(isAnswerTo(answers({ answers: [a(1)] }).subarray(0, -1), question, 9), false);
    assert.equal(isAnswerTo(answers().subarray(0, 8), question, 9), false);
  });

  it('capital letters of names are folded, and types are no letters', () => {
    assert.equal(foldedQuestion(questionFor('WEB.default', 1)), foldedQuestion(questionFor('web.default', 1)));
    assert.notEqual(foldedQuestion(questionFor('web', 65)), foldedQuestion(questionFor('web', 97)));
  });

  const lives: [string, Buffer, number][] = [
    ['as long as the shortest record', answers({ answers: [a(300), a(20)] }), 20],
    ['what is gone at once, not at all', answers({ answers: [a(0)] }), 0],
    ['that there is nothing, as long as the zone says', answers({ authorities: [ends] }), 60],
    ['that there is no such name', answers({ authorities: [ends] }, 0x183), 60],
    ['nothing, and nobody says for how long', answers(), 0],
    ['a failure', answers({ authorities: [ends] }, 0x182), 0],
    ['what was cut off', answers({ answers: [a(300)] }, 0x380), 0],
  ];
  for (const [what, message, seconds] of lives)
    it(`are kept: ${what}: ${seconds} s`, () => assert.equal(kept(message), seconds));

  it('are passed on under the id and in the letters of the client, older by their age', () => {
    const message = answers({ answers: [a(300)], additionals: [opt()] });
    const other = read(addressed(message, query, 40, 512));
    assert.equal(other.id, 7);
    assert.equal(other.questions?.[0]?.name, 'Web.default');
    assert.deepEqual(other.answers, [{ ...a(260), class: 'IN', flush: false }]);
    assert.equal((other.additionals as unknown as { udpPayloadSize: number }[])[0]?.udpPayloadSize, 4096);
    assert.equal(read(message).id, 9, 'the one that is kept stays as it was');
  });

  it('that are too large are asked for over TCP', () => {
    const large = answers({ answers: Array.from({ length: 40 }, () => a(300)) });
    const other = addressed(large, query, 0, 512);
    assert.equal(isTruncated(other), true);
    assert.deepEqual(read(other).answers, []);
    assert.equal(read(addressed(large, query, 0, 65_535)).answers?.length, 40);
  });

  it('are asked for with our own size, and the flags of the client', () => {
    const strict = queryOf(asks({ flags: 0x110, additionals: [opt({ flags: 0x8000 })] }));
    const sent = read(encodeOutgoing(strict, 99));
    assert.deepEqual([sent.id, sent.flag_rd, sent.flag_cd], [99, true, true]);
    const [said] = (sent.additionals ?? []) as unknown as { udpPayloadSize: number; flag_do: boolean }[];
    assert.deepEqual([said?.udpPayloadSize, said?.flag_do], [1232, true]);
    assert.deepEqual(read(encodeOutgoing(query, 1)).additionals, []);
  });
});

describe('proxy/dns: messages over TCP', () => {
  it('are whole again, whatever the pieces', () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 });
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 400 }), (sent, size) => {
        const stream = Buffer.concat(sent.map(message => frame(Buffer.from(message))));
        const frames = new Frames();
        const got: Buffer[] = [];
        for (let at = 0; at < stream.length; at += size) got.push(...frames.push(stream.subarray(at, at + size)));
        assert.deepEqual(
          got.map(message => [...message]),
          sent.map(message => [...message]),
        );
      }),
    );
  });
});
