import assert from 'node:assert/strict';
import { machinesResolvConf } from './resolv-conf.js';

const usual = '/etc/resolv.conf';
const behind = '/run/systemd/resolve/resolv.conf';

describe('whom a machine asks for names', () => {
  const cases: [string, Record<string, string>, string][] = [
    ['as it says', { [usual]: 'nameserver 192.0.2.53\n' }, usual],
    ['nobody', {}, usual],
    ["systemd-resolved's servers", { [usual]: 'nameserver 127.0.0.53\n', [behind]: 'nameserver 192.0.2.53\n' }, behind],
    ['systemd-resolved, which has none', { [usual]: 'nameserver 127.0.0.53\n', [behind]: '' }, usual],
    [
      'another server of the machine',
      { [usual]: 'nameserver 127.0.0.1\n', [behind]: 'nameserver 192.0.2.53\n' },
      usual,
    ],
  ];
  for (const [what, files, expected] of cases)
    it(what, () =>
      assert.equal(
        machinesResolvConf(file => files[file]),
        expected,
      ),
    );
});
