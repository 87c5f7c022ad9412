import assert from 'node:assert/strict';
import { parseResolvConf } from './resolv-conf.js';

describe('api/network: resolv.conf', () => {
  it('is read: servers and options add up, of the search lists the last one counts', () =>
    assert.deepEqual(
      parseResolvConf(
        '# x\nnameserver 1.1.1.1\nsearch a b\nsearch example.org\noptions timeout:2\n nameserver\t2.2.2.2\n',
      ),
      { servers: ['1.1.1.1', '2.2.2.2'], searches: ['example.org'], options: ['timeout:2'] },
    ));
});
