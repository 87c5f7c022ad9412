import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { isPage, linkThrough, rewrittenPage } from './pages.js';

const prefix = '/api/v1/namespaces/shop/services/web/proxy';
const rewriting = { backend: 'http://10.244.0.5:8080', host: 'api:6443', prefix };

function answerOf(headers: Record<string, string>, chunks: readonly Buffer[] = [], statusCode = 200): IncomingMessage {
  return Object.assign(Readable.from(chunks), { headers, statusCode }) as unknown as IncomingMessage;
}

async function rewritten(chunks: readonly Buffer[], coding?: string): Promise<Buffer> {
  const answer = answerOf(coding === undefined ? {} : { 'content-encoding': coding }, chunks);
  const parts: Buffer[] = [];
  for await (const part of await rewrittenPage(answer, rewriting)) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

describe('the links of pages that are proxied', () => {
  const cases: [link: string, want: string][] = [
    ['/next', `${prefix}/next`],
    ['/', `${prefix}/`],
    ['/next?a=b&c=/d#e', `${prefix}/next?a=b&c=/d#e`],
    [' /next', `${prefix}/next`],
    ['http://10.244.0.5:8080/next', `${prefix}/next`],
    ['//10.244.0.5:8080/next', `${prefix}/next`],
    ['https://api:6443/next', `${prefix}/next`],
    // It knew how it is reached.
    [`${prefix}/next`, `${prefix}/next`],
    [prefix, prefix],
    [`${prefix}y`, `${prefix}${prefix}y`],
    // Not the backend's own, or right as they are.
    ...[
      'http://example.com/next',
      '//example.com/next',
      'http://10.244.0.5/next',
      'next',
      '../next',
      '?a',
      '#b',
      '',
    ].map((link): [string, string] => [link, link]),
    ...['mailto:/x', 'javascript:/x/', 'data:text/html,/x', 'http://10.244.0.5:8080'].map((link): [string, string] => [
      link,
      link,
    ]),
  ];
  for (const [link, want] of cases) it(JSON.stringify(link), () => assert.equal(linkThrough(link, rewriting), want));

  const page = [
    '<!DOCTYPE html>\r\n<HTML><head profile=/p><script src=\'/a.js\'>if (a < b) "/stays"</script>',
    '<!-- <a href="/stays"> --><style>b{background:url(/stays)}</style>',
    '<a class=x  HREF="/next?a=1&amp;b=2" title="/stays">gr\u00fc\u00dfe /stays &nbsp;\u4e16</a>',
    '<img src=/i longdesc="/l"/><textarea><a href="/stays"></textarea><a href="next">\n<br><p>left open',
  ].join('');
  const wanted = page
    .replace('profile=/p', `profile="${prefix}/p"`)
    .replace("src='/a.js'", `src="${prefix}/a.js"`)
    .replace('HREF="/next?a=1&amp;b=2"', `href="${prefix}/next?a=1&amp;b=2"`)
    .replace('src=/i longdesc="/l"', `src="${prefix}/i" longdesc="${prefix}/l"`);
  const bytes = Buffer.from(page);

  it('all else of a page stays as it was typed', async () => assert.equal(String(await rewritten([bytes])), wanted));

  it('it may come in any pieces', async () => {
    const pieces = Array.from(bytes, byte => Buffer.from([byte]));
    assert.equal(String(await rewritten(pieces)), wanted);
  });

  it('and packed', async () => {
    assert.equal(String(gunzipSync(await rewritten([gzipSync(bytes)], 'gzip'))), wanted);
    assert.equal(String(inflateSync(await rewritten([deflateSync(bytes)], 'deflate'))), wanted);
  });

  it('one that breaks off breaks off here', async () => {
    const half = gzipSync(bytes).subarray(0, 60);
    await assert.rejects(rewritten([half], 'gzip'), /unexpected end of file/);
  });

  it('one that has no end is not gathered for ever', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const endless = Array.from({ length: 17 }, () => piece);
    await assert.rejects(rewritten([Buffer.from('<a href="'), ...endless]), /a page of more than 16777216 bytes/);
  });

  const pages: [headers: Record<string, string>, code: number, want: boolean][] = [
    [{ 'content-type': 'text/html' }, 200, true],
    [{ 'content-type': 'Text/HTML; charset=utf-8', 'content-encoding': 'GZIP' }, 404, true],
    [{ 'content-type': 'text/html', 'content-encoding': 'br' }, 200, false],
    [{ 'content-type': 'text/html; charset=UTF-16LE' }, 200, false],
    [{ 'content-type': 'text/html-sandboxed' }, 200, false],
    [{ 'content-type': 'application/json' }, 200, false],
    [{}, 200, false],
    [{ 'content-type': 'text/html' }, 304, false],
  ];
  for (const [headers, code, want] of pages)
    it(`${JSON.stringify(headers)}, ${code}: ${want ? 'a page' : 'none'}`, () =>
      assert.equal(isPage(answerOf(headers, [], code)), want));
});
