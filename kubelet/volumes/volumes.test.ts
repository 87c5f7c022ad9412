import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigMap, Pod, Secret, Volume } from '../../api/types.js';
import { ManualClock } from '../../client/testing/clock.js';
import { MemoryApi } from '../../client/testing/memory-api.js';
import { writeAtomically } from './atomic.js';
import { memorySize } from './empty-dir.js';
import { prepareHostPath } from './hostpath.js';
import { mountsBelow, removeWithMounts } from './mounts.js';
import { type PayloadSources, payloadOf } from './payload.js';
import { readInside } from './read-inside.js';
import { bindSubPath, namesInside } from './subpath.js';
import { refreshTime, tokenSource } from './tokens.js';
import { usage } from './usage.js';

const directories: string[] = [];
const temporary = (): string => {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'okubelet-volumes-')));
  directories.push(dir);
  return dir;
};
after(() => {
  for (const dir of directories) rmSync(dir, { recursive: true, force: true });
});

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'd', uid: 'u', labels: { a: '1' } },
  spec: { containers: [{ name: 'c', resources: { limits: { memory: '1Mi' } } }], serviceAccountName: 'robot' },
} as Pod;
const sources: PayloadSources = {
  configMap: async name =>
    name === 'cm'
      ? ({
          data: { a: 'A', b: 'B' },
          binaryData: { bin: Buffer.from([0, 255]).toString('base64') },
        } as unknown as ConfigMap)
      : undefined,
  secret: async name =>
    name === 's' ? ({ data: { key: Buffer.from('x').toString('base64') } } as unknown as Secret) : undefined,
  token: async wish => `token ${wish.audience ?? 'api'} ${wish.expirationSeconds}`,
  facts: {
    nodeName: 'n',
    nodeIP: '',
    podIPs: [],
    allocatable: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '1Gi' },
  },
};

