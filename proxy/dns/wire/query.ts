/** Reads what comes in. It may come from anybody: what is no question is dropped or refused, and nothing throws. */
import { codes, flags, headerSize, Malformed, nameEnd, recordsOf, types } from './message.js';

export interface Query {
  id: number;
  recursionDesired: boolean;
  checkingDisabled: boolean;
  /** In lower case, without the dot at its end: '' is the root. Bytes that no name of a host has are written '\ddd'. */
  name: string;
  type: number;
  class: number;
  /** Name, type and class as they came: they go back as they are, in the letters of the one who asks. */
  question: Buffer;
  edns?: { version: number; size: number; dnssecOk: boolean };
}

/** A question; or the answer that it deserves; or nothing, for what is no question at all. */
export type Incoming = { query: Query } | { refusal: Buffer } | undefined;

/** More than one of these is a second thought, and more than a few are an attack. */
const mostAdditional = 8;

export function readQuery(message: Buffer): Incoming {
  if (message.length < headerSize) return undefined;
  const said = message.readUInt16BE(2);
  // An answer to an answer would go to and fro for ever.
  if ((said & flags.response) !== 0) return undefined;
  if ((said & flags.opcode) !== 0) return { refusal: refusal(message, codes.NOTIMP) };
  try {
    return { query: queryOf(message, said) };
  } catch (error) {
    if (error instanceof Malformed) return { refusal: refusal(message, codes.FORMERR) };
    throw error;
  }
}

/** A header alone: what it answers could not be understood. */
function refusal(message: Buffer, code: number): Buffer {
  const answer = Buffer.alloc(headerSize);
  message.copy(answer, 0, 0, 2);
  const kept = message.readUInt16BE(2) & (flags.opcode | flags.recursionDesired);
  answer.writeUInt16BE(flags.response | kept | code, 2);
  return answer;
}

function queryOf(message: Buffer, said: number): Query {
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map(at => message.readUInt16BE(at));
  if (questions !== 1 || answers !== 0 || authorities !== 0 || (additionals ?? 0) > mostAdditional)
    throw new Malformed('it is not one question');
  const { name, end } = readName(message);
  const questionEnd = end + 4;
  if (questionEnd > message.length) throw new Malformed('it ends too soon');
  const edns = ednsOf(message, questionEnd);
  return {
    id: message.readUInt16BE(0),
    recursionDesired: (said & flags.recursionDesired) !== 0,
    checkingDisabled: (said & flags.checkingDisabled) !== 0,
    name,
    type: message.readUInt16BE(end),
    class: message.readUInt16BE(end + 2),
    // A copy: whoever holds the question does not hold all that came with it.
    question: Buffer.from(message.subarray(headerSize, questionEnd)),
    ...(edns ? { edns } : {}),
  };
}

function readName(message: Buffer): { name: string; end: number } {
  const end = nameEnd(message, headerSize);
  if (end - headerSize > 255) throw new Malformed('a name that is too long');
  const labels: string[] = [];
  for (let at = headerSize; message[at] !== 0; ) {
    const length = message[at] ?? 0;
    // Nothing stands above the question that a pointer could lead to.
    if (length > 63) throw new Malformed('a pointer in the question');
    labels.push(labelText(message.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  return { name: labels.join('.'), end };
}

const labelText = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replace(/[^a-zA-Z0-9_-]/g, byte => `\\${String(byte.charCodeAt(0)).padStart(3, '0')}`)
    .toLowerCase();

function ednsOf(message: Buffer, questionEnd: number): Query['edns'] {
  const found = recordsOf(message, questionEnd).filter(({ type }) => type === types.OPT);
  const [opt, another] = found;
  if (another) throw new Malformed('EDNS twice');
  if (!opt) return undefined;
  return {
    size: message.readUInt16BE(opt.classAt),
    version: message[opt.ttlAt + 1] ?? 0,
    dnssecOk: ((message[opt.ttlAt + 2] ?? 0) & 0x80) !== 0,
  };
}
