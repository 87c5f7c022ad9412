/** What the node tells of itself and of its pods, and what it does of its own: through the real API server. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod } from '../../../api/types.js';
import { eventually } from '../lab.js';
import { idle, image, isReady, type Part, pod, restartsOf, type Scene, shell, statusOf } from './scene.js';

const size = (cpu: string, memory: string) => ({
  resources: { limits: { cpu, memory }, requests: { cpu, memory } },
});

const raw = (scene: Scene, path: string): Promise<string> => scene.kubectl('get', '--raw', path);
const node = '/api/v1/nodes/lab/proxy';

/** The code and the answer of a kubelet that is asked by itself, with a token. */
async function askKubelet({ lab }: Scene, url: string, token: string): Promise<string> {
  const script = `const [, url, token] = process.argv;
    require('https').get(url, { headers: { authorization: 'Bearer ' + token }, rejectUnauthorized: false }, answer => {
      process.stdout.write(answer.statusCode + '\\n');
      answer.pipe(process.stdout);
    });`;
  return (await lab.run(process.execPath, ['-e', script, url, token])).stdout;
}

export const own: Part = {
  objects: [
    pod('measured', shell('echo measured; while :; do :; done', size('200m', '32Mi'))),
    pod('resized', shell(idle, size('100m', '32Mi'))),
    pod('too-large', shell(idle, size('1000', '1Gi'))),
  ],

  tests(scene) {
    it('what its pods use is told to whoever may ask the API server for it', async () => {
      await scene().pods.until('measured', 'ready', isReady);
      interface Told {
        podRef: { name: string };
        cpu?: { usageCoreNanoSeconds: number };
        containers: { name: string; memory?: { workingSetBytes: number } }[];
      }
      const told = await eventually(
        async () => {
          const { pods } = JSON.parse(await raw(scene(), `${node}/stats/summary`)) as { pods: Told[] };
          return pods.find(one => one.podRef.name === 'measured');
        },
        found =>
          (found?.cpu?.usageCoreNanoSeconds ?? 0) > 0 && (found?.containers[0]?.memory?.workingSetBytes ?? 0) > 0,
      );
      assert.equal(told?.containers[0]?.name, 'c');
      const resources = await raw(scene(), `${node}/metrics/resource`);
      assert.match(
        resources,
        /^container_cpu_usage_seconds_total\{container="c",namespace="default",pod="measured"\} /m,
      );
      assert.match(await raw(scene(), `${node}/metrics`), /^kubelet_running_pods [1-9]/m);
      assert.equal(await raw(scene(), `${node}/healthz`), 'ok');
      assert.match(await raw(scene(), `${node}/pods`), /"measured"/);
    });

    it('shows what its control groups use, what it was told to do, and what it cannot do', async () => {
      await scene().pods.until('measured', 'ready', isReady);
      const ofContainer =
        /^container_cpu_usage_seconds_total\{container="c",.*namespace="default",pod="measured",cpu="total"\} /m;
      assert.match(await raw(scene(), `${node}/metrics/cadvisor`), ofContainer);
      assert.match(await raw(scene(), `${node}/metrics/probes`), /^# TYPE prober_probe_total counter$/m);
      const { kubeletconfig } = JSON.parse(await raw(scene(), `${node}/configz`));
      assert.deepEqual(
        [kubeletconfig.kind, kubeletconfig.evictionHard['memory.available']],
        ['KubeletConfiguration', '100Mi'],
      );
      const running = JSON.parse(await raw(scene(), `${node}/runningpods/`)) as { items: Pod[] };
      assert.ok(running.items.some(({ metadata }) => metadata.name === 'measured'));
      const path = `${node}/checkpoint/default/measured/c`;
      const { code, stderr } = await scene().tryKubectl(['create', '--raw', path, '-f', '-'], '{}');
      assert.notEqual(code, 0, 'a containerd that can make checkpoints asks for another test');
      assert.match(stderr, /checkpointing of default\/measured\/c failed/);
    });

    it('lets whoever may see its metrics see those alone', async () => {
      await scene().kubectl('create', 'clusterrole', 'watcher', '--verb=get', '--resource=nodes/metrics');
      await scene().kubectl(
        'create',
        'clusterrolebinding',
        'watcher',
        '--clusterrole=watcher',
        '--serviceaccount=default:watcher',
      );
      await scene().kubectl('create', 'serviceaccount', 'watcher');
      const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
      const path = '/api/v1/namespaces/default/serviceaccounts/watcher/token';
      const asked = await scene().tryKubectl(['create', '--raw', path, '-f', '-'], JSON.stringify(request));
      assert.equal(asked.code, 0, asked.stderr);
      const { token } = JSON.parse(asked.stdout).status;
      const { status } = JSON.parse(await scene().kubectl('get', 'node', 'lab', '-o', 'json'));
      const address = status.addresses.find((one: { type: string }) => one.type === 'InternalIP').address;
      const ask = (where: string) => askKubelet(scene(), `https://${address}:10250${where}`, token);
      assert.equal((await ask('/metrics/cadvisor')).split('\n')[0], '200');
      const refused = await ask('/pods');
      assert.match(
        refused,
        /^403\nForbidden \(user=system:serviceaccount:default:watcher, verb=get, resource=nodes, subresource\(s\)=\[pods proxy\]\)/,
      );
    });

    it('a container is resized as it runs', async () => {
      const before = await scene().pods.until('resized', 'ready', isReady);
      const path = '/api/v1/namespaces/default/pods/resized/resize';
      const now = JSON.parse(await scene().kubectl('get', 'pod', 'resized', '-o', 'json')) as Pod;
      Object.assign(now.spec?.containers[0] ?? {}, size('150m', '48Mi'));
      const { code, stderr } = await scene().tryKubectl(['replace', '--raw', path, '-f', '-'], JSON.stringify(now));
      assert.equal(code, 0, stderr);
      const limitOf = (one: Pod) => statusOf(one)?.resources?.limits?.memory;
      const after = await scene().pods.until('resized', 'larger', one => limitOf(one) === '48Mi');
      assert.equal(statusOf(after)?.containerID, statusOf(before)?.containerID);
      assert.deepEqual([restartsOf(after), statusOf(after)?.allocatedResources?.cpu], [0, '150m']);
    });

    it('a pod that nothing has room for waits, and says so', async () => {
      const told = await scene().pods.until('too-large', 'told', one =>
        (one.status?.conditions ?? []).some(c => c.reason === 'Unschedulable'),
      );
      assert.equal(told.status?.phase, 'Pending');
    });

    it('runs the pods of its own files; the API shows them, with their logs, for as long as the files are there', async () => {
      const file = join(scene().lab.dataDir, 'node/manifests/own.json');
      const container = { name: 'c', image, command: ['sh', '-c', `echo from a file; ${idle}`] };
      const spec = { terminationGracePeriodSeconds: 1, containers: [container] };
      writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'own' }, spec }));
      const mirror = await scene().pods.until('own-lab', 'ready', isReady);
      assert.equal(mirror.metadata.ownerReferences?.[0]?.kind, 'Node');
      assert.equal(await scene().kubectl('logs', 'own-lab'), 'from a file\n');
      await scene().kubectl('delete', 'pod', 'own-lab', '--wait=false');
      const again = await scene().pods.until(
        'own-lab',
        'back',
        one => one.metadata.uid !== mirror.metadata.uid && isReady(one),
      );
      assert.equal(statusOf(again)?.containerID, statusOf(mirror)?.containerID);
      assert.ok(readFileSync(file).length > 0);
      rmSync(file);
      await eventually(
        () => scene().tryKubectl(['get', 'pod', 'own-lab']),
        ({ code }) => code !== 0,
      );
    });
  },
};
