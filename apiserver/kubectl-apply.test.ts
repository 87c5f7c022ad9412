/** Server-side apply as unmodified kubectls do it. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestCluster, type TestCluster } from './testing/cluster.js';
import { Kubectl, kubectls } from './testing/kubectl.js';

const service = (port: number, label = ''): string => `
apiVersion: v1
kind: Service
metadata: {name: web, labels: {tier: front${label}}}
spec:
  selector: {app: web}
  ports: [{port: ${port}, name: http}]
`;

for (const { path, version } of kubectls()) {
  describe(`kubectl apply --server-side ${version}`, function () {
    this.timeout(60_000);
    let cluster: TestCluster;
    let file: string;
    let kubectl: Kubectl;

    before(async () => {
      cluster = await startTestCluster();
      file = join(cluster.dataDir, 'service.yaml');
      kubectl = new Kubectl(path, cluster);
    });
    after(() => cluster?.remove());

    const apply = async (manifest: string, ...flags: string[]): Promise<string> => {
      await writeFile(file, manifest);
      return kubectl.ok('apply', '--server-side', '-f', file, ...flags);
    };
    const field = (path: string): Promise<string> => kubectl.ok('get', 'service', 'web', '-o', `jsonpath={${path}}`);

    it('creates, changes, and leaves alone', async () => {
      assert.match(await apply(service(80)), /service\/web serverside-applied/);
      const version = await field('.metadata.resourceVersion');
      await apply(service(80));
      assert.equal(await field('.metadata.resourceVersion'), version);
      await apply(service(81, ', more: "1"'));
      assert.equal(await field('.spec.ports[*].port'), '81');
      await apply(service(81));
      assert.equal(await field('.metadata.labels.more'), '');
    });

    it('shows who owns what, when asked', async () => {
      const old = /no such flag|unknown flag/.test((await kubectl.run('get', '--show-managed-fields')).err);
      const flags = old ? [] : ['--show-managed-fields'];
      const shown = await kubectl.ok('get', 'service', 'web', '-o', 'yaml', ...flags);
      assert.match(shown, /k:\{"port":81,"protocol":"TCP"\}/);
      assert.match(shown, /manager: kubectl\n\s+operation: Apply/);
    });

    it('conflicts with another owner, and takes over by force', async () => {
      await kubectl.ok('label', '--overwrite', 'service', 'web', 'tier=back');
      await writeFile(file, service(81));
      const said = await kubectl.fails('apply', '--server-side', '-f', file);
      assert.match(
        said,
        /Apply failed with 1 conflict: conflict with "kubectl(-label)?" using v1: \.metadata\.labels\.tier/,
      );
      await apply(service(81), '--force-conflicts');
      assert.equal(await field('.metadata.labels.tier'), 'front');
    });

    it('shows a difference without making it', async () => {
      await writeFile(file, service(82));
      const { code, out } = await kubectl.run('diff', '--server-side', '-f', file);
      assert.equal(code, 1, out);
      assert.match(out, /^\+ +(- )?port: 82$/m);
      assert.equal(await field('.spec.ports[*].port'), '81');
      await writeFile(file, service(81));
      assert.equal((await kubectl.run('diff', '--server-side', '-f', file)).code, 0);
    });

    it('takes over what it applied from the client', async () => {
      await kubectl.ok('delete', 'service', 'web');
      await writeFile(file, service(80, ', more: "1"'));
      await kubectl.ok('apply', '-f', file);
      await apply(service(80, ', more: "2"'));
      assert.equal(await field('.metadata.labels.more'), '2');
      await writeFile(file, service(80, ', more: "3"'));
      await kubectl.ok('apply', '-f', file);
      assert.equal(await field('.metadata.labels.more'), '3');
    });
  });
}
