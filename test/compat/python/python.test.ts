import assert from 'node:assert/strict';
import { startTestCluster, type TestCluster } from '../../../apiserver/testing/cluster.js';
import { cannotRunNode, type Lab, openLab } from '../../e2e/lab.js';
import { pythonWithClient, runTests, testsOf } from './python.js';

const python = pythonWithClient();
const missing = python ? undefined : "no Python client: install Debian's python3-kubernetes to run these";

describe("Debian's Python client against the API server", function () {
  this.timeout(120_000);
  let cluster: TestCluster | undefined;
  let outcome: (name: string) => string;

  before(async function () {
    if (!python) {
      console.log(`      skipped: ${missing}`);
      return this.skip();
    }
    cluster = await startTestCluster();
    outcome = await runTests('api_test.py', { python, kubeconfig: cluster.pki.kubeconfig.admin });
  });
  after(() => cluster?.remove());

  for (const name of testsOf('api_test.py'))
    it(name.slice('test_'.length).replaceAll('_', ' '), () => assert.equal(outcome(name), 'ok'));
});

describe("Debian's Python client in a living cluster", function () {
  this.timeout(180_000);
  let lab: Lab | undefined;
  let outcome: (name: string) => string;

  before(async function () {
    const reason = missing ?? cannotRunNode();
    if (!python || reason) {
      console.log(`      skipped: ${reason}`);
      return this.skip();
    }
    lab = openLab();
    await lab.orrery('up', '--data-dir', lab.dataDir, '--node-name', 'lab');
    const kubeconfig = lab.env.KUBECONFIG ?? '';
    outcome = await runTests('node_test.py', { python, kubeconfig, prefix: ['nsenter', `--net=${lab.netns}`] });
  });
  after(() => lab?.close());

  for (const name of testsOf('node_test.py'))
    it(name.slice('test_'.length).replaceAll('_', ' '), () => assert.equal(outcome(name), 'ok'));
});
