import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { Container, Secret } from '../../api/types.js';
import { ManualClock } from '../../client/testing/clock.js';
import type { Cri } from '../cri/cri.js';
import type { Image } from '../cri/types.js';
import { ensureImage, type ImageError } from './ensure.js';
import { buildImages, busyboxImage, pauseImage } from './local.js';
import { buildImage } from './oci.js';
import { defaultPolicy, type ImageVerdict, imageVerdict, type PullPolicy, pullDelay } from './policy.js';
import { authsFor } from './registry-auth.js';
import { tar } from './tar.js';

describe('the pull policy', () => {
  const defaults: [string, PullPolicy][] = [
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.2', 'IfNotPresent'],
    ['host:5000/nginx', 'Always'],
    ['host:5000/nginx:1', 'IfNotPresent'],
    [`nginx@sha256:${'0'.repeat(64)}`, 'IfNotPresent'],
  ];
  for (const [image, expected] of defaults) {
    it(`of ${image} is ${expected} by default`, () => assert.equal(defaultPolicy(image), expected));
  }

  const cases: [string, PullPolicy, boolean, ImageVerdict][] = [
    ['nginx', 'Always', true, 'pull'],
    ['nginx', 'Always', false, 'pull'],
    ['nginx', 'IfNotPresent', true, 'use'],
    ['nginx', 'IfNotPresent', false, 'pull'],
    ['nginx', 'Never', true, 'use'],
    ['nginx', 'Never', false, 'never'],
    [busyboxImage, 'Always', true, 'use'],
  ];
  for (const [image, policy, present, expected] of cases) {
    it(`${policy} with ${image} ${present ? 'present' : 'absent'}: ${expected}`, () =>
      assert.equal(imageVerdict(image, policy, present), expected));
  }
  it('waits longer and longer', () =>
    assert.deepEqual([1, 2, 3, 6, 9].map(pullDelay), [10_000, 20_000, 40_000, 300_000, 300_000]));
});

describe('getting an image', () => {
  const image: Image = {
    id: 'sha256:1',
    repoTags: [],
    repoDigests: [],
    size: 7,
    uid: null,
    username: '',
    pinned: false,
  };
  const attempt = async (container: Partial<Container>, cri: Partial<Cri>): Promise<[string[], string, number]> => {
    const said: string[] = [];
    const clock = new ManualClock();
    const say = (_: string, reason: string, message: string): void => void said.push(`${reason}: ${message}`);
    let pulls = 0;
    const pulling = (): void => void pulls++;
    const options = { cri: cri as Cri, clock, say, pulling, pullSecrets: async () => [] };
    const answer = await ensureImage({ name: 'c', ...container }, options).then(
      found => found.id,
      (error: ImageError) => `${error.reason}: ${error.message}`,
    );
    return [said, answer, pulls];
  };

  it('that is present', async () => {
    const [said, answer, pulls] = await attempt({ image: 'i:1' }, { imageStatus: async () => image });
    assert.equal(answer, image.id);
    assert.equal(pulls, 0);
    assert.deepEqual(said, ['Pulled: Container image "i:1" already present on machine']);
  });
  it('that has to be pulled', async () => {
    let pulled = false;
    const cri = {
      imageStatus: async () => (pulled ? image : undefined),
      pullImage: async () => {
        pulled = true;
        return 'ref';
      },
    };
    const [said, answer, pulls] = await attempt({ image: 'i:1' }, cri);
    assert.equal(answer, image.id);
    assert.equal(pulls, 1);
    assert.deepEqual(said, [
      'Pulling: Pulling image "i:1"',
      'Pulled: Successfully pulled image "i:1" in 0ms (0ms including waiting). Image size: 7 bytes.',
    ]);
  });
  it('that cannot be pulled', async () => {
    const cri = { imageStatus: async () => undefined, pullImage: () => Promise.reject(new Error('no such host')) };
    const [said, answer] = await attempt({ image: 'i:1' }, cri);
    assert.equal(answer, 'ErrImagePull: no such host');
    assert.equal(said[1], 'Failed: Failed to pull image "i:1": no such host');
  });
  it('that must not be pulled', async () => {
    const [, answer] = await attempt({ image: 'i', imagePullPolicy: 'Never' }, { imageStatus: async () => undefined });
    assert.equal(answer, 'ErrImageNeverPull: Container image "i" is not present with pull policy of Never');
  });
  it('that exists on this machine or nowhere', async () => {
    const [said, answer] = await attempt({ image: 'orrery.local/x:1' }, { imageStatus: async () => undefined });
    const why = `it is made on this machine, which has ${pauseImage} and ${busyboxImage}`;
    assert.equal(answer, `ErrImagePull: ${why}`);
    assert.equal(said[1], `Failed: Failed to pull image "orrery.local/x:1": ${why}`);
  });
  const impossible = ['', 'a b', 'Busybox', 'HOST/Name', 'a//b', 'a/b:', '-a', `a@sha256:${'g'.repeat(64)}`];
  for (const name of impossible)
    it(`that has no possible name: "${name}"`, async () => {
      const [, answer] = await attempt({ image: name }, {});
      assert.match(answer, /^InvalidImageName: .*invalid reference format/);
    });
  const possible = [
    'a',
    'a/b__c--d',
    'HOST/name:Tag_1',
    'my-host.x:5000/a/b.c',
    '[::1]:5000/a',
    `a:1@sha256:${'f'.repeat(64)}`,
  ];
  for (const name of possible)
    it(`that may be named ${name}`, async () => {
      assert.equal(
        (await attempt({ image: name, imagePullPolicy: 'Never' }, { imageStatus: async () => image }))[1],
        image.id,
      );
    });
});

