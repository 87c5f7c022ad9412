/**
 * The links of a page that comes through the proxy lead through it too: '/next' would lead to the API server itself. As
 * in Kubernetes, only those of the backend's own are changed, and relative ones lead right as they are.
 */
import type { IncomingMessage } from 'node:http';
import { PassThrough, pipeline, Transform } from 'node:stream';
import { createDeflate, createGunzip, createGzip, createInflate } from 'node:zlib';
import type { RewritingStream } from 'parse5-html-rewriting-stream';
import type { Rewriting } from './headers.js';

/** The attributes of HTML that lead somewhere, by their elements (those that Kubernetes' proxy rewrites). */
const links: Record<string, readonly string[]> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
};

/** What one page may be, unpacked: its parser holds a tag or a text until it ends. */
const longestPage = 16 * 1024 * 1024;

const codings = {
  gzip: { unpack: createGunzip, pack: createGzip },
  deflate: { unpack: createInflate, pack: createDeflate },
  identity: { unpack: () => new PassThrough(), pack: () => new PassThrough() },
};

const codingOf = ({ headers }: IncomingMessage): keyof typeof codings | undefined => {
  const coding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  return Object.hasOwn(codings, coding) ? (coding as keyof typeof codings) : undefined;
};

const bodiless = new Set([204, 304]);

/** Whether it is a page, in a coding that can be read. In UTF-16 tags are not what they look like. */
export function isPage(answer: IncomingMessage): boolean {
  const type = answer.headers['content-type'] ?? '';
  if (bodiless.has(answer.statusCode ?? 0)) return false;
  return /^\s*text\/html\s*(;|$)/i.test(type) && !/utf-?16/i.test(type) && codingOf(answer) !== undefined;
}

/** A link of the backend's own, as a path of this server; any other as it is. */
export function linkThrough(link: string, { backend, host, prefix }: Rewriting): string {
  const parts = /^(?:(?:https?:)?\/\/([^/?#]*))?(\/.*)?$/is.exec(link.trim());
  const [, authority, path] = parts ?? [];
  if (path === undefined) return link;
  if (authority !== undefined && authority !== new URL(backend).host && authority !== host) return link;
  return path === prefix || path.startsWith(`${prefix}/`) ? path : `${prefix}${path}`;
}

/** The page with its links changed, in the coding in which it came. Breaks off where the answer does. */
export async function rewrittenPage(answer: IncomingMessage, rewriting: Rewriting): Promise<NodeJS.ReadableStream> {
  const { RewritingStream } = await import('parse5-html-rewriting-stream');
  const rewriter = new RewritingStream();
  rewriter.on('startTag', (tag, raw) => rewriter.emitRaw(rewrittenTag(tag, raw, rewriting)));
  const { unpack, pack } = codings[codingOf(answer) ?? 'identity'];
  const packed = pack();
  pipeline(answer, unpack(), asText(), rewriter, asBytes(), packed, () => undefined);
  return packed;
}

/** Bytes as letters of the same number: tags are ASCII in each charset that is left, and the rest passes untouched. */
const asText = (): Transform => {
  let size = 0;
  return new Transform({
    readableObjectMode: true,
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > longestPage) done(new Error(`a page of more than ${longestPage} bytes`));
      else done(null, chunk.toString('latin1'));
    },
  });
};

const asBytes = (): Transform =>
  new Transform({
    decodeStrings: false,
    transform: (chunk: string, _encoding, done) => done(null, Buffer.from(chunk, 'latin1')),
  });

interface Place {
  startOffset: number;
  endOffset: number;
}

type StartTag = Parameters<RewritingStream['emitStartTag']>[0];

/** Only the links are written anew; all else of the tag stays as it was typed. */
function rewrittenTag(tag: StartTag, raw: string, rewriting: Rewriting): string {
  const start = tag.sourceCodeLocation?.startOffset ?? 0;
  const { attrs: places = {} } = (tag.sourceCodeLocation ?? {}) as { attrs?: Record<string, Place> };
  const changed = (links[tag.tagName] ?? []).flatMap(name => {
    const [attribute, place] = [tag.attrs.find(one => one.name === name), places[name]];
    if (!attribute || !place) return [];
    const link = linkThrough(attribute.value, rewriting);
    const text = `${name}="${link.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`;
    return link === attribute.value ? [] : [{ from: place.startOffset - start, to: place.endOffset - start, text }];
  });
  // From behind, so that what is before stays where it is.
  return changed
    .sort((a, b) => b.from - a.from)
    .reduce((done, { from, to, text }) => done.slice(0, from) + text + done.slice(to), raw);
}
