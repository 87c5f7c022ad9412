/** SPDY/3.1 frames: bytes to frames and back. What a client of a streaming server does not need is read as 'other'. */

export type Frame =
  | { type: 'data'; streamId: number; fin: boolean; data: Buffer }
  | { type: 'synStream'; streamId: number; fin: boolean; headerBlock: Buffer }
  | { type: 'synReply'; streamId: number; fin: boolean }
  | { type: 'rstStream'; streamId: number; status: number }
  | { type: 'ping'; id: number }
  | { type: 'goAway'; lastStreamId: number; status: number }
  | { type: 'other'; control: number };

export const control = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
} as const;

const version = 3;
const flagFin = 1;
const headBytes = 8;
/** The length of a frame has 24 bits. */
export const longestData = 0xffffff;

/** One data frame; `data` is at most `longestData` bytes. */
export function dataFrame(streamId: number, data: Uint8Array, fin: boolean): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(streamId, 0);
  head.writeUInt32BE(data.length, 4);
  head.writeUInt8(fin ? flagFin : 0, 4);
  return Buffer.concat([head, data]);
}

/** Opens a stream that both sides may send on. */
export function synStreamFrame(streamId: number, headerBlock: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt32BE(streamId, 0);
  return controlFrame(control.synStream, Buffer.concat([fixed, headerBlock]));
}

export function pingFrame(id: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(id);
  return controlFrame(control.ping, payload);
}

/** A control frame without flags. */
export function controlFrame(type: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt16BE(0x8000 | version, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(payload.length, 4);
  return Buffer.concat([head, payload]);
}

/** Cuts a byte stream into frames, however it arrives. Throws on another version of the protocol and on torn frames. */
export class FrameReader {
  private held: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Frame[] {
    const bytes = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    const frames: Frame[] = [];
    let at = 0;
    while (bytes.length - at >= headBytes) {
      const end = at + headBytes + bytes.readUIntBE(at + 5, 3);
      if (bytes.length < end) break;
      frames.push(decode(bytes.subarray(at, at + headBytes), bytes.subarray(at + headBytes, end)));
      at = end;
    }
    this.held = bytes.subarray(at);
    return frames;
  }
}

function decode(head: Buffer, payload: Buffer): Frame {
  const fin = (head.readUInt8(4) & flagFin) !== 0;
  if (head.readUInt8(0) < 0x80) return { type: 'data', streamId: head.readUInt32BE(0), fin, data: payload };
  const said = head.readUInt16BE(0) & 0x7fff;
  if (said !== version) throw new Error(`SPDY version ${said} is not ${version}`);
  return decodeControl(head.readUInt16BE(2), fin, payload);
}

function decodeControl(type: number, fin: boolean, payload: Buffer): Frame {
  const streamId = (): number => number(payload, 0) & 0x7fffffff;
  switch (type) {
    case control.synStream:
      return { type: 'synStream', streamId: streamId(), fin, headerBlock: payload.subarray(10) };
    case control.synReply:
      return { type: 'synReply', streamId: streamId(), fin };
    case control.rstStream:
      return { type: 'rstStream', streamId: streamId(), status: number(payload, 4) };
    case control.ping:
      return { type: 'ping', id: number(payload, 0) };
    case control.goAway:
      return { type: 'goAway', lastStreamId: streamId(), status: number(payload, 4) };
    default:
      return { type: 'other', control: type };
  }
}

function number(payload: Buffer, at: number): number {
  if (payload.length < at + 4) throw new Error('a SPDY frame is shorter than its type demands');
  return payload.readUInt32BE(at);
}
