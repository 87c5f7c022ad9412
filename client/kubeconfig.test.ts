import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { KubeconfigError, type KubeconfigOptions, loadKubeconfig } from './kubeconfig.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const basic = (extra = ''): string => `
apiVersion: v1
kind: Config
current-context: one
clusters:
- name: c
  cluster: {server: 'https://127.0.0.1:6443/', certificate-authority-data: ${base64('CA')}}
users:
- name: u
  user: {client-certificate-data: ${base64('CERT')}, client-key-data: ${base64('KEY')}}
contexts:
- name: one
  context: {cluster: c, user: u, namespace: ns}
- name: bare
  context: {cluster: c}
${extra}`;

describe('loadKubeconfig', () => {
  let home: string;
  const write = (path: string, text: string): string => {
    const full = join(home, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    return full;
  };
  const load = (options: KubeconfigOptions = {}): ReturnType<typeof loadKubeconfig> =>
    loadKubeconfig({ env: {}, home, serviceAccountDir: join(home, 'sa'), now: () => 0, ...options });
  const refusal = (options: KubeconfigOptions, message: RegExp): void =>
    assert.throws(
      () => load(options),
      (error: Error) => error instanceof KubeconfigError && message.test(error.message),
    );

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it('reads ~/.kube/config: server, authority, certificate and namespace of the current context', () => {
    write('.kube/config', basic());
    assert.deepEqual(load(), { server: 'https://127.0.0.1:6443', ca: 'CA', cert: 'CERT', key: 'KEY', namespace: 'ns' });
  });

  it('takes another context, and another namespace', () => {
    write('.kube/config', basic());
    assert.deepEqual(load({ context: 'bare' }), { server: 'https://127.0.0.1:6443', ca: 'CA', namespace: 'default' });
    assert.equal(load({ namespace: 'other' }).namespace, 'other');
    assert.equal(load({ context: 'bare', user: 'u' }).cert, 'CERT');
  });

  it("merges KUBECONFIG's files: the first to name something wins, absent ones are passed over", () => {
    const first = write('a', 'current-context: one\nusers:\n- name: u\n  user: {token: first}\n');
    const second = write('b', basic());
    const env = { KUBECONFIG: [first, join(home, 'absent'), second].join(':') };
    assert.equal(load({ env }).token, 'first');
    assert.equal(load({ env }).ca, 'CA');
  });

  it('takes relative paths from the folder of their file', () => {
    write('dir/ca.crt', 'FILE-CA');
    const path = write(
      'dir/conf',
      'current-context: x\nclusters:\n- name: c\n  cluster: {server: "https://h", certificate-authority: ca.crt}\n' +
        'contexts:\n- name: x\n  context: {cluster: c}\n',
    );
    assert.equal(load({ path }).ca, 'FILE-CA');
    const elsewhere = load({ path, server: 'https://192.0.2.1:6445' });
    assert.deepEqual([elsewhere.server, elsewhere.ca], ['https://192.0.2.1:6445', 'FILE-CA']);
  });

  const withUser = (user: string): string => `
current-context: x
clusters:
- name: c
  cluster: {server: "https://h:1", insecure-skip-tls-verify: true, tls-server-name: other}
users:
- name: u
  user: ${user}
contexts:
- name: x
  context: {cluster: c, user: u}
`;

  it('knows passwords, impersonation and the TLS options', () => {
    const path = write('c', withUser('{username: a, password: b, as: jane, as-groups: [g]}'));
    assert.deepEqual(load({ path }), {
      server: 'https://h:1',
      insecureSkipTlsVerify: true,
      tlsServerName: 'other',
      basic: { username: 'a', password: 'b' },
      impersonate: { user: 'jane', groups: ['g'] },
      namespace: 'default',
    });
  });

  it('reads a token file again after a minute, and when the server refuses the token', async () => {
    const tokenPath = write('token', 'one\n');
    let now = 0;
    const path = write('c', withUser('{tokenFile: token}'));
    const { tokenSource } = load({ path, now: () => now });
    assert.equal(await tokenSource?.(), 'one');
    writeFileSync(tokenPath, 'two');
    assert.equal(await tokenSource?.(), 'one');
    assert.equal(await tokenSource?.('one'), 'two');
    writeFileSync(tokenPath, 'three');
    now = 60_000;
    assert.equal(await tokenSource?.(), 'three');
  });

  it('falls back to the service account of the pod it runs in', async () => {
    write('sa/token', 'sa-token');
    write('sa/ca.crt', 'SA-CA');
    write('sa/namespace', 'mine');
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    const { tokenSource, ...connection } = load({ env });
    assert.deepEqual(connection, { server: 'https://[fd00::1]:443', ca: 'SA-CA', namespace: 'mine' });
    assert.equal(await tokenSource?.(), 'sa-token');
    write('.kube/config', basic());
    assert.equal(load({ env }).server, 'https://127.0.0.1:6443', 'a kubeconfig goes before it');
  });

  describe('refuses, with file and mend', () => {
    it('nothing configured', () =>
      refusal({}, /no cluster is configured: .*\.kube\/config does not exist; .*--kubeconfig/));
    it('a named file that is absent', () => refusal({ path: '/nowhere/x' }, /kubeconfig \/nowhere\/x cannot be read/));

    const files: [string, string, KubeconfigOptions, RegExp][] = [
      ['YAML that is none', 'a: [', {}, /kubeconfig \S+ is not YAML: yaml: line \d+, column \d+: /],
      ['a list', '- a', {}, /the file must be a mapping/],
      ['an unknown context', basic(), { context: 'two' }, /no context "two"; choose one .*there are: one, bare/],
      ['no current context', basic().replace(/current-context.*/, ''), {}, /has no current-context/],
      ['an unknown user', basic().replace('user: u,', 'user: v,'), {}, /names the user "v", which is not there/],
      ['an unknown cluster', basic(), { cluster: 'd' }, /names the cluster "d", which is not there \(there are: c\)/],
      [
        'exec plugins',
        withUser('{exec: {command: aws}}'),
        {},
        /signs in with exec, .* not supported; use a client cert/,
      ],
      ['auth providers', withUser('{auth-provider: {name: gcp}}'), {}, /signs in with auth-provider/],
      ['half a key pair', withUser(`{client-key-data: ${base64('K')}}`), {}, /has a client-key alone/],
      [
        'a key file that is absent',
        withUser('{client-key: k, client-certificate: c}'),
        {},
        /names \S+\/c, which cannot be/,
      ],
      ['a server that is no address', basic().replace('https://127.0.0.1:6443/', 'nonsense'), {}, /is no address/],
      [
        'a server of the wrong type',
        basic().replace("'https://127.0.0.1:6443/'", '6443'),
        {},
        /server must be a string/,
      ],
    ];
    for (const [what, text, options, message] of files) {
      it(what, () => {
        write('.kube/config', text);
        refusal(options, message);
      });
    }
  });
});
