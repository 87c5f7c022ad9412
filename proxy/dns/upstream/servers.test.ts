import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../../client/testing/clock.js';
import { ResolvConf, upstreamServers } from './servers.js';

const addresses = (text: string, own: string[] = []): string[] =>
  upstreamServers(text, new Set(own)).map(({ address }) => address);

describe('proxy/dns: whom to ask', () => {
  const cases: [string, string, string[]][] = [
    [
      'servers in their order, at most three',
      'nameserver 1.1.1.1\nnameserver ::1\nnameserver 2.2.2.2\nnameserver 3.3.3.3',
      ['1.1.1.1', '::1', '2.2.2.2'],
    ],
    ['each once', 'nameserver 1.1.1.1\nnameserver 1.1.1.1', ['1.1.1.1']],
    ['of a link', 'nameserver fe80::1%eth0', ['fe80::1%eth0']],
    ['no names', 'nameserver dns.example.com\nsearch example.com', []],
    ['nobody who asks us', 'nameserver 10.96.0.10\nnameserver 1.1.1.1', ['1.1.1.1']],
  ];
  for (const [what, text, expected] of cases)
    it(what, () => assert.deepEqual(addresses(text, ['10.96.0.10']), expected));

  it('is read again when the file is another', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orrery-resolv-'));
    const file = join(folder, 'resolv.conf');
    const clock = new ManualClock();
    let own: string[] = [];
    const conf = new ResolvConf(file, clock, () => own);
    const now = (): string[] => conf.servers().map(({ address }) => address);
    assert.deepEqual(now(), []);
    writeFileSync(file, 'nameserver 1.1.1.1\n');
    await clock.advance(5000);
    assert.deepEqual(now(), ['1.1.1.1']);
    assert.equal(conf.servers(), conf.servers());
    own = ['1.1.1.1'];
    assert.deepEqual(now(), []);
    rmSync(folder, { recursive: true });
  });
});
