import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Directories } from '../directories.js';
import { ImageVolumes } from './images.js';

describe('volumes that are images', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'okubelet-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** Views that mount nothing, and tell what was asked of them. `whileMade` runs in the middle of each. */
  function setUp(whileMade: () => Promise<void> = async () => {}) {
    const asked: string[] = [];
    const directories = new Directories(root);
    const failing = { remove: false };
    const volumes = new ImageVolumes(directories, {
      async mount(name, id, dir) {
        const held = readFileSync(join(dir, '../id'), 'utf8');
        asked.push(`mount ${name} of ${id}, held ${held}, at ${dir.slice(root.length)}`);
        await whileMade();
        asked.push('mounted');
      },
      async remove(name) {
        if (failing.remove) throw new Error('containerd is away');
        asked.push(`remove ${name}`);
      },
    });
    const mount = (find: () => Promise<string>, signal = new AbortController().signal) =>
      volumes.mount('u', 'v', find, signal);
    return { asked, volumes, failing, mount, folder: directories.imageVolumes('u') };
  }

  it('are on record before the first thing is made, and until the last one is gone', async () => {
    const { asked, volumes, failing, mount, folder } = setUp();
    await mount(async () => 'sha256:1');
    assert.deepEqual(asked, [
      'mount orrery-volume-u-v of sha256:1, held sha256:1, at /pods/u/images/v/root',
      'mounted',
    ]);
    assert.deepEqual([...(await volumes.inUse())], ['sha256:1']);
    assert.deepEqual([volumes.imageOf('u', 'v'), volumes.imageOf('u', 'w')], ['sha256:1', undefined]);
    failing.remove = true;
    await assert.rejects(volumes.unmount('u'), /containerd is away/);
    assert.ok(existsSync(join(folder, 'v')), 'a later try finds what there is to remove');
    failing.remove = false;
    await volumes.unmount('u');
    assert.equal(asked.at(-1), 'remove orrery-volume-u-v');
    assert.equal(existsSync(folder), false);
    assert.equal((await volumes.inUse()).size, 0);
    assert.equal(volumes.imageOf('u', 'v'), undefined);
  });

  it('are looked for once where two containers want the same one', async () => {
    const { asked, mount } = setUp();
    let found = 0;
    const find = async (): Promise<string> => `sha256:${++found}`;
    await Promise.all([mount(find), mount(find)]);
    assert.equal(found, 1);
    assert.equal(asked.filter(text => text === 'mounted').length, 1);
  });

  it('are not made any more when their pod ends during the pull', async () => {
    const { asked, mount, folder } = setUp();
    const end = new AbortController();
    const find = async (): Promise<string> => {
      end.abort();
      return 'sha256:1';
    };
    await assert.rejects(mount(find, end.signal), { name: 'AbortError' });
    assert.deepEqual([asked, existsSync(folder)], [[], false]);
  });

  it('are taken away only when they are complete', async () => {
    let finish: () => void = () => {};
    let begin: () => void = () => {};
    const begun = new Promise<void>(resolve => {
      begin = resolve;
    });
    const { asked, volumes, mount } = setUp(() => {
      begin();
      return new Promise(resolve => {
        finish = resolve;
      });
    });
    const mounting = mount(async () => 'sha256:1');
    await begun;
    const leaving = volumes.unmount('u');
    finish();
    await Promise.all([mounting, leaving]);
    assert.deepEqual(asked.slice(1), ['mounted', 'remove orrery-volume-u-v']);
  });
});
