/**
 * NFS volumes, with a real server on this machine, which is started and shut off: in a virtual machine alone (tools/guest.sh).
 * Run by real.test.ts.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PodSpec } from '../../../api/types.js';
import type { Summary } from '../../stats/summary-types.js';
import { mountsBelow } from '../../volumes/mounts.js';
import { busybox, eventually, idle, TestNode } from '../node.js';

const exportsFile = '/etc/exports.d/orrery-test.exports';

describe('volumes of an NFS server', function () {
  this.timeout(400_000);
  let node: TestNode;
  let shared: string;
  const run = (program: string, ...args: string[]): string => execFileSync(program, args).toString();
  before(async function () {
    if (!process.env.ORRERY_TEST_GUEST) {
      console.log('      skipped: an NFS server is started and shut off, in a virtual machine alone (tools/guest.sh)');
      return this.skip();
    }
    shared = mkdtempSync(join(tmpdir(), 'okubelet-nfs-'));
    writeFileSync(join(shared, 'there'), '');
    mkdirSync('/etc/exports.d', { recursive: true });
    writeFileSync(exportsFile, `${shared} *(rw,fsid=0,no_root_squash,insecure,no_subtree_check)\n`);
    run('systemctl', 'restart', 'nfs-server');
    run('exportfs', '-ra');
    node = await TestNode.start();
  });
  after(async () => {
    if (!shared) return;
    answers(true);
    await node?.remove();
    run('systemctl', 'stop', 'nfs-server');
    for (const path of [exportsFile, shared]) rmSync(path, { recursive: true });
  });

  const ports = ['--dport', '--sport'];
  let isShutOff = false;
  /** Whether the server answers, or what is sent to it is lost. */
  const answers = (does: boolean): void => {
    if (does !== isShutOff) return;
    for (const port of ports) run('iptables', does ? '-D' : '-I', 'OUTPUT', '-p', 'tcp', port, '2049', '-j', 'DROP');
    isShutOff = !does;
  };
  const user = (command: string, readOnly = false, more: object = {}): PodSpec => ({
    volumes: [{ name: 'v', nfs: { server: '127.0.0.1', path: '/', readOnly } }],
    containers: [
      busybox('c', command, {
        volumeMounts: [{ name: 'v', mountPath: '/v', ...more }],
        readinessProbe: { exec: { command: ['test', '-e', '/v/there'] }, periodSeconds: 1 },
      }),
    ],
  });
  const mounted = () => mountsBelow(join(node.dataDir, 'pods'));
  const noneMounted = () => eventually('nothing is mounted any more', mounted, paths => paths.length === 0);

  it('are written to by one pod and read by another, and are unmounted with them', async () => {
    await node.create(
      'writes',
      user(`mkdir -p /v/sub; echo hello > /v/sub/greeting; echo hello > /v/greeting; ${idle}`),
    );
    await node.ready('writes');
    const greeting = (): string => readFileSync(join(shared, 'greeting'), 'utf8');
    await eventually(
      'it has written',
      () => existsSync(join(shared, 'greeting')) && greeting(),
      text => text === 'hello\n',
    );
    await node.create('reads', user(idle, true));
    await node.create('part', user(idle, false, { subPath: 'sub' }));
    const [reads, part] = await Promise.all([node.ready('reads'), node.ready('part')]);
    assert.equal(await node.exec(reads, ['cat', '/v/greeting']), 'hello\n');
    await assert.rejects(node.exec(reads, ['touch', '/v/mine']), /Read-only file system/);
    assert.deepEqual((await node.exec(part, ['ls', '/v'])).trim(), 'greeting');
    const { pods } = (await node.figures.summary()) as Summary;
    const volume = pods.find(({ podRef }) => podRef.name === 'writes')?.volume?.find(({ name }) => name === 'v');
    assert.ok((volume?.capacityBytes ?? 0) > 0, JSON.stringify(volume));
    for (const name of ['writes', 'reads', 'part']) await node.delete(name);
    await Promise.all(['writes', 'reads', 'part'].map(name => node.gone(name)));
    assert.deepEqual(await mounted(), []);
    assert.deepEqual(readdirSync(shared).sort(), ['greeting', 'sub', 'there'], 'what is in it is the server’s');
  });

  it('that the server does not have keep their pod waiting alone', async () => {
    const spec = user(idle);
    await node.create('lost', { ...spec, volumes: [{ name: 'v', nfs: { server: '127.0.0.1', path: '/nowhere' } }] });
    await node.create('other', { containers: [busybox('c', idle)] });
    await node.ready('other');
    assert.equal((await node.get('lost')).status?.phase, 'Pending');
    for (const name of ['lost', 'other']) await node.delete(name);
    await Promise.all(['lost', 'other'].map(name => node.gone(name)));
    await noneMounted();
  });

  it('of a server that has fallen silent keep nobody else waiting, and end with their pods', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'].map(letter => `hangs-${letter}`);
    for (const name of names) await node.create(name, user(idle));
    await Promise.all(names.map(name => node.ready(name)));
    answers(false);
    // As many as the process has threads for its files, and more.
    const summary = (await node.figures.summary()) as Summary;
    assert.ok(summary.pods.length >= names.length);
    await node.create('comes', user(idle));
    await node.create('goes-on', {
      volumes: [{ name: 'd', emptyDir: {} }],
      containers: [busybox('c', idle, { volumeMounts: [{ name: 'd', mountPath: '/d', subPath: 'x' }] })],
    });
    await node.ready('goes-on');
    await node.delete('goes-on');
    await node.gone('goes-on');
    await Promise.all([...names, 'comes'].map(name => node.delete(name, 1)));
    await Promise.all([...names, 'comes'].map(name => node.gone(name)));
    await noneMounted();
    assert.ok(existsSync(join(shared, 'there')), 'what is in it is the server’s');
  });
});
