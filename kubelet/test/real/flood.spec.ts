/** Containers that do too much of something, and calls that do not end: the others go on. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '../../../api/clock.js';
import { busybox, eventually, idle, TestNode } from '../node.js';

const megabyte = 1_000_000;

/** Of the files in a folder, in which files come and go. */
const sizes = (folder: string): number[] =>
  readdirSync(folder).map(name => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);

describe('one pod does not hold up the others', function () {
  this.timeout(300_000);
  let node: TestNode;
  before(async () => {
    node = await TestNode.start({ logs: { limits: { maxBytes: megabyte, maxFiles: 3 }, lookMs: 100 } });
  });
  after(() => node.remove());

  it('when it writes a gigabyte: its log stays small, and others come and go meanwhile', async () => {
    // Written on the node's own disk: asking the container would cost it time.
    const dir = mkdtempSync(join(tmpdir(), 'okubelet-flood-'));
    const flood = `yes "$(printf %01000d 7)" | head -c 1000000000; touch /mark/done; ${idle}`;
    await node.create('floods', {
      volumes: [{ name: 'mark', hostPath: { path: dir } }],
      containers: [busybox('c', flood, { volumeMounts: [{ name: 'mark', mountPath: '/mark' }] })],
    });
    await node.ready('floods');
    await node.create('meanwhile', { containers: [busybox('c', idle)] });
    await node.ready('meanwhile');
    await node.delete('meanwhile');
    await node.gone('meanwhile');
    const folder = dirname(node.view.find('default', 'floods')?.containers[0]?.logPath ?? '');
    let most = 0;
    for (const end = Date.now() + 200_000; !existsSync(join(dir, 'done')); await systemClock.sleep(50)) {
      assert.ok(Date.now() < end, 'it has written all within 200 s');
      most = Math.max(most, ...sizes(folder));
    }
    assert.ok(most < 400 * megabyte, `one file of its log had ${most} bytes`);
    const left = await eventually(
      'its log is small again',
      () => sizes(folder),
      // The file set aside last is as large as it became between two looks, on a disk that may be fast.
      all => all.length <= 3 && all.reduce((a, b) => a + b, 0) < 100 * megabyte,
    );
    assert.ok(left.length > 0);
    await node.delete('floods', 0);
    await node.gone('floods');
    rmSync(dir, { recursive: true });
  });

  it('when the pull of its image does not end', async () => {
    const held = new Set<Socket>();
    // A registry that takes every connection, and never says a word.
    const silent = createServer(socket => held.add(socket)).listen(5003, '127.0.0.1');
    const names = Array.from({ length: 15 }, (_, i) => `waits-${i}`);
    for (const name of names)
      await node.create(name, { containers: [busybox('c', idle, { image: `127.0.0.1:5003/${name}:1` })] });
    await eventually(
      'their pulls are under way',
      () => held.size,
      size => size >= names.length,
    );
    await node.create('goes-on', { containers: [busybox('c', idle)] });
    await node.ready('goes-on');
    await Promise.all(names.map(name => node.delete(name, 0)));
    await Promise.all(names.map(name => node.gone(name)));
    for (const socket of held) socket.destroy();
    silent.close();
  });
});
