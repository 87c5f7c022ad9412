/** From the bytes of a question to those of its answer: ours, another server's, or one put together of both. */
import { type Answer, decode } from 'dns-packet';
import type { Forwarder } from './upstream/forwarder.js';
import { type Code, flags, type Transport } from './wire/message.js';
import { type Query, readQuery } from './wire/query.js';
import { addressed, isTruncated, questionFor } from './wire/received.js';
import { encodeReply, type Reply, sizeLimit } from './wire/reply.js';
import { answer, type Said, type Zone } from './zone/answer.js';

const internet = 1;
/** AXFR and IXFR, with which whole zones are copied. */
const transfers = new Set([251, 252]);
/** A name that stands for another, that stands for another: so many times. */
const longestChain = 8;

export interface ResponderOptions {
  zone: Zone;
  /** Whether the cluster's Services and EndpointSlices are known: until then nothing can be said of them. */
  isKnown(): boolean;
  forwarder: Pick<Forwarder, 'ask' | 'isOwn'>;
  /** From 0 to below 1, as Math.random. */
  random: () => number;
}

export class Responder {
  constructor(private readonly options: ResponderOptions) {}

  /** undefined for what deserves no answer. */
  async respond(message: Buffer, transport: Transport): Promise<Buffer | undefined> {
    const incoming = readQuery(message);
    if (!incoming) return undefined;
    if ('refusal' in incoming) return incoming.refusal;
    const { query } = incoming;
    const limit = sizeLimit(query, transport);
    const refused = this.#refused(query);
    if (refused) return encodeReply(query, failure(refused), limit);
    const said = this.#said(query.name, query.type);
    if (said === 'elsewhere') return this.#passOn(query, transport, limit);
    const reply = 'reply' in said ? said.reply : await this.#follow(said, query);
    return encodeReply(query, this.#shuffled(reply), limit);
  }

  #refused({ name, type, class: asked, edns }: Query): Code | undefined {
    if (edns && edns.version > 0) return 'BADVERS';
    if (asked !== internet || transfers.has(type) || this.options.forwarder.isOwn(name)) return 'REFUSED';
    return undefined;
  }

  #said(name: string, type: number): Said {
    const { zone, isKnown } = this.options;
    const said = answer(name, type, zone);
    return said === 'elsewhere' || isKnown() ? said : { reply: failure('SERVFAIL') };
  }

  async #passOn(query: Query, transport: Transport, limit: number): Promise<Buffer> {
    const found = await this.options.forwarder.ask(query, transport);
    if (!found) return encodeReply(query, failure('SERVFAIL'), limit);
    return addressed(found.message, query, found.ageSeconds, limit);
  }

  /** The aliases on the way, and what stands at their end. */
  async #follow(first: Said, { type, checkingDisabled }: Query): Promise<Reply> {
    const aliases: Answer[] = [];
    let name = '';
    for (let said = first; ; said = this.#said(name, type)) {
      if (said === 'elsewhere') return joined(aliases, await this.#outside(name, type, checkingDisabled));
      if ('reply' in said) return joined(aliases, said.reply);
      if (aliases.length === longestChain) return failure('SERVFAIL');
      aliases.push(said.alias);
      name = said.target;
    }
  }

  /** Decoded, for its records have to stand behind others. */
  async #outside(name: string, type: number, checkingDisabled: boolean): Promise<Reply> {
    const { forwarder } = this.options;
    const outgoing = { question: questionFor(name, type), recursionDesired: true, checkingDisabled };
    let found = await forwarder.ask(outgoing, 'udp');
    if (found && isTruncated(found.message)) found = await forwarder.ask(outgoing, 'tcp');
    if (!found) return failure('SERVFAIL');
    const { message, ageSeconds } = found;
    const code = codeOf(message.readUInt16BE(2) & flags.code);
    try {
      const { answers = [], authorities = [] } = decode(message);
      if (![...answers, ...authorities].every(isPlain)) return failure('SERVFAIL');
      const aged = (records: readonly Answer[]): Answer[] =>
        records.map(record =>
          'ttl' in record ? { ...record, ttl: Math.max(0, (record.ttl ?? 0) - ageSeconds) } : record,
        );
      return { code, authoritative: false, answers: aged(answers), authorities: aged(authorities) };
    } catch {
      return failure('SERVFAIL');
    }
  }

  /** Many clients take the first address: each gets another one first. */
  #shuffled(reply: Reply): Reply {
    const { answers = [] } = reply;
    if (answers.length < 2 || answers.some(({ type }) => type === 'CNAME')) return reply;
    const from = Math.floor(this.options.random() * answers.length);
    return { ...reply, answers: [...answers.slice(from), ...answers.slice(0, from)] };
  }
}

/** What has other bytes in its names would be another record when it is written again. */
const isPlain = (record: Answer): boolean =>
  [record.name, 'data' in record && typeof record.data === 'string' ? record.data : ''].every(text =>
    /^[!-~]*$/.test(text),
  );

const failure = (code: Code): Reply => ({ code, authoritative: false });

/** The first name is ours, whoever the last one belongs to. */
const joined = (aliases: readonly Answer[], reply: Reply): Reply => ({
  ...reply,
  authoritative: true,
  answers: [...aliases, ...(reply.answers ?? [])],
});

/** What others say of a name that one of ours stands for: that it is not there, or that they cannot say. */
const codeOf = (code: number): Code => (code === 0 ? 'NOERROR' : code === 3 ? 'NXDOMAIN' : 'SERVFAIL');
