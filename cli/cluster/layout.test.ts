import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClusterConfig, defaults, layoutOf, parseConfig, readConfig, writeConfig } from './layout.js';

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
      ['{}', /nodeName should be a string/],
      [JSON.stringify({ ...config, port: '6443' }), /port should be a number/],
      [JSON.stringify({ ...config, address: '' }), /address should be a string/],
    ];
    for (const [text, wrong] of table) {
      const message = messageOf(() => parseConfig(text, '/d/cluster.json'));
      assert.match(message, wrong);
      assert.match(message, /^\/d\/cluster\.json is damaged \(.*\): mend it, or .*'orrery reset'/);
    }
  });

  it('says which folder cannot be written to', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    assert.match(
      messageOf(() => writeConfig(layoutOf(join(file, 'data')), config)),
      /the data directory .*file\/data cannot be written to \(ENOTDIR\): choose another with --data-dir/,
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
