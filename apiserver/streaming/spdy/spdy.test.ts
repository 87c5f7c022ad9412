import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { constants, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { dictionary } from './dictionary.js';
import { controlFrame, dataFrame, type Frame, FrameReader, pingFrame, synStreamFrame } from './frames.js';
import { HeaderCompressor } from './headers.js';
import { SpdySession } from './session.js';

/** A control frame of numbers, as a server sends them. */
const numbers = (type: number, ...values: number[]): Buffer => {
  const payload = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) payload.writeUInt32BE(value, i * 4);
  return controlFrame(type, payload);
};
const synReply = (id: number): Buffer => numbers(2, id);
const rstStream = (id: number, status: number): Buffer => numbers(3, id, status);

describe('apiserver/streaming: SPDY frames', () => {
  it('a data frame, byte for byte', () => {
    assert.equal(dataFrame(5, Buffer.from('hi'), true).toString('hex'), `00000005${'01000002'}6869`);
  });

  it('a SYN_STREAM frame, byte for byte', () => {
    assert.equal(
      synStreamFrame(1, Buffer.of(0xaa)).toString('hex'),
      `80030001${'0000000b'}00000001${'00000000'}0000aa`,
    );
  });

  const known: [string, Buffer, Frame][] = [
    ['data', dataFrame(7, Buffer.from('x'), false), { type: 'data', streamId: 7, fin: false, data: Buffer.from('x') }],
    [
      'the last data',
      dataFrame(7, Buffer.alloc(0), true),
      { type: 'data', streamId: 7, fin: true, data: Buffer.alloc(0) },
    ],
    [
      'SYN_STREAM',
      synStreamFrame(9, Buffer.of(1)),
      { type: 'synStream', streamId: 9, fin: false, headerBlock: Buffer.of(1) },
    ],
    ['SYN_REPLY', synReply(3), { type: 'synReply', streamId: 3, fin: false }],
    ['RST_STREAM', rstStream(3, 5), { type: 'rstStream', streamId: 3, status: 5 }],
    ['PING', pingFrame(8), { type: 'ping', id: 8 }],
    ['GOAWAY', numbers(7, 1, 0), { type: 'goAway', lastStreamId: 1, status: 0 }],
    ['SETTINGS', numbers(4, 0), { type: 'other', control: 4 }],
    ['WINDOW_UPDATE', numbers(9, 1, 100), { type: 'other', control: 9 }],
  ];
  for (const [what, bytes, frame] of known) {
    it(`reads ${what}`, () => assert.deepEqual(new FrameReader().push(bytes), [frame]));
  }

  it('reads the same frames however the bytes are cut', () => {
    const all = Buffer.concat(known.map(([, bytes]) => bytes));
    fc.assert(
      fc.property(fc.array(fc.nat(all.length)), cuts => {
        const reader = new FrameReader();
        const places = [0, ...cuts.sort((a, b) => a - b), all.length];
        const frames = places.slice(1).flatMap((end, i) => reader.push(all.subarray(places[i], end)));
        assert.deepEqual(
          frames,
          known.map(([, , frame]) => frame),
        );
      }),
    );
  });

  it('refuses another version, and frames that are too short', () => {
    const other = Buffer.from('8002000600000004', 'hex');
    assert.throws(() => new FrameReader().push(Buffer.concat([other, Buffer.alloc(4)])), /version 2 is not 3/);
    assert.throws(() => new FrameReader().push(controlFrame(3, Buffer.alloc(4))), /shorter than its type demands/);
  });
});

describe('apiserver/streaming: SPDY headers', () => {
  it('the dictionary is the one of the protocol', () => {
    assert.equal(dictionary.length, 1423);
    // zlib names it by its Adler-32 in each stream that uses it.
    assert.equal(new HeaderCompressor().compress({}).subarray(2, 6).toString('hex'), 'e3c6a7c2');
  });

  it('all blocks of a connection are one zlib stream', () => {
    const compressor = new HeaderCompressor();
    const blocks = [{ streamType: 'error' }, { streamtype: 'stdin', port: '80' }].map(headers =>
      compressor.compress(headers),
    );
    const plain = inflateSync(Buffer.concat(blocks), { dictionary, finishFlush: constants.Z_SYNC_FLUSH });
    const entry = (text: string): string => `${'\0\0\0'}${String.fromCharCode(text.length)}${text}`;
    const first = `${'\0\0\0\x01'}${entry('streamtype')}${entry('error')}`;
    const second = `${'\0\0\0\x02'}${entry('streamtype')}${entry('stdin')}${entry('port')}${entry('80')}`;
    assert.equal(plain.toString('latin1'), first + second);
  });
});

describe('apiserver/streaming: a SPDY session', () => {
  /** The session's socket, and what it wrote there. */
  function connection() {
    const written: Buffer[] = [];
    const socket = new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        written.push(chunk);
        done();
      },
    });
    return { socket, frames: (): Frame[] => new FrameReader().push(Buffer.concat(written)) };
  }
  const nobody = { data: (): void => undefined };

  it('opens streams with odd numbers, once the server replies', async () => {
    const { socket, frames } = connection();
    const session = new SpdySession(socket);
    const running = session.run(synReply(1));
    const opened = Promise.all([
      session.open({ streamtype: 'error' }, nobody),
      session.open({ streamtype: 'stdin' }, nobody),
    ]);
    socket.push(synReply(1));
    socket.push(synReply(3));
    assert.deepEqual(await opened, [1, 3]);
    session.write(3, Buffer.from('in'));
    session.end(3);
    const sent = frames().slice(2);
    assert.deepEqual(sent, [
      { type: 'data', streamId: 3, fin: false, data: Buffer.from('in') },
      { type: 'data', streamId: 3, fin: true, data: Buffer.alloc(0) },
    ]);
    socket.push(null);
    await running;
  });

  it('a stream that is refused, or lost with the connection, rejects', async () => {
    const { socket } = connection();
    const session = new SpdySession(socket);
    const running = session.run(Buffer.alloc(0));
    const [refused, lost] = [session.open({}, nobody), session.open({}, nobody)];
    socket.push(rstStream(1, 3));
    await assert.rejects(refused, /refused with status 3/);
    socket.push(null);
    await assert.rejects(lost, /connection was closed/);
    await running;
  });

  it('answers pings', async () => {
    const { socket, frames } = connection();
    const running = new SpdySession(socket).run(pingFrame(2));
    socket.push(null);
    await running;
    assert.deepEqual(frames(), [{ type: 'ping', id: 2 }]);
  });

  it('gives out data in order, and waits until it has been taken', async () => {
    const { socket } = connection();
    const session = new SpdySession(socket);
    const seen: string[] = [];
    let take: () => void = () => undefined;
    const listener = {
      data: (chunk: Buffer): Promise<void> => {
        seen.push(chunk.toString());
        return new Promise(resolve => {
          take = resolve;
        });
      },
    };
    const opened = session.open({}, listener);
    const running = session.run(
      Buffer.concat([synReply(1), dataFrame(1, Buffer.from('a'), false), dataFrame(1, Buffer.from('b'), false)]),
    );
    await opened;
    assert.deepEqual(seen, ['a']);
    take();
    await new Promise(setImmediate);
    assert.deepEqual(seen, ['a', 'b']);
    take();
    socket.push(null);
    await running;
  });

  it('ends with an error when the peer does not speak SPDY', async () => {
    const { socket } = connection();
    await assert.rejects(new SpdySession(socket).run(Buffer.from('8001000100000000', 'hex')), /SPDY version 1/);
    socket.destroy();
  });
});
