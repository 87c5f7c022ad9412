/** The frame of DNS messages (RFC 1035, section 4): what has to be known of one without reading all of it. */

export const headerSize = 12;

/** Response codes by their names; BADVERS is the first that needs EDNS. */
export const codes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;
export type Code = keyof typeof codes;

/** Bits of the header's second word. */
export const flags = {
  response: 0x8000,
  opcode: 0x7800,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
  checkingDisabled: 0x0010,
  code: 0x000f,
} as const;

/** Record types by number, those that are read here. */
export const types = { SOA: 6, OPT: 41 } as const;

/** Over UDP nobody sends more than this, whatever the other side takes: larger datagrams get lost on the way. */
export const safeSize = 1232;
/** What fits into a datagram for one who does not say, and into a message over TCP. */
export const sizes = { udp: 512, tcp: 65_535 } as const;

export type Transport = 'udp' | 'tcp';

/** A message that breaks the rules of the format. */
export class Malformed extends Error {}

/** Where a name that begins at `at` ends. Throws Malformed. */
export function nameEnd(message: Buffer, at: number): number {
  for (let next = at; ; ) {
    const length = byteAt(message, next);
    if (length === 0) return next + 1;
    // A pointer to a name that stands further up ends this one.
    if ((length & 0xc0) === 0xc0) return within(message, next + 2);
    if ((length & 0xc0) !== 0) throw new Malformed('a label of an unknown kind');
    next += 1 + length;
  }
}

export interface RecordPlace {
  type: number;
  /** Where its class stands; four bytes of TTL come after two of class. */
  classAt: number;
  ttlAt: number;
  dataAt: number;
  end: number;
}

/** The records of all sections after the question. Throws Malformed. */
export function recordsOf(message: Buffer, questionEnd: number): RecordPlace[] {
  const found: RecordPlace[] = [];
  const count = [6, 8, 10].reduce((sum, at) => sum + message.readUInt16BE(at), 0);
  for (let at = questionEnd; found.length < count; ) {
    const typeAt = nameEnd(message, at);
    const dataAt = within(message, typeAt + 10);
    const end = within(message, dataAt + message.readUInt16BE(typeAt + 8));
    found.push({ type: message.readUInt16BE(typeAt), classAt: typeAt + 2, ttlAt: typeAt + 4, dataAt, end });
    at = end;
  }
  return found;
}

function byteAt(message: Buffer, at: number): number {
  const byte = message[at];
  if (byte === undefined) throw new Malformed('it ends too soon');
  return byte;
}

function within(message: Buffer, end: number): number {
  if (end > message.length) throw new Malformed('it ends too soon');
  return end;
}
