import assert from 'node:assert/strict';
import { victims } from './orphans.js';
import { processes, shimsAmong } from './processes.js';

const socket = '/data/containerd.sock';
const shim = '/usr/bin/containerd-shim-runc-v2';
const process_ = (pid: number, parent: number, ...args: string[]) => ({ pid, parent, args });

describe('processes of a containerd', () => {
  const running = [
    process_(10, 1, shim, '-namespace', 'k8s.io', '-id', 'a', '-address', socket),
    process_(11, 10, 'sh', '/pause'),
    process_(12, 10, 'httpd'),
    process_(13, 12, 'cgi'),
    process_(20, 1, shim, '-namespace', 'k8s.io', '-id', 'b', '-address', '/other.sock'),
    process_(
      30,
      1,
      shim,
      '-namespace',
      'k8s.io',
      '-address',
      socket,
      '-publish-binary',
      'containerd',
      '-id',
      'c',
      'start',
    ),
    process_(40, 1, 'vi', 'containerd-shim-runc-v2', '-id', 'd', '-address', socket),
    process_(50, 1, shim, '-info'),
  ];

  it('shims are those of its socket, that run', () =>
    assert.deepEqual(shimsAmong(running, socket), [{ pid: 10, id: 'a' }]));

  it('what a shim has started ends before it', () => assert.deepEqual(victims(10, running), [11, 12, 10]));

  it('are read from /proc', async () => {
    const self = (await processes()).find(({ pid }) => pid === process.pid);
    assert.equal(self?.parent, process.ppid);
    assert.ok(self?.args.length);
  });
});
