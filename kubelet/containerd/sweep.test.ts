import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containerdPaths } from './start.js';
import { forgotten, namespaceIn, remains } from './sweep.js';

describe('what a killed containerd leaves', () => {
  const before = {
    namespaces: ['/netns/a', '/netns/b'],
    holders: ['a', 'b', 'b'],
  };
  const a = { id: 'a', namespace: '/netns/a' };
  const b = { id: 'b', namespace: '/netns/b' };

  it('is nothing when every thing has its sandbox', () =>
    assert.deepEqual(forgotten(before, [a, b]), { namespaces: [], holders: [] }));
  it('is what no sandbox has', () =>
    assert.deepEqual(forgotten(before, [a]), { namespaces: ['/netns/b'], holders: ['b'] }));
  it('is not found in what belongs to the host', () =>
    assert.deepEqual(forgotten({ namespaces: [], holders: [] }, [{ id: 'c' }]), { namespaces: [], holders: [] }));

  it('is looked for where containerd and host-local keep it', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'okubelet-'));
    const paths = containerdPaths(dataDir);
    const write = (dir: string, name: string, content: string): void => {
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, name), content);
    };
    assert.deepEqual(await remains(paths, dataDir), { namespaces: [], holders: [] });
    const netns = join(paths.state, 'io.containerd.grpc.v1.cri/netns');
    const ipam = join(dataDir, 'cni/ipam/orrery0');
    write(netns, 'cni-1', '');
    write(ipam, '10.244.0.2', 'sandbox\r\neth0');
    write(ipam, 'last_reserved_ip.0', '10.244.0.2');
    write(ipam, 'lock', '');
    assert.deepEqual(await remains(paths, dataDir), {
      namespaces: [join(netns, 'cni-1')],
      holders: ['sandbox'],
    });
    rmSync(dataDir, { recursive: true });
  });

  it('is known by the path in the description of a sandbox', () => {
    const namespaces = [{ type: 'pid' }, { type: 'network', path: '/netns/a' }];
    assert.equal(namespaceIn(JSON.stringify({ pid: 1, runtimeSpec: { linux: { namespaces } } })), '/netns/a');
    assert.equal(namespaceIn('{}'), undefined);
  });
});
