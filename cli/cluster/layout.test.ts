import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ClusterConfig,
  defaults,
  layoutOf,
  ontoDisk,
  parseConfig,
  readConfig,
  requireRoom,
  writeConfig,
} from './layout.js';

const config: ClusterConfig = { ...defaults, nodeName: 'n', address: '192.0.2.1' };

describe("a cluster's configuration", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'orrery-layout-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is read as it was written, and is nothing where there was never a cluster', () => {
    const layout = layoutOf(join(folder, 'deep', 'data'));
    assert.equal(readConfig(layout), undefined);
    writeConfig(layout, config);
    assert.deepEqual(readConfig(layout), config);
  });

  it('says what is wrong with it when it is damaged, and the mend', () => {
    const table: [text: string, wrong: RegExp][] = [
      ['', /JSON/],
      ['{"nodeName": "n"', /JSON/],
      ['null', /it holds no object/],
      ['[]', /nodeName should be a name/],
      ['{"apiVersion": "v1", "kind": "Config"}', /nodeName should be a name/],
      [JSON.stringify({ ...config, nodeName: '' }), /nodeName should be a name/],
      [JSON.stringify({ ...config, port: '6443' }), /port should be a port number/],
      [JSON.stringify({ ...config, kubeletPort: 70_000 }), /kubeletPort should be a port number/],
      [JSON.stringify({ ...config, address: 'here' }), /address should be an IPv4 address/],
      [JSON.stringify({ ...config, datastore: 'mysql' }), /datastore should be a datastore/],
      [JSON.stringify({ ...config, controlPlanes: 2 }), /controlPlanes should be 1, 3 or 5/],
      [JSON.stringify({ ...config, podCidr: '10.244.0.0' }), /podCidr should be a range of IPv4 addresses/],
      [JSON.stringify({ ...config, serviceCidr: '10.96.0.0/33' }), /serviceCidr should be a range/],
    ];
    for (const [text, wrong] of table) {
      const message = messageOf(() => parseConfig(text, '/d/cluster.json'));
      assert.match(message, wrong);
      assert.match(message, /^\/d\/cluster\.json is damaged \(.*\): mend it, or .*'sudo \.\/orrery reset'/);
    }
  });

  it('is left to the version of Orrery that wrote it', () => {
    const layout = layoutOf(join(folder, 'versions'));
    writeConfig(layout, config);
    const written = JSON.parse(readFileSync(layout.config, 'utf8')) as object;
    assert.throws(
      () => parseConfig(JSON.stringify({ ...written, format: 2 }), '/d/cluster.json'),
      /^Failure: \/d\/cluster\.json is of another version of Orrery \(format 2; this one knows 1\): use that one, or .*'sudo \.\/orrery reset'/,
    );
  });

  it('is refused a disk without room, and says what a disk did not take', async () => {
    assert.throws(
      () => requireRoom('/d', () => 7_654_321),
      /^Failure: 7 MB are free on the disk of \/d, and a cluster needs 100: make room there, or choose another with --data-dir\.$/,
    );
    requireRoom('/d', () => 100e6);
    const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
    await assert.rejects(
      ontoDisk('/d', () => Promise.reject(full)),
      /^Failure: the data directory \/d cannot be written to \(ENOSPC\): mend its disk, or choose another/,
    );
    const other = Object.assign(new Error('spawn sh'), { code: 'ENOENT' });
    await assert.rejects(
      ontoDisk('/d', () => Promise.reject(other)),
      other,
    );
  });

  it('says which folder cannot be written to', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    assert.match(
      messageOf(() => writeConfig(layoutOf(join(file, 'data')), config)),
      /the data directory .*file\/data cannot be written to \(ENOTDIR\): mend its disk, or choose another with --data-dir/,
    );
    assert.match(
      messageOf(() => writeConfig(layoutOf('/proc/none/data'), config)),
      /cannot be written to \(ENOENT\)/,
    );
  });

  it('says that it may not be read', function () {
    if (process.geteuid?.() === 0) {
      console.log('      skipped: root may read every file');
      this.skip();
    }
    const layout = layoutOf(join(folder, 'closed'));
    writeConfig(layout, config);
    chmodSync(layout.config, 0);
    assert.match(
      messageOf(() => readConfig(layout)),
      /cannot be read \(EACCES\): .* sudo/,
    );
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return assert.fail('nothing was thrown');
}
