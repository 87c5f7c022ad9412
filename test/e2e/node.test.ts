/** The node of a living cluster, sentence by sentence: what a pod asks for is what its containers get. */
import { causes } from './node/causes.js';
import { debug } from './node/debug.js';
import { environment } from './node/environment.js';
import { files } from './node/files.js';
import { limits } from './node/limits.js';
import { lives } from './node/lives.js';
import { logs } from './node/logs.js';
import { lostNode } from './node/lost-node.js';
import { network } from './node/network.js';
import { own } from './node/own.js';
import { probes } from './node/probes.js';
import { cannotOpenScene, openScene, type Part, type Scene } from './node/scene.js';

const parts: [what: string, Part][] = [
  ['environment and command', environment],
  ['volumes', files],
  ['limits', limits],
  ['probes', probes],
  ['logs', logs],
  ['services and addresses', network],
  ['lives and ends', lives],
  ['what is its own', own],
  ['causes', causes],
  ['containers that look into others', debug],
  ['a lost node', lostNode],
];

describe('a living node', function () {
  this.timeout(120_000);
  let scene: Scene;
  before(async function () {
    const reason = cannotOpenScene();
    if (reason) {
      console.log(`      skipped: a living node: ${reason}`);
      return this.skip();
    }
    scene = await openScene();
    // All at once: the tests that wait for a back-off wait together.
    await scene.create(parts.flatMap(([, part]) => part.objects));
  });
  after(() => scene?.close());

  for (const [what, part] of parts) describe(what, () => part.tests(() => scene));
});
