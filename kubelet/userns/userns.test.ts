import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Directories } from '../directories.js';
import { UserNamespaces } from './namespaces.js';
import { freeRange, idsPerPod, poolFrom, usualPool } from './ranges.js';

const nth = (n: number): number => n * idsPerPod;

describe('ranges of users', () => {
  const pool = { first: nth(2), pods: 3 };
  const table: [what: string, taken: number[], expected: number | undefined][] = [
    ['the first one', [], nth(2)],
    ['the next one', [nth(2)], nth(3)],
    ['one that was given back', [nth(2), nth(4)], nth(3)],
    ['none', [nth(2), nth(3), nth(4)], undefined],
    ['one beside those of an earlier pool', [nth(1), nth(9)], nth(2)],
  ];
  for (const [what, taken, expected] of table) it(what, () => assert.equal(freeRange(new Set(taken), pool), expected));

  it('no two pods ever share one, and a pool gives all that it has', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.boolean()), (pods, turns) => {
        const given = new Set<number>();
        for (const gives of turns) {
          const [oldest] = given;
          if (!gives && oldest !== undefined) given.delete(oldest);
          const next = gives ? freeRange(given, { first: idsPerPod, pods }) : undefined;
          if (gives) assert.equal(next === undefined, given.size === pods);
          if (next !== undefined) assert.ok(!given.has(next) && next % idsPerPod === 0);
          if (next !== undefined) given.add(next);
        }
      }),
    ));

  const words: [what: string, subuid: string, subgid: string, expected: object | RegExp][] = [
    ['nothing is said', 'someone:100000:65536\n', '', usualPool],
    ['a pool', `kubelet:${nth(4)}:${nth(2)}\n`, `kubelet:${nth(4)}:${nth(2)}\n`, { first: nth(4), pods: 2 }],
    ['other groups than users', `kubelet:${nth(4)}:${nth(2)}`, `kubelet:${nth(5)}:${nth(2)}`, /one and the same/],
    ['users alone', `kubelet:${nth(4)}:${nth(2)}`, '', /one and the same/],
    ['the machine itself', `kubelet:0:${nth(2)}`, `kubelet:0:${nth(2)}`, /must begin at a multiple of 65536/],
    ['half a range', 'kubelet:65536:1000', 'kubelet:65536:1000', /hold as many/],
    ['no number', 'kubelet:x:y', 'kubelet:x:y', /must begin/],
  ];
  for (const [what, subuid, subgid, expected] of words)
    it(`in /etc/subuid: ${what}`, () => {
      if (expected instanceof RegExp) assert.throws(() => poolFrom(subuid, subgid), expected);
      else assert.deepEqual(poolFrom(subuid, subgid), expected);
    });
});

describe('the users of pods', () => {
  let root: string;
  let directories: Directories;
  const pool = { first: nth(1), pods: 2 };
  const fresh = (): UserNamespaces => new UserNamespaces(directories, async () => pool);
  const begin = async (of: UserNamespaces, uid: string): Promise<number | undefined> =>
    (await of.mappingsOf(uid))[0]?.hostId;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'okubelet-users-'));
    await chmod(root, 0o711);
    directories = new Directories(root);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('are each their own, also for a kubelet that starts again', async () => {
    const first = fresh();
    assert.deepEqual(await Promise.all([begin(first, 'a'), begin(first, 'b'), begin(first, 'a')]), [
      nth(1),
      nth(2),
      nth(1),
    ]);
    assert.equal(await begin(fresh(), 'b'), nth(2));
    const written = JSON.parse(await readFile(directories.userNamespace('a'), 'utf8'));
    const whole = [{ hostId: nth(1), containerId: 0, length: 65_536 }];
    assert.deepEqual(written, { uidMappings: whole, gidMappings: whole });
  });

  it('are refused when there are no more, and given again when their pod has gone', async () => {
    const users = fresh();
    await begin(users, 'a');
    await begin(users, 'b');
    await assert.rejects(begin(users, 'c'), /all 2 of this node are taken/);
    await rm(directories.pod('a'), { recursive: true });
    await users.release('a');
    assert.equal(await begin(users, 'c'), nth(1));
    await rm(directories.pod('b'), { recursive: true });
    assert.equal(await begin(fresh(), 'd'), nth(2));
  });

  it('are of no use where others may not go', async () => {
    await chmod(root, 0o700);
    await assert.rejects(begin(fresh(), 'a'), /mend it with chmod o\+x .*okubelet-users-/);
  });

  it('are not given at all while nobody knows whose are taken', async () => {
    await mkdir(directories.pod('odd'), { recursive: true });
    await writeFile(directories.userNamespace('odd'), '{');
    const users = fresh();
    await assert.rejects(begin(users, 'a'), /odd\/userns does not say which users/);
    await rm(directories.pod('odd'), { recursive: true });
    assert.equal(await begin(users, 'a'), nth(1));
  });
});
