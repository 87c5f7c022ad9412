/** What keeps its data, what ends, and what is on each node: a StatefulSet with claims, a Job and a DaemonSet on real containers. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from '../../api/types.js';
import { eventually, type Lab } from './lab.js';
import { readyPods } from './scenarios.js';

const container = (command: string): string =>
  `{name: c, image: "orrery.local/busybox:1", command: [sh, -c, '${command}']`;

const stateful = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 2
  serviceName: db
  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [${container('hostname >> /data/lives; exec sleep 1000')}, volumeMounts: [{name: data, mountPath: /data}]}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
`;
const job = `
apiVersion: batch/v1
kind: Job
metadata: {name: sum}
spec:
  completions: 2
  parallelism: 2
  completionMode: Indexed
  template:
    spec: {restartPolicy: Never, containers: [${container('echo "I am $JOB_COMPLETION_INDEX"')}}]}
`;
const daemon = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {terminationGracePeriodSeconds: 0, containers: [${container('exec sleep 1000')}}]}
`;

export function keepsWorkloads(lab: () => Lab): void {
  const apply = async (manifest: string): Promise<void> => {
    const file = join(lab().dataDir, 'workload.yaml');
    await writeFile(file, manifest);
    await lab().orrery('apply', '-f', file);
  };
  const volumes = (): string[] => {
    const folder = join(lab().dataDir, 'local-volumes');
    return existsSync(folder) ? readdirSync(folder) : [];
  };

  it("gives the pods of a stateful set names and data that stay, and takes the data when the set's owner says so", async () => {
    await apply(stateful);
    const [first] = await readyPods(lab(), 'app=db', 2);
    assert.equal(first?.metadata.name, 'db-0');
    await lab().orrery('delete', 'pod', 'db-0');
    const again = await eventually(
      () => readyPods(lab(), 'app=db', 2),
      ([pod]) => pod?.metadata.uid !== first?.metadata.uid,
    );
    assert.equal(again[0]?.metadata.name, 'db-0');
    assert.equal(await lab().orrery('exec', 'db-0', '--', 'cat', '/data/lives'), 'db-0\ndb-0\n');
    assert.equal(await lab().orrery('exec', 'db-1', '--', 'cat', '/data/lives'), 'db-1\n');
    assert.equal(volumes().length, 2);
    await lab().orrery('delete', 'statefulset', 'db');
    await readyPods(lab(), 'app=db', 0);
    await eventually(
      async () => volumes(),
      left => left.length === 0,
      60_000,
    );
  });

  it('brings a job to its end, each index once', async () => {
    await apply(job);
    const read = async () => JSON.parse(await lab().orrery('get', 'job', 'sum', '-o', 'json')) as Job;
    const { status } = await eventually(read, found => (found.status?.succeeded ?? 0) === 2, 60_000);
    assert.equal(status?.completedIndexes, '0,1');
    const logs = await Promise.all(
      (await lab().orrery('get', 'pods', '-l', 'job-name=sum', '-o', 'name'))
        .trim()
        .split('\n')
        .map(pod => lab().orrery('logs', pod)),
    );
    assert.deepEqual(logs.sort(), ['I am 0\n', 'I am 1\n']);
    await lab().orrery('delete', 'job', 'sum');
  });

  it('has a pod of a daemon set on the node', async () => {
    await apply(daemon);
    const [pod] = await readyPods(lab(), 'app=agent', 1);
    assert.equal(pod?.spec?.nodeName, 'lab');
    await lab().orrery('delete', 'daemonset', 'agent');
    await readyPods(lab(), 'app=agent', 0);
  });
}
