import assert from 'node:assert/strict';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  changeKubeconfig,
  kubeconfigTargets,
  namesCluster,
  sudoCaller,
  withCluster,
  withoutCluster,
} from './user-kubeconfig.js';

const admin = {
  clusters: [{ name: 'x', cluster: { server: 'https://127.0.0.1:6443' } }],
  users: [{ name: 'y', user: {} }],
};
const work = {
  clusters: [{ name: 'work' }],
  users: [{ name: 'me' }],
  contexts: [{ name: 'work' }],
  'current-context': 'work',
  preferences: { colors: true },
};

describe("the user's kubeconfig", () => {
  it('gains the cluster beside the ones that were there, and makes it current', () => {
    const merged = withCluster(work, admin);
    assert.deepEqual(
      merged.clusters?.map(c => c.name),
      ['work', 'orrery'],
    );
    assert.equal(merged['current-context'], 'orrery');
    assert.deepEqual(merged.preferences, { colors: true });
  });

  it('holds the cluster once, however often it is added', () => {
    assert.deepEqual(withCluster(withCluster(work, admin), admin), withCluster(work, admin));
  });

  it('is as before when the cluster is taken out, with a context that exists', () => {
    const restored = withoutCluster(withCluster(work, admin));
    assert.deepEqual(
      { ...restored, apiVersion: undefined, kind: undefined },
      { ...work, apiVersion: undefined, kind: undefined },
    );
  });

  it('goes back to the context that was current, of several', () => {
    const several = { ...work, contexts: [{ name: 'other' }, { name: 'work' }] };
    const twice = withCluster(withCluster(several, admin), admin);
    assert.equal(withoutCluster(twice)['current-context'], 'work');
    const gone = { ...twice, contexts: twice.contexts?.filter(context => context.name !== 'work') ?? [] };
    assert.equal(withoutCluster(gone)['current-context'], 'other');
    assert.equal(withoutCluster({ ...twice, 'current-context': 'other' })['current-context'], 'other');
  });

  it('is known to name a cluster by its authority', () => {
    const data = Buffer.from('CA').toString('base64');
    const ours = withCluster(
      {},
      { ...admin, clusters: [{ name: 'x', cluster: { 'certificate-authority-data': data } }] },
    );
    assert.equal(namesCluster(ours, 'CA'), true);
    assert.equal(namesCluster(ours, 'another'), false);
    assert.equal(namesCluster(work, 'CA'), false);
  });

  it("is KUBECONFIG's first file, or root's and the sudo caller's", () => {
    const root = { home: '/root', uid: 0, gid: 0 };
    const ada = { home: '/home/ada', uid: 1000, gid: 1000 };
    assert.deepEqual(
      kubeconfigTargets({ KUBECONFIG: '/a:/b' }, root, ada).map(t => t.path),
      ['/a'],
    );
    assert.deepEqual(kubeconfigTargets({ KUBECONFIG: '/a' }, root, ada)[0]?.owner, ada, 'sudo -E, say');
    assert.deepEqual(
      kubeconfigTargets({}, root, ada).map(t => t.path),
      ['/root/.kube/config', '/home/ada/.kube/config'],
    );
    assert.deepEqual(
      kubeconfigTargets({}, { ...root, home: ada.home }, ada),
      [{ path: '/home/ada/.kube/config', owner: ada }],
      'a sudo that leaves HOME as it was',
    );
  });
});

describe('who called sudo', () => {
  const line = (user: string): string | undefined =>
    user === 'ada' ? 'ada:x:4711:4712:Ada:/home/ada:/bin/sh' : undefined;

  it('is found by name, and is nobody without sudo', () => {
    assert.deepEqual(sudoCaller({ SUDO_USER: 'ada' }, line), { home: '/home/ada', uid: 4711, gid: 4712 });
    assert.equal(sudoCaller({ SUDO_USER: 'grace' }, line), undefined);
    assert.equal(sudoCaller({}, line), undefined);
  });

  it('is asked of the system', () => {
    assert.equal(sudoCaller({ SUDO_USER: 'root' })?.uid, 0);
    assert.equal(sudoCaller({ SUDO_USER: 'no-such-user-here' }), undefined);
    assert.equal(sudoCaller({ SUDO_USER: '--help' }), undefined);
  });
});

describe("the file of the user's kubeconfig", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'orrery-kubeconfig-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  const self = { home: '', uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

  it('is made with its folder, for its owner alone, and goes when nothing is left in it', () => {
    const target = { path: join(folder, 'new', 'config'), owner: self };
    changeKubeconfig(target, existing => withCluster(existing, admin));
    assert.equal(statSync(target.path).mode & 0o777, 0o600);
    changeKubeconfig(target, withoutCluster);
    assert.equal(existsSync(target.path), false);
  });

  it('stays where a link leads to', () => {
    const real = join(folder, 'real');
    const path = join(folder, 'link');
    writeFileSync(real, JSON.stringify(work));
    symlinkSync(real, path);
    changeKubeconfig({ path, owner: self }, existing => withCluster(existing, admin));
    assert.match(readFileSync(real, 'utf8'), /current-context: orrery/);
  });

  it('that is no kubeconfig is left alone, and named', () => {
    const path = join(folder, 'broken');
    writeFileSync(path, '{');
    assert.throws(
      () => changeKubeconfig({ path, owner: self }, withoutCluster),
      /broken is not a kubeconfig .*: mend it/,
    );
    assert.equal(readFileSync(path, 'utf8'), '{');
    writeFileSync(path, 'just words');
    assert.throws(() => changeKubeconfig({ path, owner: self }, withoutCluster), /\(it holds no object\)/);
    assert.throws(
      () => changeKubeconfig({ path: join(path, 'config'), owner: self }, existing => withCluster(existing, admin)),
      /broken\/config cannot be written \(\w+\): name another with KUBECONFIG/,
    );
  });

  it("written by root is the sudo caller's, and one that is there stays its owner's", function () {
    if (self.uid !== 0) {
      console.log('      skipped: only root may give files away');
      return this.skip();
    }
    const owner = { home: `${folder}/ada`, uid: 4711, gid: 4712 };
    const [, target] = kubeconfigTargets({}, { ...self, home: '/root' }, owner);
    assert.ok(target);
    changeKubeconfig(target, existing => withCluster(existing, admin));
    for (const path of [target.path, join(folder, 'ada', '.kube')]) {
      assert.deepEqual([statSync(path).uid, statSync(path).gid], [4711, 4712], path);
    }
    chownSync(target.path, 4713, 4714);
    changeKubeconfig(target, existing => withCluster(existing, work));
    assert.equal(statSync(target.path).uid, 4713);
  });
});
