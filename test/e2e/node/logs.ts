/** The logs of a container that lives several lives. What one life says is in streaming.test.ts. */
import assert from 'node:assert/strict';
import { eventually } from '../lab.js';
import { type Part, pod, restartsOf, shell, statusOf } from './scene.js';

/** Its lives are numbered; each speaks for two seconds, and the second goes on. */
const script = `n=$(wc -l < /v/lives); echo >> /v/lives
echo "life $n begins"; sleep 2; echo "life $n ends"; test $n -eq 0 && exit 1; while :; do sleep 0.2; echo tick; done`;

export const logs: Part = {
  objects: [
    pod('lives', {
      volumes: [{ name: 'v', emptyDir: {} }],
      initContainers: [shell('touch /v/lives', { name: 'init', volumeMounts: [{ name: 'v', mountPath: '/v' }] })],
      containers: [shell(script, { volumeMounts: [{ name: 'v', mountPath: '/v' }] })],
    }),
  ],

  tests(scene) {
    const read = (...flags: string[]): Promise<string> => scene().kubectl('logs', 'lives', '-c', 'c', ...flags);

    it('logs are those of the life that is, --previous of the one before', async () => {
      const again = await scene().pods.until(
        'lives',
        'in its second life',
        p => restartsOf(p) === 1 && statusOf(p)?.state?.running !== undefined,
      );
      assert.equal(statusOf(again)?.lastState?.terminated?.exitCode, 1);
      assert.equal(await read('--previous'), 'life 0 begins\nlife 0 ends\n');
      await eventually(
        () => read(),
        text => text.startsWith('life 1 begins\nlife 1 ends\ntick\n'),
      );
    });

    it('--since and --since-time leave out what is older', async () => {
      const timed = await eventually(
        () => read('--timestamps'),
        text => (text.match(/tick/g) ?? []).length > 12,
      );
      const lines = timed.trim().split('\n');
      // kubectl sends whole seconds.
      const second = lines.at(-5)?.slice(0, 19) ?? '';
      const after = (await read('--timestamps', `--since-time=${second}Z`)).trim().split('\n');
      const expected = lines.filter(line => line >= second);
      assert.deepEqual(after.slice(0, expected.length), expected);
      await eventually(
        () => read('--since=2s'),
        recent => !/life 1/.test(recent) && /^tick$/m.test(recent),
      );
    });

    it('-f --tail goes on from the last lines', async () => {
      const all = (await read('--timestamps')).trim().split('\n');
      const follow = 'kubectl logs -f --tail=2 --timestamps lives -c c | head -n 6';
      const { stdout } = await scene().lab.run('sh', ['-c', follow]);
      const followed = stdout.trim().split('\n');
      assert.equal(followed.length, 6);
      const after = (await read('--timestamps')).trim().split('\n');
      const first = after.indexOf(followed[0] ?? '');
      assert.ok(first >= all.length - 2, 'it begins with the last two lines of then');
      assert.deepEqual(after.slice(first, first + 6), followed, 'and goes on without a gap');
    });
  },
};
