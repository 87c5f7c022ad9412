/** What a class types: a pod for a moment, a port into one, what is used; by our CLI, against real containers. */
import assert from 'node:assert/strict';
import { pods } from '../../../client/resources.js';
import { eventually, type Result } from '../lab.js';
import { main, startProgram } from '../machine.js';
import { image, isReady, shell } from '../node/scene.js';
import { object, type Part } from './stage.js';

const namespace = 'by-hand';
const web = shell('mkdir /www; echo here > /www/index.html; exec httpd -f -p 8080 -h /www', {
  ports: [{ name: 'http', containerPort: 8080 }],
});
const talks = shell('while read line; do echo "heard $line"; done', { stdin: true, stdinOnce: true });

export const byHand: Part = {
  namespace,
  objects: [
    {
      ...object('v1', 'Pod', 'web', { spec: { terminationGracePeriodSeconds: 0, containers: [web] } }),
      metadata: { name: 'web', labels: { app: 'web' } },
    },
    object('v1', 'Service', 'web', { spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] } }),
    object('v1', 'Pod', 'talks', { spec: { terminationGracePeriodSeconds: 0, containers: [talks] } }),
  ],

  tests({ stage, until, find }) {
    const cli = (args: readonly string[], input?: string): Promise<Result> =>
      stage().lab.run(process.execPath, [main, '-n', namespace, ...args], input === undefined ? {} : { input });

    it('run -i --rm: what is typed goes in, what is said comes out, the exit code is its own, and nothing is left', async () => {
      const words = ['run', 'moment', `--image=${image}`, '--restart=Never', '-i', '--rm', '-q', '--command'];
      const { code, stdout, stderr } = await cli(
        [...words, '--', 'sh', '-c', 'read x; echo "got $x"; exit 7'],
        'this\n',
      );
      assert.deepEqual([code, stdout], [7, 'got this\n'], stderr);
      const left = await find(pods, 'moment');
      assert.ok(!left || left.metadata.deletionTimestamp);
    });

    it('attach: to what runs already, until what is typed has ended', async () => {
      await until(pods, 'talks', isReady);
      const { stdout, stderr } = await cli(['attach', 'talks', '-i', '-q'], 'you\n');
      assert.equal(stdout, 'heard you\n', stderr);
    });

    it('port-forward: a port here leads into the pod behind a service, for one connection after the other', async () => {
      await until(pods, 'web', isReady);
      const { lab } = stage();
      const words = ['-n', namespace, 'port-forward', 'service/web', ':80', '--address', '127.0.0.1'];
      const forward = startProgram(lab, process.execPath, main, ...words);
      await forward.says(' -> 8080');
      const port = /127\.0\.0\.1:(\d+) -> 8080/.exec(forward.said())?.[1];
      for (let time = 0; time < 3; time += 1) {
        const { stdout } = await lab.run('busybox', ['wget', '-qO-', `http://127.0.0.1:${port}/`]);
        assert.equal(stdout, 'here\n');
      }
      forward.child.kill('SIGINT');
    });

    it('top: what nodes and pods use', async () => {
      const used = await eventually(
        () => cli(['top', 'pods', '--containers']),
        ({ stdout }) => /^web +c +\d+m +\d+Mi$/m.test(stdout),
        60_000,
      );
      assert.match(used.stdout, /^POD +NAME +CPU\(cores\) +MEMORY\(bytes\)\n/);
      assert.match((await cli(['top', 'nodes'])).stdout, /^lab +\d+m +\d+% +\d+Mi +\d+%$/m);
    });
  },
};
