/** Unmodified kubectls against a server in this process. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestCluster, type TestCluster } from './testing/cluster.js';
import { Kubectl, kubectls } from './testing/kubectl.js';

const manifest = (value: string): string => `
apiVersion: v1
kind: ReplicationController
metadata: {name: web}
spec:
  replicas: 2
  selector: {app: web}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: one, labels: {app: one}}
spec: {containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {value: "${value}"}
`;

for (const { path, version } of kubectls()) {
  describe(`kubectl ${version}`, function () {
    this.timeout(60_000);
    let cluster: TestCluster;
    let file: string;

    let at: Kubectl;
    const kubectl = (...args: string[]) => at.run(...args);
    const ok = (...args: string[]) => at.ok(...args);
    const fails = (...args: string[]) => at.fails(...args);

    before(async () => {
      cluster = await startTestCluster();
      at = new Kubectl(path, cluster);
      file = join(cluster.dataDir, 'manifest.yaml');
      await ok('create', 'serviceaccount', 'default'); // there is no controller here to make it
    });
    after(() => cluster?.remove());

    it('knows the server', async () => {
      assert.match(await ok('version'), /v1\.36\.0\+orrery/);
      assert.match(await ok('cluster-info'), /is running at/);
      assert.match(await ok('api-versions'), /rbac\.authorization\.k8s\.io\/v1/);
    });

    it('knows who it is, and what it may do', async () => {
      if (/unknown command/.test((await kubectl('auth', 'whoami')).err)) return; // older than the question
      assert.match(await ok('auth', 'whoami'), /^Username +kubernetes-admin$/m);
      assert.match(
        await ok('auth', 'whoami', '--as', 'joe', '--as-group', 'dev'),
        /^Groups +\[dev system:authenticated\]$/m,
      );
      assert.equal((await kubectl('auth', 'can-i', 'delete', 'nodes', '--as', 'joe')).out.trim(), 'no');
    });

    it('finds resources, and explains them', async () => {
      const resources = await ok('api-resources');
      assert.match(resources, /^pods +po +v1 +true +Pod$/m);
      assert.match(resources, /^endpointslices +discovery\.k8s\.io\/v1 +true +EndpointSlice$/m);
      assert.match(await ok('explain', 'pod.spec.containers.image'), /FIELD: +image <string>/);
      assert.match(
        await ok('explain', 'rc.spec'),
        /template\t<\w+>\s+PodTemplateSpec describes the data a pod should have/,
      );
      assert.match(await fails('get', 'unicorns'), /the server doesn't have a resource type "unicorns"/);
    });

    it('applies, and applies again', async () => {
      await writeFile(file, manifest('1'));
      const first = await ok('apply', '-f', file);
      assert.match(
        first,
        /replicationcontroller\/web created\nservice\/web created\npod\/one created\nconfigmap\/settings created/,
      );
      await writeFile(file, manifest('2'));
      const second = await ok('apply', '-f', file);
      assert.match(
        second,
        /replicationcontroller\/web unchanged\nservice\/web unchanged\npod\/one unchanged\nconfigmap\/settings configured/,
      );
      assert.equal(await ok('get', 'configmap', 'settings', '-o', 'jsonpath={.data.value}'), '2');
    });

    it('gets', async () => {
      assert.match(
        await ok('get', 'all', '-o', 'wide'),
        /^service\/web +NodePort +10\.96\.\d+\.\d+ +<none> +80:30080\/TCP .* app=web$/m,
      );
      assert.match(await ok('get', 'rc', 'web'), /^NAME +DESIRED +CURRENT +READY +AGE\nweb +2 +0 +0 /);
      assert.match(
        await ok('get', 'pods', '-A'),
        /^NAMESPACE +NAME +READY +STATUS +RESTARTS +AGE\ndefault +one +0\/1 +Pending +0 /,
      );
      assert.equal(await ok('get', 'pods', '-l', 'app=one', '-o', 'name'), 'pod/one\n');
      assert.equal(await ok('get', 'pods', '--field-selector', 'metadata.name=one', '-o', 'name'), 'pod/one\n');
      assert.match(await fails('get', 'pod', 'two'), /^Error from server \(NotFound\): pods "two" not found/);
    });

    it('describes', async () => {
      assert.match(await ok('describe', 'pod', 'one'), /Name: +one\nNamespace: +default/);
      assert.match(await ok('describe', 'service', 'web'), /NodePort: +<unset> +30080\/TCP/);
      assert.match(await ok('describe', 'rc', 'web'), /Replicas: +0 current \/ 2 desired/);
      assert.match(await ok('describe', 'namespace', 'default'), /Status: +Active/);
    });

    it('scales, labels, annotates and patches', async () => {
      await ok('scale', 'rc', 'web', '--replicas=5');
      assert.equal(await ok('get', 'rc', 'web', '-o', 'jsonpath={.spec.replicas}'), '5');
      await ok('label', 'pod', 'one', 'tier=front');
      await ok('annotate', 'pod', 'one', 'note=hello');
      assert.match(await fails('label', 'pod', 'one', 'tier=back'), /already has a value/);
      await ok('patch', 'configmap', 'settings', '-p', '{"data":{"other":"x"}}');
      await ok('patch', 'configmap', 'settings', '--type=json', '-p', '[{"op":"remove","path":"/data/other"}]');
      assert.equal(await ok('get', 'configmap', 'settings', '-o', 'jsonpath={.data}'), '{"value":"2"}');
    });

    it('creates, in whichever format it likes', async () => {
      await ok('create', 'namespace', 'lab');
      await ok('create', 'configmap', 'made', '-n', 'lab', '--from-literal=a=b');
      await ok('create', 'secret', 'generic', 'made', '-n', 'lab', '--from-literal=password=hunter2');
      assert.equal(await ok('get', 'secret', 'made', '-n', 'lab', '-o', 'jsonpath={.data.password}'), 'aHVudGVyMg==');
      await ok('create', 'clusterrole', 'reader', '--verb=get,list', '--resource=pods');
      await ok('create', 'rolebinding', 'jane', '--clusterrole=reader', '--user=jane');
      assert.match(await ok('auth', 'can-i', 'list', 'pods', '--as=jane'), /^yes/);
      assert.match(
        await fails('delete', 'pod', 'one', '--as=jane'),
        /User "jane" cannot delete resource "pods" in API group "" in the namespace "default"/,
      );
    });

    it('is told what is wrong', async () => {
      await writeFile(file, manifest('1').replace('image: nginx', 'image: nginx, imagePullPolice: Never'));
      assert.match(await fails('apply', '-f', file), /imagePullPolice/);
      await writeFile(file, manifest('1').replace('nodePort: 30080', 'nodePort: 80'));
      assert.match(await fails('apply', '-f', file), /provided port is not in the valid range/);
      assert.match(await fails('create', 'configmap', 'Not_A_Name'), /a lowercase RFC 1123 subdomain must consist of/);
    });

    it('pages, and watches', async () => {
      for (const name of ['a', 'b', 'c', 'd', 'e']) await ok('create', 'configmap', name, '-n', 'lab');
      const names = await ok('get', 'configmaps', '-n', 'lab', '--chunk-size=2', '-o', 'name');
      assert.equal(names.trim().split('\n').length, 6);
      const watching = spawn(path, ['get', 'configmaps', '-n', 'lab', '-w', '-o', 'name'], { env: at.env });
      const seen = new Promise<void>(resolve => {
        let out = '';
        watching.stdout.on('data', chunk => {
          out += chunk;
          if (out.includes('configmap/e\n') && !out.includes('configmap/late'))
            void ok('create', 'configmap', 'late', '-n', 'lab');
          if (out.includes('configmap/late')) resolve();
        });
      });
      await seen;
      watching.kill();
    });

    it('deletes', async () => {
      await writeFile(file, manifest('1'));
      await ok('delete', '-f', file);
      assert.match((await kubectl('get', 'rc,pods,configmaps')).err, /No resources found/);
      await ok('delete', 'namespace', 'lab', '--wait=false');
      assert.equal(await ok('get', 'namespace', 'lab', '-o', 'jsonpath={.status.phase}'), 'Terminating');
    });
  });
}
