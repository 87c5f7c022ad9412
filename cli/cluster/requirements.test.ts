import assert from 'node:assert/strict';
import { explainMissing, missing, nodeRequirements, searchPath } from './requirements.js';

const installed =
  (...files: string[]) =>
  (file: string): boolean =>
    files.includes(file);

describe('what a node needs', () => {
  it('is missing nothing when all programs are somewhere on the path', () => {
    const everything = nodeRequirements.map(r =>
      r.anyOf[0]?.startsWith('/') ? r.anyOf[0] : `/usr/sbin/${r.anyOf[0]}`,
    );
    assert.deepEqual(missing(nodeRequirements, searchPath('/usr/bin'), installed(...everything)), []);
  });

  it('takes the CNI plug-ins from any of the places that distributions use', () => {
    const cni = nodeRequirements.filter(r => r.package === 'containernetworking-plugins');
    assert.deepEqual(missing(cni, [], installed('/opt/cni/bin/bridge')), []);
    assert.equal(missing(cni, [], installed()).length, 1);
  });

  it('says what is missing and the mend in one sentence', () => {
    const one = nodeRequirements.filter(r => r.what === 'containerd');
    assert.equal(
      explainMissing(one),
      "containerd is not installed: run 'sudo apt-get install containerd', or your system's like.",
    );
    const two = nodeRequirements.filter(r => r.what === 'containerd' || r.what === 'nft');
    assert.match(explainMissing(two), /^containerd and nft are not installed: .*install containerd nftables'/);
  });
});
