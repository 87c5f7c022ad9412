import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layoutOf } from '../cluster/layout.js';
import { type NodeConfig, parseMember, readMember, writeMember } from './member.js';

const config: NodeConfig = {
  nodeName: 'lab-1',
  address: '10.245.0.2',
  kubeletPort: 10250,
  serviceCidr: '10.96.0.0/16',
  clusterCidr: '10.244.0.0/16',
  podCidr: '10.244.1.0/24',
  server: 'https://192.0.2.1:6443',
};

describe('what is kept of a node', () => {
  it('is read as it was written, and is nothing where there was never one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'orrery-member-'));
    const layout = layoutOf(join(folder, 'nodes', '1'));
    assert.equal(readMember(layout), undefined);
    const written: NodeConfig = { ...config, lab: { power: 'off', cable: 'plugged' } };
    writeMember(layout, written);
    assert.deepEqual(readMember(layout), written);
    rmSync(folder, { recursive: true });
  });

  const table: [text: string, wrong: RegExp][] = [
    ['', /JSON/],
    ['null', /it holds no object/],
    [JSON.stringify(config), /its format is undefined, and not 1/],
    [JSON.stringify({ format: 1, ...config, podCidr: 'here' }), /podCidr is "here"/],
    [JSON.stringify({ format: 1, ...config, kubeletPort: 0 }), /kubeletPort is 0/],
    [JSON.stringify({ format: 1, ...config, server: 'http://x' }), /server is "http:\/\/x"/],
  ];
  for (const [text, wrong] of table)
    it(`says what is wrong with ${text.slice(0, 12) || 'an empty file'}: ${wrong}`, () => {
      assert.throws(() => parseMember(text, '/d/node.json'), wrong);
      assert.throws(() => parseMember(text, '/d/node.json'), /^Failure: \/d\/node\.json is damaged/);
    });
});
