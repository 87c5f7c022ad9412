import assert from 'node:assert/strict';
import { chainId, mountCall } from './chain.js';
import { snapshotterIn } from './views.js';

describe("an image's layers", () => {
  const layers = ['1', '2', '3'].map(digit => `sha256:${digit.repeat(64)}`);
  // By sha256sum(1) of the two names with a space between them.
  const chains: [number, string][] = [
    [1, `sha256:${'1'.repeat(64)}`],
    [2, 'sha256:9932074217c35353d2e03a3f5a86549f7c67bfeb0ba53e23d69f4d4c8f7958f5'],
    [3, 'sha256:50127c0d6b338be78246434b4bce23ecf75e505158ea0bbd15effeb162fbf3ec'],
  ];
  for (const [count, expected] of chains)
    it(`${count} of them are one snapshot`, () => assert.equal(chainId(layers.slice(0, count)), expected));

  it('one is bound, and may neither be written to nor run', () =>
    assert.deepEqual(mountCall({ type: 'bind', source: '/s/1/fs', options: ['ro', 'rbind'] }, '/to'), {
      cwd: '/',
      args: ['-o', 'rbind,ro,noexec', '/s/1/fs', '/to'],
    }));
  it('more lie on top of each other, and are named from the directory that they share', () =>
    assert.deepEqual(
      mountCall({ type: 'overlay', source: 'overlay', options: ['index=off', 'lowerdir=/s/12/fs:/s/1/fs'] }, '/to'),
      { cwd: '/s', args: ['-t', 'overlay', '-o', 'index=off,ro,noexec,lowerdir=12/fs:1/fs', 'overlay', '/to'] },
    ));
  it('of two places have but the root in common', () =>
    assert.deepEqual(mountCall({ type: 'overlay', source: 'o', options: ['lowerdir=/a/1:/b/2'] }, '/to'), {
      cwd: '/',
      args: ['-t', 'overlay', '-o', 'ro,noexec,lowerdir=a/1:b/2', 'o', '/to'],
    }));

  it('are where containerd says', () => {
    assert.equal(snapshotterIn({ config: JSON.stringify({ containerd: { snapshotter: 'native' } }) }), 'native');
    assert.equal(snapshotterIn({}), 'overlayfs');
  });
});
