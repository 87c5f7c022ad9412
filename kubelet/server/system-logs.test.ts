import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Refusal } from './refusal.js';
import { systemLog } from './system-logs.js';

describe("kubelet/server: the machine's logs", () => {
  let outside: string;
  let server: Server;
  let origin: string;
  before(async () => {
    outside = await mkdtemp(join(tmpdir(), 'orrery-logs-'));
    const root = join(outside, 'log');
    await mkdir(join(root, 'apt'), { recursive: true });
    await writeFile(join(outside, 'secret'), 'secret');
    await writeFile(join(root, 'syslog'), 'one\ntwo\n');
    await writeFile(join(root, 'empty'), '');
    await writeFile(join(root, 'apt', 'a&b:c'), 'x');
    await writeFile(join(root, 'wtmp'), Buffer.from([1, 0, 2]));
    await symlink('syslog', join(root, 'messages'));
    await symlink(join(outside, 'secret'), join(root, 'leak'));
    await symlink('..', join(root, 'up'));
    server = createServer((request, response) => {
      const path = decodeURIComponent(request.url ?? '').slice(1);
      systemLog(response, root, path).catch((error: Refusal) => response.writeHead(error.code).end(error.message));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.close();
    await rm(outside, { recursive: true });
  });

  const asked = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${origin}/${path}`, { redirect: 'manual', ...init });
    return { code: response.status, type: response.headers.get('content-type'), body: await response.text(), response };
  };

  it('are listed with links, folders with a slash', async () => {
    const { code, type, body } = await asked('');
    assert.deepEqual([code, type], [200, 'text/html; charset=utf-8']);
    const names = Array.from(body.matchAll(/<a href="([^"]*)">/g), ([, href]) => href);
    assert.deepEqual(names, ['./apt/', './empty', './leak', './messages', './syslog', './up', './wtmp']);
    assert.equal((await asked('apt/')).body, '<pre>\n<a href="./a%26b%3Ac">a&#38;b:c</a>\n</pre>\n');
  });

  it('are read, by a link among them too', async () => {
    const { code, type, body } = await asked('syslog');
    assert.deepEqual([code, type, body], [200, 'text/plain; charset=utf-8', 'one\ntwo\n']);
    assert.equal((await asked('messages')).body, 'one\ntwo\n');
    assert.equal((await asked('apt/a%26b%3Ac')).body, 'x');
    assert.equal((await asked('empty')).body, '');
    assert.equal((await asked('wtmp')).type, 'application/octet-stream');
  });

  it('are told the size of, without being read', async () => {
    const { response, body } = await asked('syslog', { method: 'HEAD' });
    assert.deepEqual([response.headers.get('content-length'), body], ['8', '']);
  });

  it('lead from a folder to its page', async () => {
    const { code, response } = await asked('apt');
    assert.deepEqual([code, response.headers.get('location')], [301, 'apt/']);
  });

  for (const path of [
    'nothing',
    'syslog/',
    'leak',
    'up/',
    'up/secret',
    '%2e%2e%2fsecret',
    'apt/%2e%2e/%2e%2e/secret',
    'a%00b',
  ]) {
    it(`${path} is not among them`, async () => {
      const { code, body } = await asked(path);
      assert.deepEqual([code, body], [404, '404 page not found']);
    });
  }
});
