/** How the CLI behaves over time, in pipes, with editors and beside kubectl: what a table of outputs cannot tell. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigMap } from '../../../api/types.js';
import { configMaps } from '../../../client/resources.js';
import { type Fixture, makeNamespace, startFixture } from './fixture.js';
import { ourWords } from './programs.js';

const namespace = 'default';
const map = (name: string, more: Partial<ConfigMap> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  ...more,
  metadata: { name, namespace, ...more.metadata },
});

describe('how the CLI behaves', function () {
  this.timeout(60_000);
  let fixture: Fixture;
  let folder: string;

  before(async () => {
    fixture = await startFixture();
    await makeNamespace(fixture.client, namespace);
    folder = mkdtempSync(join(tmpdir(), 'orrery-cli-'));
  });
  after(async () => {
    await fixture.remove();
    rmSync(folder, { recursive: true });
  });

  it('a watch shows what there is and then each change, until it is interrupted', async () => {
    const { client } = fixture;
    await client.create(configMaps, map('seen'));
    let done = false;
    const { stdout, code } = await fixture.orrery(['get', 'cm', '-w', '--output-watch-events'], {
      until(text) {
        if (!done && /ADDED +seen/.test(text)) {
          done = true;
          void (async () => {
            await client.patch(configMaps, { namespace, name: 'seen' }, 'merge', { data: { a: 'b' } });
            await client.delete(configMaps, { namespace, name: 'seen' });
          })();
        }
        return /DELETED +seen/.test(text);
      },
    });
    assert.equal(code, 0);
    assert.match(stdout, /^EVENT +NAME +DATA +AGE\nADDED +seen +0 .*\nMODIFIED +seen +1 .*\nDELETED +seen +1 /);
  });

  it('a watch of one name, however old the object, shows it alone', async () => {
    const { client, orrery } = fixture;
    await client.create(configMaps, map('old'));
    await client.create(configMaps, map('young'));
    const { stdout } = await orrery(['get', 'cm', 'old', '--watch', '-o', 'name'], {
      until(text) {
        if (text === 'configmap/old\n')
          void client
            .patch(configMaps, { namespace, name: 'young' }, 'merge', { data: { a: 'b' } })
            .then(() => client.patch(configMaps, { namespace, name: 'old' }, 'merge', { data: { a: 'b' } }));
        return text === 'configmap/old\nconfigmap/old\n';
      },
    });
    assert.equal(stdout, 'configmap/old\nconfigmap/old\n');
    const absent = await orrery(['get', 'cm', 'nope', '--watch']);
    assert.deepEqual([absent.code, absent.stderr], [1, 'Error from server (NotFound): configmaps "nope" not found\n']);
  });

  it('wait ends with the change that it waits for', async () => {
    const { client, orrery } = fixture;
    await client.create(configMaps, map('awaited'));
    const waiting = orrery(['wait', 'cm/awaited', '--for=jsonpath={.data.done}=yes', '--timeout=50s']);
    const appearing = orrery(['wait', 'cm/late', '--for=create', '--timeout=50s']);
    await client.patch(configMaps, { namespace, name: 'awaited' }, 'merge', { data: { done: 'yes' } });
    await client.create(configMaps, map('late'));
    assert.equal((await waiting).stdout, 'configmap/awaited condition met\n');
    assert.equal((await appearing).stdout, 'configmap/late condition met\n');
  });

  it('delete returns when finalizers have let the object go', async () => {
    const { client, orrery } = fixture;
    await client.create(configMaps, map('held', { metadata: { finalizers: ['example.com/hold'] } }));
    let said = '';
    const deleting = orrery(['delete', 'cm', 'held'], {
      until(text) {
        if (said === '' && text !== '') {
          said = text;
          void client.patch(configMaps, { namespace, name: 'held' }, 'merge', { metadata: { finalizers: null } });
        }
        return false;
      },
    });
    assert.deepEqual(await deleting, {
      code: 0,
      stdout: `configmap "held" deleted from ${namespace} namespace\n`,
      stderr: '',
    });
    await assert.rejects(client.get(configMaps, { namespace, name: 'held' }), /not found/);

    await client.create(configMaps, map('kept', { metadata: { finalizers: ['example.com/hold'] } }));
    const impatient = await orrery(['delete', 'cm', 'kept', '--timeout=100ms']);
    assert.deepEqual(
      [impatient.code, impatient.stderr],
      [1, 'error: timed out waiting for the condition on configmaps/kept\n'],
    );
  });

  it('a reader that goes away ends it without a stack', async () => {
    const data = { big: 'x'.repeat(500_000) };
    await fixture.client.create(configMaps, map('big', { data }));
    const { stdout, stderr } = await shell(fixture, 'get cm big -o yaml', 'head -n 1');
    assert.equal(stdout, 'apiVersion: v1\n');
    assert.equal(stderr, '');
  });

  it('edit sends what the editor changed, shows what was wrong, and gives up on what stays wrong', async () => {
    const { client, orrery } = fixture;
    await client.create(configMaps, map('edited', { data: { a: 'b' } }));
    const edit = (script: string) => orrery(['edit', 'cm', 'edited'], { env: { KUBE_EDITOR: script } });
    assert.deepEqual(await edit("sed -i 's/a: b/a: c/'"), { code: 0, stdout: 'configmap/edited edited\n', stderr: '' });
    assert.deepEqual((await client.get(configMaps, { namespace, name: 'edited' })).data, { a: 'c' });
    assert.deepEqual(await edit('true'), { code: 0, stdout: '', stderr: 'Edit cancelled, no changes made.\n' });
    const wrong = await edit("sed -i 's/^data:/nonsense:/'");
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /unknown field "nonsense"[\s\S]*Edit cancelled, no valid changes were saved/);
    const failing = await edit('false');
    assert.deepEqual([failing.code, /problem with the editor "false"/.test(failing.stderr)], [1, true]);
  });

  it('what kubectl applied is unchanged for it, and the other way round', async function () {
    const { kubectl, orrery } = fixture;
    if (!kubectl) {
      console.log('      skipped: no kubectl of 1.30 or newer is installed');
      return this.skip();
    }
    const manifest = (name: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {b: "<&>", a: "\u2028é"}\n`;
    const apply = ['apply', '-f', '-'];
    for (const [name, first, second] of [
      ['ours', orrery, kubectl],
      ['theirs', kubectl, orrery],
    ] as const) {
      const input = manifest(name);
      assert.equal((await first(apply, { input })).stdout, `configmap/${name} created\n`);
      assert.equal((await second(apply, { input })).stdout, `configmap/${name} unchanged\n`);
    }
  });

  it('diff tells what apply would change, as kubectl does, by its exit code too', async () => {
    const { client, orrery, kubectl } = fixture;
    await client.create(configMaps, map('told', { data: { a: 'b', c: 'd' } }));
    const manifest = (name: string, data: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {${data}}\n`;
    const changes = (text: string): string[] => text.split('\n').filter(line => /^[-+] {2}[ac]: /.test(line));
    for (const program of [orrery, ...(kubectl ? [kubectl] : [])]) {
      const ask = (name: string, data: string) => program(['diff', '-f', '-'], { input: manifest(name, data) });
      const changed = await ask('told', 'a: x, c: d');
      assert.deepEqual([changed.code, changes(changed.stdout)], [1, ['-  a: b', '+  a: x']], changed.stderr);
      const created = await ask('not-yet', 'a: x');
      assert.deepEqual([created.code, changes(created.stdout)], [1, ['+  a: x']], created.stderr);
    }
    assert.deepEqual((await client.get(configMaps, { namespace, name: 'told' })).data, { a: 'b', c: 'd' });
    await orrery(['apply', '-f', '-'], { input: manifest('told', 'a: b, c: d') });
    const hidden = 'apiVersion: v1\nkind: Secret\nmetadata: {name: hidden}\nstringData: {a: open-sesame}\n';
    const secret = await orrery(['diff', '-f', '-'], { input: hidden });
    assert.deepEqual([secret.code, changes(secret.stdout)], [1, ["+  a: '***'"]]);
    assert.doesNotMatch(secret.stdout, /open-sesame|b3Blbi1zZXNhbWU=/);
    const same = await orrery(['diff', '-f', '-'], { input: manifest('told', 'a: b, c: d') });
    assert.deepEqual(same, { code: 0, stdout: '', stderr: '' });
  });

  it('a folder of manifests is applied in the order of its files, and a mistake is placed', async () => {
    const manifests = join(folder, 'manifests');
    const { orrery } = fixture;
    mkdirSync(manifests);
    writeFileSync(join(manifests, 'b.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: second}\n');
    writeFileSync(join(manifests, 'a.json'), '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"first"}}');
    writeFileSync(join(manifests, 'notes.txt'), 'not a manifest');
    const applied = await orrery(['apply', '-f', manifests]);
    assert.equal(applied.stdout, 'configmap/first created\nconfigmap/second created\n');
    const bad = join(folder, 'bad.yaml');
    writeFileSync(bad, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n wrong: indent\n');
    const failed = await orrery(['apply', '-f', bad]);
    assert.equal(failed.code, 1);
    assert.ok(failed.stderr.startsWith(`error: ${bad}:5:`), failed.stderr);
  });

  it('says in one sentence that no server answers, or that no cluster is configured', async () => {
    const refused = await fixture.orrery(['get', 'pods', '-s', 'https://127.0.0.1:1']);
    assert.deepEqual([refused.code, refused.stderr.split('\n').length], [1, 2]);
    assert.match(refused.stderr, /^cannot reach https:\/\/127\.0\.0\.1:1: connection refused/);
    const nowhere = await fixture.orrery(['get', 'pods', '--kubeconfig', join(folder, 'absent')]);
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.stderr, /^error: kubeconfig .*absent cannot be read: it does not exist/);
    const stranger = await fixture.orrery(['get', 'pods', '--as', 'nobody']);
    assert.equal(stranger.code, 1);
    assert.match(stranger.stderr, /^Error from server \(Forbidden\): pods is forbidden: User "nobody" cannot list/);
  });
});

/** A pipe of the two, in a shell. */
function shell(fixture: Fixture, args: string, reader: string): Promise<{ stdout: string; stderr: string }> {
  const line = `"$@" ${args} | ${reader}`;
  return new Promise((resolve, reject) => {
    const env = { ...process.env, KUBECONFIG: fixture.kubeconfig };
    execFile('/bin/sh', ['-c', line, 'sh', ...ourWords], { env }, (error, stdout, stderr) =>
      error ? reject(error) : resolve({ stdout, stderr }),
    );
  });
}
