/** Logs that grow: they are rotated, compressed and bounded, and their readers miss nothing. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openLogFile } from '../../server/logs/file.js';
import { readLog } from '../../server/logs/read.js';
import { busybox, eventually, TestNode } from '../node.js';

const count = 60_000;
/** Some 60 bytes a line, in steps: a reader has the time to follow. */
const talk = `i=0; while [ $i -lt ${count} ]; do i=$((i+1)); echo "line $i"; [ $((i % 200)) -eq 0 ] && sleep 0.02; done; sleep 1000`;

describe('the log of a container', function () {
  this.timeout(240_000);
  let node: TestNode;
  before(async () => {
    node = await TestNode.start({ logs: { limits: { maxBytes: 300_000, maxFiles: 4 }, lookMs: 250 } });
  });
  after(() => node.remove());

  it('is rotated when it has grown; its followers read on without a gap', async () => {
    await node.create('talks', { containers: [busybox('c', talk)] });
    await node.ready('talks');
    const path = node.view.find('default', 'talks')?.containers[0]?.logPath ?? '';
    const stop = new AbortController();
    const file = await openLogFile({ path, ended: () => false, signal: stop.signal });
    let read = '';
    const options = { follow: true, previous: false, timestamps: false };
    for await (const bytes of readLog(file, options)) {
      read += bytes.toString();
      if (read.endsWith(`line ${count}\n`)) stop.abort();
    }
    await file.close();
    const expected = Array.from({ length: count }, (_, i) => `line ${i + 1}`);
    const lines = read.trimEnd().split('\n');
    const gap = lines.findIndex((line, i) => line !== expected[i]);
    assert.equal(gap, -1, `line ${gap + 1} was ${lines[gap]}`);
    assert.equal(lines.length, count);

    const folder = dirname(path);
    const files = async (): Promise<string[]> => (await readdir(folder)).sort();
    const kinds = (names: string[]): string[] => names.map(name => name.replace(/\d{8}-\d{6}/, 'TIME'));
    const left = await eventually('three were put aside', files, names => names.length === 4);
    assert.deepEqual(kinds(left).sort(), ['0.log', '0.log.TIME', '0.log.TIME.gz', '0.log.TIME.gz']);
    const oldest = gunzipSync(await readFile(join(folder, left.find(name => name.endsWith('.gz')) ?? ''))).toString();
    assert.match(oldest, /^\S+ stdout F line \d+\n/);
    assert.ok(oldest.length > 300_000);

    await node.delete('talks');
    await node.gone('talks');
    assert.deepEqual(await readdir(`${node.dataDir}/logs/pods`), []);
  });
});