describe('credentials for a registry', () => {
  const secret = (type: string, key: string, value: unknown): Secret =>
    ({ type, data: { [key]: Buffer.from(JSON.stringify(value)).toString('base64') } }) as unknown as Secret;
  const auths = { 'https://index.docker.io/v1/': { auth: 'hub' }, 'host:5000': { username: 'u', password: 'p' } };
  const config = secret('kubernetes.io/dockerconfigjson', '.dockerconfigjson', { auths });

  it('are found by the registry of the image', () => {
    assert.equal(authsFor('library/nginx', [config])[0]?.auth, 'hub');
    assert.equal(authsFor('nginx', [config])[0]?.auth, 'hub');
    assert.equal(authsFor('host:5000/x', [config])[0]?.password, 'p');
    assert.deepEqual(authsFor('other.org/x', [config]), []);
  });
  const table: [servers: string[], image: string, opens: string[]][] = [
    [['https://host.org/v2/'], 'host.org/a/b:1', ['https://host.org/v2/']],
    [['host.org', 'host.org/team', 'host.org/other'], 'host.org/team/app', ['host.org/team', 'host.org']],
    [['*.org', '*.host.org', 'host.org'], 'a.host.org/x', ['*.host.org']],
    [['host.org:5000', '*.org'], 'host.org/x', ['*.org']],
    [['h.st'], 'h-st/x', []],
  ];
  for (const [servers, image, opens] of table)
    it(`of ${servers.join(', ')} open ${image}: ${opens.join(', ') || 'none'}`, () => {
      const auths = Object.fromEntries(servers.map(server => [server, { auth: server }]));
      const found = authsFor(image, [secret('kubernetes.io/dockerconfigjson', '.dockerconfigjson', { auths })]);
      assert.deepEqual(
        found,
        opens.map(auth => ({ auth })),
      );
    });
  it('may be of the old kind, and broken ones are passed over', () => {
    const old = secret('kubernetes.io/dockercfg', '.dockercfg', { 'other.org': { auth: 'o' } });
    const broken = {
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': 'bm90' },
    } as unknown as Secret;
    assert.equal(authsFor('other.org/x', [broken, old])[0]?.auth, 'o');
  });
});

describe('the archives of images', () => {
  const entries = [
    { path: 'dir', type: 'directory', mode: 0o755 },
    { path: 'dir/file', type: 'file', mode: 0o640, content: Buffer.from('hello') },
    { path: 'dir/link', type: 'symlink', target: 'file' },
  ] as const;

  it("are what the system's tar reads", () => {
    const listed = execFileSync('tar', ['-tvf', '-'], { input: tar(entries) })
      .toString()
      .trim()
      .split('\n');
    assert.deepEqual(
      listed.map(line => line.replace(/ .*(?= dir)/, '')),
      ['drwxr-xr-x dir/', '-rw-r----- dir/file', 'lrwxrwxrwx dir/link -> file'],
    );
    assert.equal(execFileSync('tar', ['-xOf', '-', 'dir/file'], { input: tar(entries) }).toString(), 'hello');
  });
  it('have no room for long names', () => {
    assert.throws(() => tar([{ path: 'x'.repeat(101), type: 'directory', mode: 0 }]), /too long/);
  });

  it('are OCI layouts whose digests are true', () => {
    const image = buildImage({ name: 'x/y:1', architecture: 'amd64', files: entries, config: { Cmd: ['sh'] } });
    const read = (path: string): Buffer => execFileSync('tar', ['-xOf', '-', path], { input: image.archive });
    const json = (path: string) => JSON.parse(read(path).toString());
    const [described] = json('index.json').manifests;
    assert.equal(described.annotations['io.containerd.image.name'], 'x/y:1');
    const blob = (digest: string): string => `blobs/${digest.replace(':', '/')}`;
    const manifest = json(blob(described.digest));
    assert.equal(manifest.config.digest, image.id);
    const sum = execFileSync('sha256sum', { input: read(blob(manifest.layers[0].digest)) }).toString();
    assert.equal(`sha256:${sum.split(' ')[0]}`, manifest.layers[0].digest);
    assert.deepEqual(json(blob(image.id)).rootfs.diff_ids, [manifest.layers[0].digest]);
  });

  it('of this machine are the same each time', () => {
    const source = { program: Buffer.from('busybox'), applets: ['wget', 'sh', 'busybox'], architecture: 'amd64' };
    const [pause, busybox] = buildImages(source);
    assert.deepEqual([pause?.name, busybox?.name], [pauseImage, busyboxImage]);
    assert.deepEqual(
      buildImages({ ...source, applets: ['sh', 'wget'] }).map(i => i.id),
      [pause?.id, busybox?.id],
    );
  });
});
