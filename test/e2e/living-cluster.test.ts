/** The acceptance of the whole: real containers, iptables and etcd, driven by the CLI as a user would. */
import { etcdMissing } from '../../storage/contract/etcd-server.js';
import { driveWithKubectl } from './kubectl-scenario.js';
import { cannotRunNode, type Lab, openLab } from './lab.js';
import { rollsOut } from './rollout-scenario.js';
import { leavesNothing, restarts, selfHeal, serviceBalance, sharedVolume } from './scenarios.js';
import { keepsWorkloads } from './workloads-scenario.js';

const present = (what: string, reason: string | undefined): boolean => {
  if (reason) console.log(`      skipped: ${what}: ${reason}`);
  return reason === undefined;
};

/** Each datastore gets a cluster of its own, and the same must hold on both. */
const datastores: [what: string, missing: () => string | undefined, flags: (lab: Lab) => Promise<string[]>][] = [
  ['the embedded store', () => undefined, async () => []],
  ['etcd', etcdMissing, async lab => ['--datastore', `etcd://${await lab.startEtcd()}`]],
];

describe('a living cluster', function () {
  this.timeout(120_000);
  for (const [what, missing, flags] of datastores) {
    describe(`on ${what}`, () => {
      let lab: Lab;
      before(async function () {
        if (!present(`a living cluster on ${what}`, cannotRunNode() ?? missing())) return this.skip();
        lab = openLab();
        await lab.orrery('up', '--data-dir', lab.dataDir, '--node-name', 'lab', ...(await flags(lab)));
      });
      after(() => lab?.close());
      const labOf = (): Lab => lab;
      sharedVolume(labOf);
      serviceBalance(labOf);
      selfHeal(labOf);
      rollsOut(labOf);
      keepsWorkloads(labOf);
      restarts(labOf);
      driveWithKubectl(labOf);
      leavesNothing(labOf);
    });
  }
});
