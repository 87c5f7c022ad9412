import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { setSysctls } from './sysctls.js';

describe('proxy/apply: kernel settings', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'orrery-sysctl-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  async function having(all: Record<string, string>): Promise<void> {
    for (const [path, value] of Object.entries(all)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), value);
    }
  }

  /** What is said, by level. */
  async function set(): Promise<string[]> {
    const said: string[] = [];
    const saying = (level: string) => (of: { setting: string }, text: string) =>
      void said.push(`${level} ${of.setting}: ${text}`);
    await setSysctls({ info: saying('info'), warn: saying('warn') } as unknown as Logger, root);
    return said;
  }

  it('let pods be reached, and connections wait as long as with kube-proxy', async () => {
    await having({
      'net/ipv4/ip_forward': '0\n',
      'net/ipv4/conf/all/route_localnet': '0\n',
      'net/bridge/bridge-nf-call-iptables': '1\n',
      'net/netfilter/nf_conntrack_tcp_timeout_close_wait': '60\n',
      'net/netfilter/nf_conntrack_tcp_timeout_established': '432000\n',
    });
    assert.deepEqual(await set(), []);
    const now = async (path: string) => readFile(join(root, path), 'utf8');
    assert.equal(await now('net/ipv4/ip_forward'), '1');
    assert.equal(await now('net/ipv4/conf/all/route_localnet'), '1');
    assert.equal(await now('net/bridge/bridge-nf-call-iptables'), '1\n', 'is left alone');
    assert.equal(await now('net/netfilter/nf_conntrack_tcp_timeout_close_wait'), '3600');
    assert.equal(await now('net/netfilter/nf_conntrack_tcp_timeout_established'), '86400');
  });

  it('that are missing are said, with the module that has them', async () => {
    await having({ 'net/ipv4/conf/all/route_localnet': '1' });
    const [forward, bridge, closing, idle] = await set();
    assert.match(forward ?? '', /^warn net\/ipv4\/ip_forward: a kernel setting could not be made$/);
    assert.match(bridge ?? '', /^info .*until br_netfilter is loaded$/);
    assert.match(closing ?? '', /^info .*close_wait.*until nf_conntrack is loaded$/);
    assert.match(idle ?? '', /^info .*established.*until nf_conntrack is loaded$/);
  });
});
