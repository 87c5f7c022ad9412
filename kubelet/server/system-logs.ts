/**
 * The machine's own logs, below /logs/: a folder is answered with a page that links to what it holds, a file with its
 * bytes, as far as they go when it is asked for.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, realpath } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Refusal } from './refusal.js';

/** What binary files begin with has a NUL somewhere. */
const sniffed = 512;

/**
 * `path` is relative to `root`, and ends with a slash when a folder was asked for. Throws a Refusal: 404 for what is not
 * there, and for what leads out of `root` by a link, for a pod may write links where the machine's logs are.
 */
export async function systemLog(response: ServerResponse, root: string, path: string): Promise<void> {
  const notFound = new Refusal(404, '404 page not found');
  if (path.includes('\0') || path.split('/').includes('..')) throw notFound;
  const file = await opened(root, path).catch(() => {
    throw notFound;
  });
  try {
    const stats = await file.handle.stat();
    if (stats.isDirectory()) return await folder(response, file.path, path);
    if (!stats.isFile() || path.endsWith('/')) throw notFound;
    await bytes(response, file.handle, stats.size);
  } finally {
    await file.handle.close();
  }
}

async function opened(root: string, path: string): Promise<{ handle: FileHandle; path: string }> {
  const [top, real] = await Promise.all([realpath(root), realpath(join(root, path))]);
  if (real !== top && !real.startsWith(top + sep)) throw new Error(`${real} is outside of ${top}`);
  // A pipe that nobody writes to would be waited for.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  return { handle: await open(real, flags), path: real };
}

/** Its links are relative, and so need the slash at the end of the page's own address. */
async function folder(response: ServerResponse, real: string, path: string): Promise<void> {
  if (path !== '' && !path.endsWith('/')) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    response.writeHead(301, { location: `${encodeURIComponent(name)}/` }).end();
    return;
  }
  const entries = await readdir(real, { withFileTypes: true });
  const names = entries.map(entry => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
  const links = names.map(name => `<a href="${href(name)}">${escaped(name)}</a>\n`);
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(`<pre>\n${links.join('')}</pre>\n`);
}

/** './' keeps a name with a colon from being taken for a scheme. */
const href = (name: string): string => `./${name.split('/').map(encodeURIComponent).join('/')}`;

const escaped = (text: string): string => text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);

/** No more than were there at first, or a log that grows as fast as it is read would never end. */
async function bytes(response: ServerResponse, handle: FileHandle, size: number): Promise<void> {
  const start = Buffer.alloc(Math.min(size, sniffed));
  await handle.read(start, 0, start.length, 0);
  const type = start.includes(0) ? 'application/octet-stream' : 'text/plain; charset=utf-8';
  response.writeHead(200, { 'content-type': type, 'content-length': size, 'x-content-type-options': 'nosniff' });
  if (size === 0 || response.req.method === 'HEAD') return void response.end();
  await pipeline(handle.createReadStream({ start: 0, end: size - 1, autoClose: false }), response);
}