describe('the files of a volume', () => {
  const filesOf = async (volume: Partial<Volume>): Promise<Record<string, string>> => {
    const files = await payloadOf({ name: 'v', ...volume }, pod, sources);
    return Object.fromEntries(
      (files ?? []).map(f => [f.path, `${f.mode.toString(8)} ${f.content.toString('latin1')}`]),
    );
  };
  const cases: [string, Partial<Volume>, Record<string, string>][] = [
    ['all of a ConfigMap', { configMap: { name: 'cm' } }, { a: '644 A', b: '644 B', bin: '644 \x00\xff' }],
    [
      'some of it, elsewhere, with modes',
      {
        configMap: {
          name: 'cm',
          defaultMode: 0o400,
          items: [
            { key: 'a', path: 'x/y' },
            { key: 'b', path: 'z', mode: 0o600 },
          ],
        },
      },
      { 'x/y': '400 A', z: '600 B' },
    ],
    ['a Secret', { secret: { secretName: 's' } }, { key: '644 x' }],
    ['an optional one that is not there', { secret: { secretName: 'none', optional: true } }, {}],
    [
      'the downward API',
      {
        downwardAPI: {
          items: [
            { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
            { path: 'memory', resourceFieldRef: { containerName: 'c', resource: 'limits.memory', divisor: '1Ki' } },
          ],
        },
      },
      { labels: '644 a="1"', memory: '644 1024' },
    ],
    [
      'a projection of several, the later one winning',
      {
        projected: {
          defaultMode: 0o440,
          sources: [
            { serviceAccountToken: { path: 'token', audience: 'x', expirationSeconds: 600 } },
            { configMap: { name: 'cm', items: [{ key: 'a', path: 'same' }] } },
            { secret: { name: 's', items: [{ key: 'key', path: 'same' }] } },
          ],
        },
      },
      { token: '440 token x 600', same: '440 x' },
    ],
  ];
  for (const [what, volume, expected] of cases) it(what, async () => assert.deepEqual(await filesOf(volume), expected));

  const readers: [string, object, string, number | undefined][] = [
    ['anybody of a pod that says no user', {}, '644', undefined],
    ['the user of the pod', { securityContext: { runAsUser: 1000 } }, '600', 1000],
    ['the group of the pod', { securityContext: { fsGroup: 10000 } }, '600', undefined],
    ['the user of a container', { containers: [{ name: 'c', securityContext: { runAsUser: 7 } }] }, '600', 7],
    [
      'anybody where users differ',
      {
        securityContext: { runAsUser: 7 },
        initContainers: [{ name: 'i', securityContext: { runAsUser: 0 } }],
        containers: [{ name: 'c' }],
      },
      '644',
      undefined,
    ],
  ];
  for (const [who, spec, mode, owner] of readers)
    it(`a token for ${who}`, async () => {
      const projected = { sources: [{ serviceAccountToken: { path: 'token' } }] };
      const of = { ...pod, spec: { ...pod.spec, ...spec } } as Pod;
      const [file] = (await payloadOf({ name: 'v', projected }, of, sources)) ?? [];
      assert.deepEqual([file?.mode.toString(8), file?.owner], [mode, owner]);
    });

  const refused: [string, Partial<Volume>, RegExp][] = [
    ['a ConfigMap that is not there', { configMap: { name: 'none' } }, /^Error: configmap "none" not found$/],
    [
      'a key that is not there',
      { configMap: { name: 'cm', items: [{ key: 'k', path: 'k' }] } },
      /references non-existent config key: k/,
    ],
    ['a path that leads out', { configMap: { name: 'cm', items: [{ key: 'a', path: '../x' }] } }, /must stay inside/],
    ['an absolute path', { configMap: { name: 'cm', items: [{ key: 'a', path: '/x' }] } }, /must stay inside/],
    [
      'an unknown source',
      { projected: { sources: [{ clusterTrustBundle: { path: 'x' } }] } },
      /clusterTrustBundle is not supported/,
    ],
  ];
  for (const [what, volume, message] of refused) it(`refuses ${what}`, () => assert.rejects(filesOf(volume), message));
  it('other kinds have none', async () =>
    assert.equal(await payloadOf({ name: 'v', emptyDir: {} }, pod, sources), undefined));
});

describe('files that change all at once', () => {
  const file = (path: string, content: string, mode = 0o644) => ({ path, content: Buffer.from(content), mode });
  const visible = (dir: string): string[] =>
    readdirSync(dir)
      .filter(name => !name.startsWith('..'))
      .sort();

  it('are written once, replaced together, and removed', () => {
    const dir = temporary();
    assert.equal(writeAtomically(dir, [file('a', '1'), file('d/b', '2', 0o600)]), true);
    assert.equal(readFileSync(join(dir, 'd/b'), 'utf8'), '2');
    assert.equal(statSync(join(dir, 'd/b')).mode & 0o777, 0o600);
    assert.equal(writeAtomically(dir, [file('a', '1'), file('d/b', '2', 0o600)]), false);
    const held = join(dir, '..data');
    const before = realpathSync(held);
    assert.equal(writeAtomically(dir, [file('a', '3'), file('c', '4')]), true);
    assert.notEqual(realpathSync(held), before);
    assert.equal(readFileSync(join(dir, 'a'), 'utf8'), '3');
    assert.deepEqual(visible(dir), ['a', 'c']);
    assert.equal(readdirSync(dir).filter(name => /^\.\.\d/.test(name)).length, 1);
  });
  it('belong to their user and to the group of the pod', function () {
    if (process.geteuid?.() !== 0) return this.skip();
    const dir = temporary();
    writeAtomically(dir, [{ ...file('token', '1', 0o600), owner: 1000 }]);
    const alone = statSync(join(dir, 'token'));
    assert.deepEqual([alone.uid, alone.gid, alone.mode & 0o777], [1000, 0, 0o600]);
    writeAtomically(dir, [{ ...file('token', '2', 0o600), owner: 1000 }], { group: 10000 });
    const shared = statSync(join(dir, 'token'));
    assert.deepEqual([shared.uid, shared.gid, shared.mode & 0o777], [1000, 10000, 0o640]);
  });
  it('go on after a kubelet that died half-way', () => {
    const dir = temporary();
    writeAtomically(dir, [file('a', '1')]);
    symlinkSync('..nowhere', join(dir, '..data_tmp'));
    writeAtomically(dir, [file('a', '2')]);
    assert.equal(readFileSync(join(dir, 'a'), 'utf8'), '2');
  });
});

describe('an emptyDir in memory', () => {
  const sized = (memory?: string) =>
    ({
      spec: { containers: [{ name: 'c', resources: memory === undefined ? {} : { limits: { memory } } }] },
    }) as unknown as Pod;
  const cases: [what: string, sizeLimit: string | undefined, pod: Pod, bytes: number][] = [
    ['may take what the node has', undefined, sized(), 4000],
    ['or what its pod may', undefined, sized('3000'), 3000],
    ['or what it is allowed', '2000', sized('3000'), 2000],
    ['but not beyond its pod', '5000', sized('3000'), 3000],
    ['nor beyond the node', '5000', sized('9000'), 4000],
    ['and 0 is no limit', '0', sized(), 4000],
  ];
  for (const [what, sizeLimit, of, bytes] of cases)
    it(what, () => assert.equal(memorySize(sizeLimit === undefined ? {} : { sizeLimit }, of, '4000'), bytes));
});

describe('hostPath', () => {
  const cases: [string, string, (path: string) => void, RegExp | undefined][] = [
    ['', 'nothing is checked', () => {}, undefined],
    ['Directory', 'is there', path => mkdirSync(path), undefined],
    ['Directory', 'is not there', () => {}, /is not a directory/],
    ['Directory', 'is a file', path => writeFileSync(path, ''), /is not a directory/],
    ['DirectoryOrCreate', 'is made', () => {}, undefined],
    ['File', 'is there', path => writeFileSync(path, ''), undefined],
    ['File', 'is a directory', path => mkdirSync(path), /is not a file/],
    ['FileOrCreate', 'is made', () => {}, undefined],
    ['Socket', 'is a file', path => writeFileSync(path, ''), /is not a socket/],
    ['Nonsense', 'is not known', () => {}, /type Nonsense is not known/],
  ];
  for (const [type, what, prepare, expected] of cases) {
    it(`${type || 'without type'}: ${what}`, async () => {
      const path = join(temporary(), 'x');
      prepare(path);
      const checked = prepareHostPath({ path, type });
      if (expected) await assert.rejects(checked, expected);
      else await checked;
    });
  }
  it('Socket and CharDevice: are there', async () => {
    const path = join(temporary(), 's');
    const server = createServer().listen(path);
    await new Promise(resolve => server.once('listening', resolve));
    await prepareHostPath({ path, type: 'Socket' });
    server.close();
    await prepareHostPath({ path: '/dev/null', type: 'CharDevice' });
  });
});

describe('a part of a volume', () => {
  it('stays inside', () => {
    const root = temporary();
    mkdirSync(join(root, 'a/b'), { recursive: true });
    symlinkSync('a', join(root, 'inside'));
    symlinkSync('/etc', join(root, 'outside'));
    assert.deepEqual(namesInside(root, 'a/b'), ['a', 'b']);
    assert.deepEqual(namesInside(root, 'inside/b/new'), ['a', 'b', 'new']);
    for (const path of ['outside', 'outside/passwd', '..', 'a/../../x']) {
      assert.throws(() => namesInside(root, path), /leads out of the volume/, path);
    }
  });

  it('is read when it is a regular file that is inside, and small', async () => {
    const root = temporary();
    mkdirSync(join(root, 'a'));
    writeFileSync(join(root, 'a/b'), 'größer');
    writeFileSync(join(root, 'bytes'), Buffer.from([0xff]));
    symlinkSync('a/b', join(root, 'inside'));
    symlinkSync('/etc/passwd', join(root, 'outside'));
    symlinkSync('nothing', join(root, 'dangling'));
    execFileSync('mkfifo', [join(root, 'fifo')]);
    assert.equal(await readInside(root, 'a/b', 8), 'größer');
    assert.equal(await readInside(root, 'inside', 8), 'größer');
    for (const path of ['none', 'none/b']) assert.equal(await readInside(root, path, 8), undefined);
    await assert.rejects(readInside(root, 'a/b', 7), /"a\/b" is larger than 7 bytes/);
    await assert.rejects(readInside(root, 'outside', 8), /leads out of the volume/);
    for (const path of ['a', 'fifo', 'dangling'])
      await assert.rejects(readInside(root, path, 8), /is not a regular file/);
    await assert.rejects(readInside(root, 'bytes', 8), /is not UTF-8/);
  });

  it('is mounted, and removing the mount leaves what is behind it', async function () {
    if (process.getuid?.() !== 0) {
      console.log('      skipped: needs root');
      this.skip();
    }
    const [volume, pods] = [temporary(), temporary()];
    writeFileSync(join(volume, 'file'), 'kept');
    await bindSubPath(volume, 'file', join(pods, '0'));
    await bindSubPath(volume, 'new/dir', join(pods, '1'));
    await bindSubPath(volume, 'new/dir', join(pods, '1'));
    assert.equal(readFileSync(join(pods, '0'), 'utf8'), 'kept');
    writeFileSync(join(pods, '1/x'), 'through');
    assert.equal((await mountsBelow(pods)).length, 2);
    await removeWithMounts(pods);
    assert.deepEqual(await mountsBelow(pods), []);
    assert.equal(readFileSync(join(volume, 'new/dir/x'), 'utf8'), 'through');
    assert.equal(readFileSync(join(volume, 'file'), 'utf8'), 'kept');
  });
});

describe('the use of a directory', () => {
  it('is what du says', async () => {
    const dir = temporary();
    mkdirSync(join(dir, 'a'));
    writeFileSync(join(dir, 'a/b'), Buffer.alloc(100_000));
    const du = Number(execFileSync('du', ['-s', '--block-size=1', dir]).toString().split('\t')[0]);
    assert.deepEqual(await usage(dir), { bytes: du, inodes: 3 });
  });
});

describe('tokens', () => {
  it('tokens are asked for again at four fifths of their life', async () => {
    const clock = new ManualClock();
    const api = new MemoryApi(() => clock.now());
    let issued = 0;
    api.answers.set('serviceaccounts/token', (name, body) => ({
      ...body,
      status: {
        token: `${name.name}-${++issued}`,
        expirationTimestamp: new Date(clock.now() + 1000_000).toISOString(),
      },
    }));
    const tokens = tokenSource(api, clock);
    const wish = { expirationSeconds: 1000 };
    assert.equal(await tokens.token(pod, wish), 'robot-1');
    await clock.advance(799_000);
    assert.equal(await tokens.token(pod, wish), 'robot-1');
    await clock.advance(1_000);
    assert.equal(await tokens.token(pod, wish), 'robot-2');
    assert.equal(await tokens.token(pod, { ...wish, audience: 'x' }), 'robot-3');
    tokens.forget('u');
    assert.equal(await tokens.token(pod, wish), 'robot-4');
    clock.set(-3600_000);
    assert.equal(await tokens.token(pod, wish), 'robot-5', 'a clock that is set back does not make a token younger');
  });
  it('and after a day at the latest', () => assert.equal(refreshTime(0, 10 * 86_400_000), 86_400_000));
});
