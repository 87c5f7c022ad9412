import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeconfigFile } from '../cluster/user-kubeconfig.js';
import { merged, withEntry } from './files.js';
import { flattened, minified, withoutSecrets } from './view.js';

const named = (name: string, kind: string, fields: Record<string, unknown>) => ({ name, [kind]: fields });

const file = {
  clusters: [
    named('near', 'cluster', { server: 'https://a', 'certificate-authority': 'ca.crt' }),
    named('far', 'cluster', {}),
  ],
  users: [named('me', 'user', { token: 't', 'client-key-data': 'k' }), named('other', 'user', {})],
  contexts: [named('one', 'context', { cluster: 'near', user: 'me' }), named('two', 'context', { cluster: 'far' })],
  'current-context': 'one',
} as KubeconfigFile;

describe('a kubeconfig as it is shown', () => {
  it('has no secrets', () => {
    const [me] = withoutSecrets(file).users ?? [];
    assert.deepEqual(me, named('me', 'user', { token: 'REDACTED', 'client-key-data': 'DATA+OMITTED' }));
  });

  it('is minified to a context', () => {
    const small = minified(file, 'two');
    assert.deepEqual(
      [small.clusters, small.users, small.contexts, small['current-context']],
      [[named('far', 'cluster', {})], [], [named('two', 'context', { cluster: 'far' })], 'two'],
    );
    assert.throws(() => minified({}), /current-context must exist in order to minify/);
  });

  it('is flattened with the files that it names, from the folder that it is in', () => {
    const folder = mkdtempSync(join(tmpdir(), 'orrery-flatten-'));
    try {
      writeFileSync(join(folder, 'ca.crt'), 'PEM');
      const [near] = flattened(file, join(folder, 'config')).clusters ?? [];
      assert.deepEqual(near, named('near', 'cluster', { server: 'https://a', 'certificate-authority-data': 'UEVN' }));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('kubeconfig files as one', () => {
  it('the first to name an entry or the context wins', () => {
    const second = {
      clusters: [named('near', 'cluster', { server: 'x' }), named('third', 'cluster', {})],
      'current-context': 'two',
    };
    const both = merged([file, second as KubeconfigFile]);
    assert.deepEqual(
      both.clusters?.map(({ name }) => name),
      ['far', 'near', 'third'],
    );
    assert.equal(both['current-context'], 'one');
  });

  it('an entry is changed field by field, or added', () => {
    const changed = withEntry(file, 'contexts', 'one', { namespace: 'lab', user: undefined });
    assert.deepEqual(changed.contexts?.[0], named('one', 'context', { cluster: 'near', namespace: 'lab' }));
    assert.deepEqual(withEntry({}, 'users', 'new', { token: 't' }).users, [named('new', 'user', { token: 't' })]);
  });
});
