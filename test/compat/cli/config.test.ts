/** `config` over kubeconfig files, beside kubectl's. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseYaml } from '../../../api/yaml.js';
import { newKubectl, orrery, type Program } from './programs.js';
import { words } from './rows.js';

const first = `apiVersion: v1
kind: Config
current-context: one
clusters:
- {name: near, cluster: {server: "https://127.0.0.1:6443", certificate-authority-data: c2VjcmV0}}
users:
- {name: me, user: {token: hidden}}
contexts:
- {name: one, context: {cluster: near, user: me}}
`;
const second = `apiVersion: v1
kind: Config
current-context: two
clusters:
- {name: far, cluster: {server: "https://192.0.2.1:6443"}}
users:
- {name: other, user: {client-certificate: cert.pem}}
contexts:
- {name: two, context: {cluster: far, user: other, namespace: lab}}
`;

/** In order: each sees what the ones before it changed. */
const rows: [args: string, out: string | RegExp, code?: number][] = [
  ['config current-context', 'one\n'],
  ['config get-contexts -o name', 'one\ntwo\n'],
  ['config get-contexts', /^CURRENT +NAME +CLUSTER +AUTHINFO +NAMESPACE\n\* +one +near +me\n +two +far +other +lab\n$/],
  ['config get-contexts two --no-headers', /^ +two +far +other +lab\n$/],
  ['config get-clusters', 'NAME\nfar\nnear\n'],
  ['config get-users', 'NAME\nme\nother\n'],
  ['config view -o jsonpath={.users[*].user.token}', 'REDACTED'],
  ['config view --raw -o jsonpath={.users[*].user.token}', 'hidden'],
  ['config view --minify -o jsonpath={.clusters[*].name}', 'near'],
  ['config view', /certificate-authority-data: DATA\+OMITTED[\s\S]*\ncurrent-context: one\nkind: Config\n/],
  ['config view -o json', /^\{\n {4}"apiVersion": "v1"|^\{\n {4}"kind": "Config"/],
  ['config use-context two', 'Switched to context "two".\n'],
  ['config current-context', 'two\n'],
  ['config set-context --current --namespace=web', 'Context "two" modified.\n'],
  ['config set-context three --cluster=far --user=me', 'Context "three" created.\n'],
  ['config set-credentials new --token=abc', 'User "new" set.\n'],
  ['config set-cluster third --server=https://192.0.2.3:6443', 'Cluster "third" set.\n'],
  ['config view --raw -o jsonpath={.contexts[*].context.namespace}', 'web'],
  ['config rename-context three drei', 'Context "three" renamed to "drei".\n'],
  ['config delete-context drei', /^deleted context drei from /],
  ['config delete-user new', /^deleted user new from /],
  ['config delete-cluster third', /^deleted cluster third from /],
  ['config use-context nope', '', 1],
  ['config delete-context nope', '', 1],
  ['config get-contexts nope', /./s, 1],
];

describe('config', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'orrery-config-'));

  /** A program with two kubeconfigs of its own, by the names that both programs see alike. */
  function withFiles(who: string, make: (kubeconfig: string) => Program | undefined): Program | undefined {
    const paths = ['first', 'second'].map(name => join(folder, `${who}-${name}`));
    for (const [index, text] of [first, second].entries()) writeFileSync(paths[index] ?? '', text);
    return make(paths.join(':'));
  }
  const ours = withFiles('ours', orrery) as Program;
  const theirs = withFiles('theirs', newKubectl);

  after(() => rmSync(folder, { recursive: true }));

  for (const [args, out, code = 0] of rows) {
    it(args, async () => {
      const result = await ours(words(args));
      const kubectls = await theirs?.(words(args));
      assert.equal(result.code, code, result.stderr);
      if (code === 0 && out instanceof RegExp) assert.match(result.stdout, out);
      else if (code === 0) assert.equal(result.stdout, out);
      else assert.match(result.stderr, /^error: /);
      if (!kubectls) return;
      assert.equal(kubectls.code, code);
      const plain = (text: string): unknown => normal(text.replaceAll('theirs-', 'ours-'));
      if (code === 0) assert.deepEqual(plain(result.stdout), plain(kubectls.stdout));
    });
  }
});

/** A view by its content; lists as sorted lines, because kubectl has some in no order; spaces that trail are nothing. */
const normal = (text: string): unknown =>
  /"?kind"?: /.test(text) ? parseYaml(text) : text.replace(/ +$/gm, '').split('\n').sort();
