import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLogFile } from './file.js';
import type { LogOptions } from './options.js';
import { readLog } from './read.js';

const line = (text: string): string => `2026-01-01T00:00:00Z stdout F ${text}\n`;

describe('kubelet/server/logs: reading and following a file', () => {
  let directory: string;
  let path: string;
  let ended: boolean;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'orrery-log-'));
    path = join(directory, '0.log');
    ended = false;
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function reader(options: Partial<LogOptions>, signal = new AbortController().signal) {
    const file = await openLogFile({ path, ended: () => ended, signal });
    const chunks = readLog(file, { follow: false, previous: false, timestamps: false, ...options });
    let seen = '';
    return {
      /** Reads until the text seen ends so. */
      async until(text: string): Promise<void> {
        while (!seen.endsWith(text)) {
          const next = await chunks.next();
          assert(!next.done, `the log ended after ${JSON.stringify(seen)}`);
          seen += next.value;
        }
      },
      async all(): Promise<string> {
        for await (const chunk of chunks) seen += chunk;
        await file.close();
        return seen;
      },
    };
  }

  it('ends at the end of the file', async () => {
    await writeFile(path, line('a') + line('b'));
    assert.equal(await (await reader({})).all(), 'a\nb\n');
  });

  it('reads a last line without a newline, and leaves out what is no log', async () => {
    await writeFile(path, `garbage\n${line('a')}${line('b').trimEnd()}`);
    assert.equal(await (await reader({})).all(), 'a\nb\n');
  });

  it('starts at the tail', async () => {
    await writeFile(path, line('a') + line('b') + line('c'));
    assert.equal(await (await reader({ tailLines: 2 })).all(), 'b\nc\n');
  });

  it('keeps to the tail that it found while more is written', async () => {
    const partial = line('b').replace(' F ', ' P ');
    await writeFile(path, line('a') + partial + line('b'));
    const file = await openLogFile({ path, ended: () => ended, signal: new AbortController().signal });
    const seek = file.seekToTail.bind(file);
    file.seekToTail = async lines => {
      await seek(lines);
      await appendFile(path, line('c') + line('d'));
    };
    let seen = '';
    for await (const chunk of readLog(file, { follow: false, previous: false, timestamps: false, tailLines: 1 }))
      seen += chunk;
    await file.close();
    assert.equal(seen, 'bb\n');
  });

  it('stops at limitBytes', async () => {
    await writeFile(path, line('a').repeat(10_000));
    assert.equal(await (await reader({ limitBytes: 3, follow: true })).all(), 'a\na');
  });

  it('reports a missing file before anything is read', async () => {
    await assert.rejects(reader({}), { code: 'ENOENT' });
  });

  it('follows until the container has ended, and reads the last it wrote', async () => {
    await writeFile(path, line('a'));
    const log = await reader({ follow: true });
    await log.until('a\n');
    await appendFile(path, line('b'));
    await log.until('b\n');
    await appendFile(path, line('c'));
    ended = true;
    assert.equal(await log.all(), 'a\nb\nc\n');
  });

  it('waits for the rest of a line that is being written', async () => {
    const [head, tail] = [line('slow').slice(0, 20), line('slow').slice(20)];
    await writeFile(path, line('a') + head);
    const log = await reader({ follow: true });
    await log.until('a\n');
    await appendFile(path, tail);
    await log.until('slow\n');
    ended = true;
    assert.equal(await log.all(), 'a\nslow\n');
  });

  it('goes on in the new file after a rotation, and misses nothing of the old one', async () => {
    await writeFile(path, line('a'));
    const log = await reader({ follow: true });
    await log.until('a\n');
    await rename(path, `${path}.1`);
    await appendFile(`${path}.1`, line('late'));
    await writeFile(path, line('new'));
    await log.until('late\nnew\n');
    ended = true;
    assert.equal(await log.all(), 'a\nlate\nnew\n');
  });

  it('starts over when the file was truncated', async () => {
    await writeFile(path, line('a').repeat(5));
    const log = await reader({ follow: true });
    await log.until('a\n'.repeat(5));
    await truncate(path);
    await appendFile(path, line('b'));
    await log.until('b\n');
    ended = true;
    assert.equal(await log.all(), `${'a\n'.repeat(5)}b\n`);
  });

  it('stops following when the reader goes', async () => {
    await writeFile(path, line('a'));
    const gone = new AbortController();
    const log = await reader({ follow: true }, gone.signal);
    await log.until('a\n');
    gone.abort();
    assert.equal(await log.all(), 'a\n');
  });
});
