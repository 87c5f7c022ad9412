/** Servers for outside names that a test makes up, without a network. */
import { type Answer, type DecodedPacket, decode, encode } from 'dns-packet';
import type { Exchange } from '../upstream/exchange.js';

export interface Asked {
  server: string;
  transport: string;
  name: string;
  type: string;
}

/** What a server says to a question: records, a code, 'silent' (it never answers) or 'refused' (nobody listens there). */
export type Saying = Answer[] | { code: number; authorities?: Answer[] } | { truncated: true } | 'silent' | 'refused';

const authority = 0x8180;

/** An exchange with such servers, and what they were asked. Checks are answered by `says`, as all else. */
export function outsideOf(says: (asked: Asked) => Saying | Promise<Saying>): { exchange: Exchange; asked: Asked[] } {
  const asked: Asked[] = [];
  const exchange: Exchange = async (server, message, transport, pleases, signal) => {
    const question = decode(message) as DecodedPacket;
    const [first] = question.questions ?? [];
    const one = { server: server.address, transport, name: first?.name ?? '', type: String(first?.type) };
    asked.push(one);
    const said = await says(one);
    if (said === 'refused') throw new Error('ECONNREFUSED');
    if (said === 'silent')
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error())));
    const flags = Array.isArray(said) ? 0 : 'truncated' in said ? 0x200 : said.code;
    const answer = encode({
      type: 'response',
      id: question.id ?? 0,
      flags: authority | flags,
      questions: question.questions ?? [],
      answers: Array.isArray(said) ? said : [],
      authorities: 'authorities' in said ? (said.authorities ?? []) : [],
    });
    if (!pleases(answer)) throw new Error('the answer does not fit the question');
    return answer;
  };
  return { exchange, asked };
}

export const isCheck = ({ name }: Asked): boolean => name.endsWith('.orrery-check');
