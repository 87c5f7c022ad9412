/** The verbs of kubectl that need no node, old and new, each as people use it. (Those that do: test/e2e/streaming.test.ts.) */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestCluster, type TestCluster } from '../../apiserver/testing/cluster.js';
import { Kubectl, kubectls } from '../../apiserver/testing/kubectl.js';

const manifest = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: "nginx:1", ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, labels: {app: web}}
data: {colour: red}
`;

for (const { path: binary, version, minor } of kubectls()) {
  describe(`the verbs of kubectl ${version}`, function () {
    this.timeout(60_000);
    let cluster: TestCluster;
    let at: Kubectl;
    const ok = (args: string): Promise<string> => at.ok(...args.split(' '));
    const fails = (args: string): Promise<string> => at.fails(...args.split(' '));
    const json = async (args: string) => JSON.parse(await ok(`get ${args} -o json`));
    const file = async (name: string, text: string): Promise<string> => {
      const path = join(cluster.dataDir, name);
      await writeFile(path, text);
      return path;
    };

    before(async () => {
      cluster = await startTestCluster();
      at = new Kubectl(binary, cluster);
      await ok('create serviceaccount default');
      await ok(`apply -f ${await file('web.yaml', manifest)}`);
      await ok(`create -f ${await file('node.json', '{"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"}}')}`);
    });
    after(() => cluster?.remove());

    it('create: each thing that it has a word for', async () => {
      const things = [
        'clusterrolebinding b1 --clusterrole=view --group=readers',
        'configmap c1 --from-literal=a=b',
        'cronjob j1 --image=busybox --schedule=*/5_*_*_*_* -- date',
        'deployment d1 --image=nginx',
        'job j2 --image=busybox -- date',
        'namespace n1',
        'poddisruptionbudget p1 --selector=app=web --min-available=1',
        'priorityclass high --value=1000 --description=high',
        'quota q1 --hard=count/secrets=20,pods=50',
        'role r1 --verb=get --resource=pods,pods/log',
        'rolebinding rb1 --role=r1 --serviceaccount=default:default',
        'secret generic s1 --from-literal=a=b',
        'secret docker-registry s2 --docker-username=u --docker-password=p --docker-email=e@x',
        'service clusterip cs1 --tcp=80:8080',
        'service nodeport cs2 --tcp=80',
        'service externalname cs3 --external-name=example.com',
        'serviceaccount sa1',
        'ingress i1 --rule=example.com/*=web:80',
        // Before 1.21 it knew no CronJob of batch/v1.
        ...(minor >= 21 ? ['job j3 --from=cronjob/j1'] : []),
        ...(minor >= 24 ? ['token default --duration=1h --audience=x'] : []),
      ];
      for (const thing of things) {
        const args = `create ${thing}`.split(' ').map(word => (word.includes('_*') ? word.replaceAll('_', ' ') : word));
        assert.match(await at.ok(...args), thing.startsWith('token') ? /^ey/ : /created$/m, thing);
      }
      assert.equal((await json('cronjob j1')).spec.schedule, '*/5 * * * *');
      if (minor < 21) return;
      assert.equal((await json('job j3')).metadata.annotations['cronjob.kubernetes.io/instantiate'], 'manual');
    });

    it('run and expose', async () => {
      await ok('run one --image=nginx --port=80 --labels=app=one --env=A=b');
      assert.match(await ok('run two --image=nginx --dry-run=server -o name'), /^pod\/two$/m);
      assert.match(await ok('expose pod one --port=80 --name=one'), /service\/one exposed/);
      assert.match(await ok('expose deployment web --port=80 --target-port=8080 --type=NodePort'), /exposed/);
      const { spec } = await json('service web');
      assert.deepEqual([spec.selector, spec.ports[0].targetPort], [{ app: 'web' }, 8080]);
    });

    it('get, in every shape', async () => {
      assert.match(await ok('get deployments,configmaps -l app=web'), /^deployment.apps\/web +0\/2 /m);
      assert.match(await ok('get cm settings -o yaml'), /^ {2}colour: red$/m);
      assert.equal(await ok('get cm settings -o go-template={{.data.colour}}'), 'red');
      assert.match(await ok('get cm -o custom-columns=N:.metadata.name,C:.data.colour'), /^settings +red$/m);
      assert.match(await ok('get cm --sort-by=.metadata.name --show-labels'), /^settings .* app=web$/m);
      assert.match(await ok('get all -A'), /^default +service\/kubernetes/m);
      assert.match(
        await ok('get deploy web --show-managed-fields -o yaml').catch(() => 'managedFields:'),
        /managedFields:/,
      );
      assert.match(await ok('get --raw /apis/apps/v1'), /"APIResourceList"/);
      assert.match(await ok('get ns default -o jsonpath={.status.phase}'), /^Active$/);
      assert.match(await fails('get cm nope'), /configmaps "nope" not found/);
    });

    it('describe, of every kind that there is', async () => {
      const kinds = [
        'node',
        'pod',
        'deployment',
        'service',
        'secret',
        'serviceaccount',
        'role',
        'rolebinding',
        'quota',
      ];
      for (const kind of [
        ...kinds,
        'cronjob',
        'job',
        'pdb',
        'priorityclass',
        'ingress',
        'clusterrolebinding',
        'endpoints',
      ]) {
        assert.match(await ok(`describe ${kind}`), /^Name: /m, kind);
      }
    });

    it('what tells of the cluster or of kubectl itself', async () => {
      const said: [string, RegExp][] = [
        ['version', /v1\.36\.0/],
        ['cluster-info', /is running at/],
        [`cluster-info dump --output-directory=${join(cluster.dataDir, 'dump')}`, /dumped to/],
        ['api-versions', /^apps\/v1$/m],
        ['api-resources --namespaced=false', /^nodes +no /m],
        ['config view --minify', /current-context:/],
        ['config current-context', /\S/],
        ['completion bash', /bash completion/],
        ['options', /--kubeconfig/],
      ];
      for (const [args, expected] of said) assert.match(await ok(args), expected, args);
      const dumped = JSON.parse(await readFile(join(cluster.dataDir, 'dump', 'default', 'deployments.json'), 'utf8'));
      const names = dumped.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
      assert.ok(names.includes('web'), names.join());
    });

    it('explain, with all that is below', async () => {
      for (const what of ['pods', 'deployment.spec.strategy', 'crd.spec']) {
        const said = await ok(`explain ${what} --recursive`);
        assert.match(said, /^(KIND|VERSION|GROUP): /m);
        assert.match(said, /<(?:string|\[\]?\w+|Object|boolean|integer|\w+)>/);
      }
      assert.match(await ok('explain pods --recursive'), /^ +terminationGracePeriodSeconds\s+<integer>$/m);
    });

    it('diff and apply, which judges what it is given', async () => {
      const path = await file('changed.yaml', manifest.replace('colour: red', 'colour: blue'));
      const { code, out } = await at.run('diff', '-f', path);
      assert.equal(code, 1);
      assert.match(out, /^-\s+colour: red\n\+\s+colour: blue$/m);
      const wrong = await file(
        'wrong.yaml',
        manifest.replace('replicas: 2', 'replicas: two').replace('image:', 'imag:'),
      );
      assert.match(await fails(`apply -f ${wrong}`), /imag|replicas/);
      assert.match(await ok(`apply -f ${path}`), /configmap\/settings configured/);
      assert.match(await ok(`apply view-last-applied cm/settings`), /colour: blue/);
      // Old ones ask of kinds that have gone, unless they are told which to look at.
      const kinds = minor < 26 ? '--prune-whitelist=core/v1/ConfigMap' : '--prune-allowlist=core/v1/ConfigMap';
      await ok('create cm stray');
      await ok('label cm stray app=web');
      await at.ok('annotate', 'cm', 'stray', 'kubectl.kubernetes.io/last-applied-configuration={}');
      assert.match(await ok(`apply -f ${path} --prune -l app=web ${kinds}`), /configmap\/stray pruned/);
    });

    it('apply of a set, which takes away what left it', async () => {
      if (minor < 27) return;
      at.settings.KUBECTL_APPLYSET = 'true';
      const maps = (...names: string[]): Promise<string> =>
        file(
          'set.yaml',
          names.map(name => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`).join('---\n'),
        );
      const apply = async (...names: string[]): Promise<string> =>
        ok(`apply -n default -f ${await maps(...names)} --prune --applyset=set`);
      assert.match(await apply('in', 'out'), /configmap\/out created/);
      assert.match(await apply('in'), /configmap\/out pruned/);
      assert.match(await fails('get cm out'), /not found/);
      const { metadata } = await json('secret set');
      assert.equal(metadata.annotations['applyset.kubernetes.io/contains-group-kinds'], 'ConfigMap');
    });

    it('edit', async () => {
      const editor = await file('editor.sh', '#!/bin/sh\nsed -i s/blue/green/ "$1"\n');
      at.settings.KUBE_EDITOR = `sh ${editor}`;
      assert.match(await ok('edit cm settings'), /configmap\/settings edited/);
      assert.equal((await json('cm settings')).data.colour, 'green');
    });

    it('replace, also by force', async () => {
      const path = await file(
        'new.json',
        JSON.stringify({ ...(await json('cm settings')), data: { colour: 'white' } }),
      );
      assert.match(await ok(`replace -f ${path}`), /configmap\/settings replaced/);
      assert.match(await fails(`replace -f ${path}`), /the object has been modified/);
      const bare = await file(
        'bare.yaml',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {colour: black}\n',
      );
      assert.match(await ok(`replace --force -f ${bare}`), /configmap "?\/?settings"? (deleted|replaced)/);
      assert.equal((await json('cm settings')).data.colour, 'black');
    });

    it('set, label, annotate, patch, scale, autoscale', async () => {
      await ok('set image deployment/web c=nginx:2');
      await ok('set env deployment/web A=b');
      await ok('set resources deployment/web --limits=cpu=200m,memory=64Mi');
      await ok('set serviceaccount deployment/web sa1');
      await ok('set selector service/one app=two');
      await ok('set subject rolebinding rb1 --user=jane');
      const { spec } = (await json('deployment web')).spec.template;
      assert.deepEqual(
        [
          spec.containers[0].image,
          spec.containers[0].env,
          spec.containers[0].resources.limits,
          spec.serviceAccountName,
        ],
        ['nginx:2', [{ name: 'A', value: 'b' }], { cpu: '200m', memory: '64Mi' }, 'sa1'],
      );
      await ok('label cm settings tier=back --overwrite');
      await ok('annotate cm settings note=x');
      assert.match(await ok('label cm settings tier-'), /labeled|unlabeled/);
      await at.ok('patch', 'cm', 'settings', '-p', '{"data":{"more":"yes"}}');
      await ok('scale deployment web --replicas=3 --current-replicas=2');
      assert.match(
        await fails('scale deployment web --replicas=4 --current-replicas=2'),
        /[Ee]xpected replicas to be 2, was 3/,
      );
      await ok('autoscale deployment web --min=1 --max=5 --cpu-percent=80');
      assert.equal((await json('hpa web')).spec.maxReplicas, 5);
    });

    it('subresources, by name', async () => {
      if (minor < 24) return;
      const scale = await at.ok(
        ...['patch', 'deployment', 'web', '--subresource=scale', '--type=merge', '-p', '{"spec":{"replicas":3}}'],
      );
      assert.match(scale, /web patched/);
      assert.equal((await json('deployment web --subresource=scale')).spec.replicas, 3);
      const editor = await file('status.sh', `#!/bin/sh\nsed -i 's/^status: {}/status: {replicas: 3}/' "$1"\n`);
      at.settings.KUBE_EDITOR = `sh ${editor}`;
      assert.match(await ok('edit deployment web --subresource=status'), /web edited/);
      assert.equal((await json('deployment web')).status.replicas, 3);
    });

    it('rollout', async () => {
      assert.match(await ok('rollout restart deployment/web'), /restarted/);
      assert.match(await ok('rollout pause deployment/web'), /paused/);
      assert.match(await ok('rollout resume deployment/web'), /resumed/);
      assert.match(await ok('rollout history deployment/web'), /deployment.apps\/web/);
    });

    it('cordon, drain, uncordon and taint', async () => {
      await ok('cordon n1');
      assert.equal((await json('node n1')).spec.unschedulable, true);
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'there' } };
      const spec = { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] };
      await ok(`create -f ${await file('there.json', JSON.stringify({ ...pod, spec }))}`);
      const drained = await ok('drain n1 --force --grace-period=0 --ignore-daemonsets --timeout=20s');
      assert.match(drained, /pod\/there evicted/);
      assert.match(await fails('get pod there'), /not found/);
      await ok('uncordon n1');
      assert.equal((await json('node n1')).spec.unschedulable, undefined);
      await ok('taint nodes n1 key=value:NoSchedule');
      assert.deepEqual(
        (await json('node n1')).spec.taints.filter(({ key }: { key: string }) => key === 'key'),
        [{ key: 'key', value: 'value', effect: 'NoSchedule' }],
      );
      assert.match(await ok('taint nodes n1 key:NoSchedule-'), /untainted/);
    });

    it('auth', async () => {
      assert.match(
        await ok('auth can-i --list --as=system:serviceaccount:default:default'),
        /selfsubjectaccessreviews/,
      );
      assert.equal((await at.run('auth', 'can-i', 'get', 'pods', '--as=jane')).out.trim(), 'yes');
      const roles = [
        'apiVersion: rbac.authorization.k8s.io/v1',
        'kind: Role',
        'metadata: {name: r1, namespace: default}',
        'rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]',
      ];
      assert.match(await ok(`auth reconcile -f ${await file('role.yaml', roles.join('\n'))}`), /reconciled/);
      assert.equal((await json('role r1')).rules.length, 2, 'it adds, and takes nothing away');
    });

    it('wait', async () => {
      const waiting = ok('wait --for=condition=Ready pod/one --timeout=20s');
      const ready = { status: { conditions: [{ type: 'Ready', status: 'True' }] } };
      const raw = (await json('pod one')) as { status: object };
      const path = await file('ready.json', JSON.stringify({ ...raw, status: { ...raw.status, ...ready.status } }));
      if (minor >= 24) await at.ok('patch', 'pod', 'one', '--subresource=status', '-p', JSON.stringify(ready));
      else await ok(`replace --raw /api/v1/namespaces/default/pods/one/status -f ${path}`);
      assert.match(await waiting, /pod\/one condition met/);
      await at.ok('patch', 'cm', 'settings', '-p', '{"metadata":{"finalizers":["example.com/hold"]}}');
      const gone = ok('delete cm settings --timeout=20s');
      while (!(await json('cm settings')).metadata.deletionTimestamp);
      await at.ok('patch', 'cm', 'settings', '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
      assert.match(await gone, /deleted/);
      if (minor >= 23) assert.match(await ok('wait --for=jsonpath={.spec.replicas}=3 deployment/web'), /condition met/);
      if (minor < 31) return;
      const come = ok('wait --for=create cm/late --timeout=20s');
      await ok('create cm late');
      assert.match(await come, /configmap\/late condition met/);
    });

    it('kustomize', async () => {
      const folder = join(cluster.dataDir, 'kustom');
      await mkdir(folder, { recursive: true });
      await file(
        'kustom/kustomization.yaml',
        'namePrefix: my-\nconfigMapGenerator:\n- name: made\n  literals: [a=b]\n',
      );
      assert.match(await ok(`kustomize ${folder}`), /name: my-made-/);
      assert.match(await ok(`apply -k ${folder}`), /configmap\/my-made-\w+ created/);
      assert.match(await ok(`delete -k ${folder}`), /deleted/);
    });

    it('proxy', async () => {
      const child = spawn(binary, ['proxy', '--port=0'], { env: at.env });
      try {
        const port = await new Promise<string>(resolve => {
          let said = '';
          child.stdout.on('data', chunk => {
            said += chunk;
            const found = /127\.0\.0\.1:(\d+)/.exec(said)?.[1];
            if (found) resolve(found);
          });
        });
        const answer = await fetch(`http://127.0.0.1:${port}/api/v1/namespaces/default`);
        assert.equal(((await answer.json()) as { kind: string }).kind, 'Namespace');
      } finally {
        child.kill();
      }
    });

    it('debug: a container beside those of a pod, or a copy of it', async () => {
      if (minor < 24) return; // Older ones ask for ephemeral containers in a form that only servers of their time had.
      await ok('debug one --image=busybox --attach=false --container=look -- sleep 9');
      assert.equal((await json('pod one')).spec.ephemeralContainers[0].name, 'look');
      if (minor >= 30) {
        await ok('debug one --image=busybox --attach=false --container=safe --profile=restricted -- sleep 9');
        assert.equal((await json('pod one')).spec.ephemeralContainers[1].securityContext.runAsNonRoot, true);
      }
      await ok('debug one --image=busybox --attach=false --copy-to=two');
      assert.equal((await json('pod two')).spec.containers.length, 2);
    });

    it('events and top: what nobody tells is said to be missing', async () => {
      if (minor >= 26) assert.match((await at.run('events')).err, /No events found in default namespace/);
      assert.match(await fails('top nodes'), /metrics not available yet/i);
    });

    it('delete: by name, by label, all of a kind, a namespace', async () => {
      await ok('delete deployment d1');
      await ok('delete all -l app=one --wait=false');
      await ok('delete cm --all -n n1');
      await ok('delete cronjob,job --all --wait=false');
      await ok('delete ns n1 --wait=false');
      assert.equal((await json('ns n1')).status.phase, 'Terminating');
      assert.match(
        await fails('delete ns default'),
        /namespaces "default" is forbidden: this namespace may not be deleted/,
      );
    });
  });
}
