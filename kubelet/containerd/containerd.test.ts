import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../../api/clock.js';
import { Directories } from '../directories.js';
import { removeWithMounts } from '../volumes/mounts.js';
import { containerdConfig } from './config.js';
import { startRuntime } from './runtime.js';
import { containerdPaths, startContainerd } from './start.js';

describe("the kubelet's own containerd", () => {
  it('has everything below one directory', () => {
    const config = containerdConfig(containerdPaths('/data'), {
      sandboxImage: 'p:1',
      cniBinDir: '/cni',
      restrictOomScore: true,
    });
    assert.match(config, /^root = "\/data\/containerd\/root"$/m);
    assert.match(config, /^ {2}address = "\/data\/containerd\/containerd\.sock"$/m);
    assert.match(config, /^ {2}sandbox_image = "p:1"$/m);
    assert.match(config, /^ {2}restrict_oom_score_adj = true$/m);
    assert.match(config, /^ {4}conf_dir = "\/data\/cni\/conf"$/m);
    assert.match(config, /^ {8}SystemdCgroup = false$/m);
  });

  it('refuses a directory that is too deep for a socket', async () => {
    const dataDir = join('/x', 'y'.repeat(100));
    const binaries = { containerd: '', ctr: '', cniDir: '', path: '' };
    const options = { dataDir, binaries, sandboxImage: '', log: pino({ level: 'silent' }), clock: systemClock };
    await assert.rejects(startContainerd(options), /too long for a socket .* use a shorter --data-dir/);
  });

  it('says which socket does not answer', async function () {
    if (process.getuid?.() !== 0) {
      console.log('      skipped: needs root');
      this.skip();
    }
    const dir = mkdtempSync(join(tmpdir(), 'okubelet-'));
    const directories = new Directories(dir);
    const options = { bridge: 'b', podCidr: '', clusterCidr: '', log: pino({ level: 'silent' }), clock: systemClock };
    await assert.rejects(
      startRuntime({ ...options, directories, criSocket: join(dir, 'none.sock') }),
      /no container runtime answers at .*none\.sock: .*start it, or leave --cri-socket out/,
    );
    await removeWithMounts(dir);
  });
});
