import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../api/clock.js';
import { layoutOf } from './layout.js';
import { dataDirOf, neighbours, requireNoNeighbour } from './neighbours.js';
import { keepCommand, stopProcess } from './processes.js';

describe('neighbours of a cluster', () => {
  it('are known by the command lines of their keepers', () => {
    const keeper = ['/bin/sh', '-c', 'script', 'orrery-keep', '/data/run/node.pid', 'node', 'main.js', ''];
    assert.equal(dataDirOf(keeper), '/data');
    assert.equal(dataDirOf(['grep', 'orrery-keep', '/data/run/node.pid']), undefined);
    assert.equal(dataDirOf([]), undefined);
  });

  it('are those that run, and not the cluster itself', async () => {
    const dataDir = realpathSync(mkdtempSync(join(tmpdir(), 'orrery-neighbour-')));
    const layout = layoutOf(dataDir);
    keepCommand(layout, 'sleeper', ['/bin/sleep', '1000']);
    assert.ok(neighbours('/elsewhere').includes(dataDir));
    assert.ok(!neighbours(dataDir).includes(dataDir));
    assert.throws(
      () => requireNoNeighbour('/elsewhere'),
      /another cluster, that in .*: run 'sudo \.\/orrery down --data-dir /,
    );
    await stopProcess(layout, 'sleeper', systemClock);
    assert.ok(!neighbours('/elsewhere').includes(dataDir));
    rmSync(dataDir, { recursive: true });
  });
});
