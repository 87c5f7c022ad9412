/** What a container finds in its volumes, and how that changes while it runs. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PodSpec } from '../../../api/types.js';
import { eventually } from '../lab.js';
import { idle, isReady, object, type Part, pod, type Scene, shell } from './scene.js';

const mounts: Record<string, Omit<NonNullable<PodSpec['volumes']>[number], 'name'>> = {
  config: {
    configMap: {
      name: 'page',
      defaultMode: 0o644,
      items: [
        { key: 'title', path: 'deep/title.txt', mode: 0o400 },
        { key: 'text', path: 'text' },
      ],
    },
  },
  secret: { secret: { secretName: 'keys', defaultMode: 0o440 } },
  missing: { configMap: { name: 'not-yet', optional: true } },
  partial: {
    secret: { secretName: 'keys', optional: true, items: ['user', 'absent'].map(key => ({ key, path: key })) },
  },
  memory: { emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
  own: { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
};

const reader = pod(
  'reader',
  {
    volumes: Object.entries(mounts).map(([name, source]) => ({ name, ...source })),
    containers: [shell(idle, { volumeMounts: Object.keys(mounts).map(name => ({ name, mountPath: `/${name}` })) })],
  },
  { app: 'reader' },
);

/** The machine's own folder and file. */
const onHost = (folder: string) =>
  pod('on-host', {
    volumes: [
      { name: 'made', hostPath: { path: join(folder, 'made'), type: 'DirectoryOrCreate' } },
      { name: 'file', hostPath: { path: join(folder, 'given'), type: 'File' } },
    ],
    containers: [
      shell(`cat /given > /made/copy; ${idle}`, {
        volumeMounts: [
          { name: 'made', mountPath: '/made' },
          { name: 'file', mountPath: '/given', readOnly: true },
        ],
      }),
    ],
  });

const read = (scene: Scene, ...command: string[]): Promise<string> => scene.kubectl('exec', 'reader', '--', ...command);

export const files: Part = {
  objects: [
    object('ConfigMap', 'page', { data: { title: 'Planets', text: 'nine', unused: 'x' } }),
    object('Secret', 'keys', { stringData: { user: 'ann', password: 'secret' } }),
    reader,
    pod('no-such-folder', {
      volumes: [{ name: 'v', hostPath: { path: '/no/such/folder', type: 'Directory' } }],
      containers: [shell(idle, { volumeMounts: [{ name: 'v', mountPath: '/v' }] })],
    }),
  ],

  tests(scene) {
    it('configMap and secret volumes have the files, paths and modes that are asked for', async () => {
      await scene().pods.until('reader', 'ready', isReady);
      const listed =
        'cd /; for f in $(find config secret missing partial -follow -type f ! -path "*/..*"); do echo "$f $(stat -Lc %a $f) $(cat $f)"; done';
      const found = (await read(scene(), 'sh', '-c', listed)).trim().split('\n').sort();
      assert.deepEqual(found, [
        'config/deep/title.txt 400 Planets',
        'config/text 644 nine',
        'partial/user 644 ann',
        'secret/password 440 secret',
        'secret/user 440 ann',
      ]);
      const { code, stderr } = await scene().tryKubectl(['exec', 'reader', '--', 'touch', '/secret/x']);
      assert.notEqual(code, 0);
      assert.match(stderr, /Read-only file system/);
    });

    it('an emptyDir in memory is a tmpfs of the size that is allowed', async () => {
      assert.match(await read(scene(), 'df', '-k', '/memory'), /^tmpfs +1024 /m);
      const { code } = await scene().tryKubectl([
        'exec',
        'reader',
        '--',
        'sh',
        '-c',
        'head -c 2000000 /dev/zero > /memory/x',
      ]);
      assert.notEqual(code, 0);
    });

    it('changes of the objects reach the files of running pods: new keys, new objects, labels', async () => {
      const change = (kind: string, name: string, patch: object) =>
        scene().kubectl('patch', kind, name, '-p', JSON.stringify(patch));
      await change('configmap', 'page', { data: { text: 'eight' } });
      await change('secret', 'keys', { stringData: { password: 'changed', absent: 'here' } });
      await scene().create([object('ConfigMap', 'not-yet', { data: { late: 'but there' } })]);
      await scene().kubectl('label', 'pod', 'reader', 'mood=good');
      const script = 'cat /config/text /secret/password /partial/absent /missing/late /own/labels';
      const expected = 'eightchangedherebut thereapp="reader"\nmood="good"';
      await eventually(
        async () => (await scene().tryKubectl(['exec', 'reader', '--', 'sh', '-c', script])).stdout,
        text => text === expected,
        90_000,
      );
      assert.equal(scene().pods.history('reader').at(-1)?.pod.status?.containerStatuses?.[0]?.restartCount, 0);
    });

    it("hostPath is the machine's own, made or checked as its type says", async () => {
      const folder = mkdtempSync(join(tmpdir(), 'orrery-e2e-host-'));
      writeFileSync(join(folder, 'given'), 'from the host');
      await scene().create([onHost(folder)]);
      await scene().pods.until('on-host', 'ready', isReady);
      await eventually(
        async () => {
          const copy = join(folder, 'made/copy');
          return existsSync(copy) ? readFileSync(copy, 'utf8') : '';
        },
        text => text === 'from the host',
      );
      await eventually(
        () => scene().kubectl('get', 'events', '--field-selector', 'involvedObject.name=no-such-folder'),
        text => /FailedMount.*hostPath type check failed: \/no\/such\/folder is not a directory/.test(text),
      );
      await scene().kubectl('delete', 'pod', 'on-host', '--now');
      assert.equal(readFileSync(join(folder, 'made/copy'), 'utf8'), 'from the host', 'it outlives the pod');
      rmSync(folder, { recursive: true });
    });
  },
};
