/**
 * A control plane that is away for longer than a node may be silent: pods and services go on meanwhile, and nothing is given
 * up in a rush when it returns.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../api/clock.js';
import type { Pod } from '../../api/types.js';
import { layoutOf } from '../../cli/cluster/layout.js';
import { stopProcess } from '../../cli/cluster/processes.js';
import { cannotRunNode, eventually, type Lab, openLab } from './lab.js';
import { podsOf, processOf, readyPods } from './scenarios.js';

const graceSeconds = 15;
/** Long enough that every node counts as silent, and that no pod tolerates it any longer. */
const awayMs = (graceSeconds + 10) * 1000;
/** In which a controller that is wrong about its nodes would have evicted their pods. */
const watchedMs = (graceSeconds + 10) * 1000;
const nodePort = 30080;
const web = { app: 'web' };
const container = {
  name: 'c',
  image: 'orrery.local/busybox:1',
  command: ['sh', '-c', 'mkdir /www; echo here > /www/index.html; exec httpd -f -p 8080 -h /www'],
};
const objects = [
  {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'web' },
    spec: { replicas: 3, selector: web, template: { metadata: { labels: web }, spec: { containers: [container] } } },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { type: 'NodePort', selector: web, ports: [{ port: 80, targetPort: 8080, nodePort }] },
  },
];

describe('a control plane that is away for long', function () {
  this.timeout(240_000);
  let lab: Lab;
  before(async function () {
    const reason = cannotRunNode();
    if (reason) {
      console.log(`      skipped: a control plane that is away for long: ${reason}`);
      return this.skip();
    }
    lab = openLab();
    const impatient = ['not-ready', 'unreachable'].flatMap(state => [
      '--apiserver-arg',
      `default-${state}-toleration-seconds=1`,
    ]);
    const flags = ['--node-name', 'lab', '--node-monitor-grace', `${graceSeconds}s`, ...impatient];
    await lab.orrery('up', '--data-dir', lab.dataDir, ...flags);
    const file = join(lab.dataDir, 'away.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await lab.orrery('apply', '-f', file);
    await readyPods(lab, 'app=web', 3);
    await eventually(answers, ok => ok);
  });
  after(() => lab?.close());

  const answers = async (): Promise<boolean> => {
    const script = `fetch('http://198.18.0.1:${nodePort}/', { signal: AbortSignal.timeout(3000) }).then(a => a.text())
      .then(text => process.stdout.write(text)).catch(() => {})`;
    return (await lab.run(process.execPath, ['-e', script])).stdout === 'here\n';
  };
  const forAWhile = async (ms: number, look: () => Promise<void>): Promise<void> => {
    for (const end = Date.now() + ms; Date.now() < end; await systemClock.sleep(500)) await look();
  };
  /** Which they are, and that none of them is on its way out. */
  const identities = (pods: readonly Pod[]): string[] =>
    pods
      .map(({ metadata, status }) => `${metadata.uid} ${status?.phase} ${metadata.deletionTimestamp ?? 'stays'}`)
      .sort();
  const restarts = (pods: readonly Pod[]): number[] =>
    pods.map(({ status }) => status?.containerStatuses?.[0]?.restartCount ?? 0).sort();

  for (const [what, processes] of [
    ['its API server', ['apiserver']],
    ['all of it', ['apiserver', 'controllers']],
  ] as const)
    it(`${what}: pods run, are mended and answer meanwhile, and stay when it returns`, async () => {
      const before = await readyPods(lab, 'app=web', 3);
      const layout = layoutOf(lab.dataDir);
      await Promise.all(processes.map(name => stopProcess(layout, name, systemClock)));
      process.kill(await processOf(lab, before[0]?.status?.containerStatuses?.[0]?.containerID ?? ''), 'SIGKILL');
      // A connection to the one that was killed may fail; its kubelet starts it again without being asked.
      let failures = 0;
      await forAWhile(awayMs, async () => {
        if (!(await answers())) failures++;
      });
      assert.ok(failures < 10, `${failures} of the connections failed`);
      await lab.orrery('up', '--data-dir', lab.dataDir);
      const after = await eventually(
        () => podsOf(lab, 'app=web'),
        pods => restarts(pods).reduce((a, b) => a + b, 0) === restarts(before).reduce((a, b) => a + b, 0) + 1,
      );
      await forAWhile(watchedMs, async () => {
        assert.deepEqual(identities(await podsOf(lab, 'app=web')), identities(before), 'nobody was evicted');
      });
      assert.equal(after.length, 3);
      await readyPods(lab, 'app=web', 3);
    });
});
