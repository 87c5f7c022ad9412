/**
 * Answers of other servers are passed on as they are, with their abbreviated names and records of any type. What must be
 * changed in them is changed in place: whose question it answers, and for how long it may still be believed.
 */
import { codes, flags, headerSize, recordsOf, types } from './message.js';
import type { Query } from './query.js';
import { optRecord } from './reply.js';

/** What is asked of another server: the question of a client, or one of our own. */
export type Outgoing = Pick<Query, 'question' | 'recursionDesired' | 'checkingDisabled' | 'edns'>;

/** Says how large a datagram we take, and not what the client said. */
export function encodeOutgoing({ question, recursionDesired, checkingDisabled, edns }: Outgoing, id: number): Buffer {
  const header = Buffer.alloc(headerSize);
  header.writeUInt16BE(id, 0);
  const said = (recursionDesired ? flags.recursionDesired : 0) | (checkingDisabled ? flags.checkingDisabled : 0);
  header.writeUInt16BE(said, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(edns ? 1 : 0, 10);
  return Buffer.concat([header, question, ...(edns ? [optRecord(edns.dnssecOk)] : [])]);
}

/** Whether these bytes answer that question, and can be read to their end. */
export function isAnswerTo(message: Buffer, question: Buffer, id: number): boolean {
  const end = headerSize + question.length;
  if (message.length < end || message.readUInt16BE(0) !== id) return false;
  if ((message.readUInt16BE(2) & flags.response) === 0 || message.readUInt16BE(4) !== 1) return false;
  if (foldedQuestion(message.subarray(headerSize, end)) !== foldedQuestion(question)) return false;
  try {
    recordsOf(message, end);
    return true;
  } catch {
    return false;
  }
}

/** The same text for questions that differ in nothing but the capital letters of their names. */
export function foldedQuestion(question: Buffer): string {
  const nameLength = question.length - 4;
  // The length of a label is no letter: it is at most 63.
  const name = question.toString('latin1', 0, nameLength).replace(/[A-Z]/g, letter => letter.toLowerCase());
  return name + question.toString('latin1', nameLength);
}

export const isTruncated = (message: Buffer): boolean => (message.readUInt16BE(2) & flags.truncated) !== 0;

/** For how many seconds the answer may be kept; 0 for one that may not. */
export function lifetime(message: Buffer, questionLength: number): number {
  const code = message.readUInt16BE(2) & flags.code;
  if (isTruncated(message) || (code !== codes.NOERROR && code !== codes.NXDOMAIN)) return 0;
  const records = recordsOf(message, headerSize + questionLength);
  const answers = records.slice(0, message.readUInt16BE(6));
  const ttls = records.filter(({ type }) => type !== types.OPT).map(({ ttlAt }) => message.readUInt32BE(ttlAt));
  if (code === codes.NOERROR && answers.length > 0) return Math.min(...ttls);
  // That there is nothing holds for as long as the zone says: the last number of its SOA record (RFC 2308).
  const soa = records.find(({ type }) => type === types.SOA);
  if (!soa || soa.end - soa.dataAt < 20) return 0;
  return Math.min(...ttls, message.readUInt32BE(soa.end - 4));
}

/** The answer as this client must see it, `ageSeconds` after it came. */
export function addressed(message: Buffer, query: Query, ageSeconds: number, limit: number): Buffer {
  const questionEnd = headerSize + query.question.length;
  const answer = Buffer.from(message.length > limit ? truncated(message, questionEnd) : message);
  answer.writeUInt16BE(query.id, 0);
  query.question.copy(answer, headerSize);
  if (ageSeconds <= 0) return answer;
  for (const { type, ttlAt } of recordsOf(answer, questionEnd)) {
    if (type === types.OPT) continue;
    answer.writeUInt32BE(Math.max(0, answer.readUInt32BE(ttlAt) - ageSeconds), ttlAt);
  }
  return answer;
}

/** No record of it: its client asks again, over TCP. */
function truncated(message: Buffer, questionEnd: number): Buffer {
  const head = Buffer.from(message.subarray(0, questionEnd));
  head.writeUInt16BE(head.readUInt16BE(2) | flags.truncated, 2);
  head.fill(0, 6, headerSize);
  return head;
}

/** A question of our own. */
export function questionFor(name: string, type: number): Buffer {
  const labels = name.split('.').map(label => {
    const bytes = Buffer.from(label, 'latin1');
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  });
  return Buffer.concat([...labels, Buffer.from([0, type >> 8, type & 0xff, 0, 1])]);
}
