/** Writes an answer of our own. Records that do not fit are left out, and the answer says so. */
import { type Answer, encode } from 'dns-packet';
import { type Code, codes, flags, headerSize, safeSize, sizes, type Transport, types } from './message.js';
import type { Query } from './query.js';

export interface Reply {
  code: Code;
  /** From what we know ourselves, and not from others. */
  authoritative: boolean;
  answers?: readonly Answer[];
  authorities?: readonly Answer[];
  additionals?: readonly Answer[];
}

/** How large an answer may be, in bytes. */
export function sizeLimit({ edns }: Pick<Query, 'edns'>, transport: Transport): number {
  if (transport === 'tcp') return sizes.tcp;
  return Math.min(Math.max(edns?.size ?? 0, sizes.udp), safeSize);
}

export function encodeReply(query: Query, reply: Reply, limit: number): Buffer {
  const opt = query.edns ? [optRecord(query.edns.dnssecOk, codes[reply.code] >> 4)] : [];
  let room = limit - headerSize - query.question.length - sizeOf(opt);
  const fitting = (records: readonly Answer[] = []): { taken: Buffer[]; isWhole: boolean } => {
    const taken: Buffer[] = [];
    for (const record of records) {
      const bytes = recordBytes(record);
      if (bytes.length > room) return { taken, isWhole: false };
      room -= bytes.length;
      taken.push(bytes);
    }
    return { taken, isWhole: true };
  };
  const answers = fitting(reply.answers);
  const authorities = fitting(reply.authorities);
  // Those are only kind: they may be missing without a word.
  const additionals = [...fitting(reply.additionals).taken, ...opt];
  const isTruncated = !answers.isWhole || !authorities.isWhole;
  const header = headerFor(query, reply, isTruncated);
  for (const [i, records] of [answers.taken, authorities.taken, additionals].entries())
    header.writeUInt16BE(records.length, 6 + 2 * i);
  return Buffer.concat([header, query.question, ...answers.taken, ...authorities.taken, ...additionals]);
}

function headerFor(query: Query, { code, authoritative }: Reply, isTruncated: boolean): Buffer {
  const header = Buffer.alloc(headerSize);
  header.writeUInt16BE(query.id, 0);
  const said =
    flags.response |
    flags.recursionAvailable |
    (authoritative ? flags.authoritative : 0) |
    (isTruncated ? flags.truncated : 0) |
    (query.recursionDesired ? flags.recursionDesired : 0) |
    (query.checkingDisabled ? flags.checkingDisabled : 0);
  header.writeUInt16BE(said | (codes[code] & flags.code), 2);
  header.writeUInt16BE(1, 4);
  return header;
}

/** A record's bytes are the same wherever they stand, for dns-packet abbreviates no names. */
const recordBytes = (record: Answer): Buffer => encode({ answers: [record] }).subarray(headerSize);

/** What is said of EDNS: the size of datagrams that we take, and the higher bits of the response code. */
export function optRecord(dnssecOk: boolean, extendedCode = 0): Buffer {
  const opt = Buffer.alloc(11);
  opt.writeUInt16BE(types.OPT, 1);
  opt.writeUInt16BE(safeSize, 3);
  opt[5] = extendedCode;
  opt[7] = dnssecOk ? 0x80 : 0;
  return opt;
}

const sizeOf = (parts: readonly Buffer[]): number => parts.reduce((sum, part) => sum + part.length, 0);
