import assert from 'node:assert/strict';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { load } from 'js-yaml';
import { ensurePki, type KubeconfigName, PkiError, type PkiPaths, pkiPaths } from './index.js';
import { newPrivateKey, privatePem } from './keys.js';
import { embeddedCredentials } from './kubeconfig.js';

const now = Date.parse('2026-03-01T12:00:00Z');
const day = 24 * 3600 * 1000;

describe('ensurePki', () => {
  let dataDir: string;
  const options = (changes: object = {}) => ({
    dataDir,
    nodeName: 'node-1',
    addresses: ['192.0.2.7', 'box.example'],
    server: 'https://192.0.2.7:6443',
    now,
    ...changes,
  });
  const text = (path: string): Promise<string> => readFile(path, 'utf8');
  const certificate = async (path: string): Promise<X509Certificate> => new X509Certificate(await text(path));

  /** Every file's content, by its path below the data directory. */
  async function snapshot(): Promise<Record<string, string>> {
    const files = (await readdir(dataDir, { recursive: true })).filter(name => /\.\w+$/.test(name));
    return Object.fromEntries(await Promise.all(files.map(async name => [name, await text(join(dataDir, name))])));
  }
  const changed = (before: Record<string, string>, after: Record<string, string>): string[] =>
    Object.keys(after)
      .filter(name => before[name] !== after[name])
      .sort();

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'orrery-pki-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  it('writes all files, the secret ones for their owner only', async () => {
    const paths = await ensurePki(options());
    const files = Object.keys(await snapshot()).sort();
    assert.deepEqual(files, [
      ...['admin', 'controllers', 'kubelet', 'proxy', 'scheduler'].map(name => `kubeconfig/${name}.conf`),
      ...['apiserver-kubelet-client.crt', 'apiserver-kubelet-client.key', 'apiserver.crt', 'apiserver.key'].map(
        name => `pki/${name}`,
      ),
      ...['ca.crt', 'ca.key', 'front-proxy-ca.crt', 'front-proxy-ca.key', 'front-proxy-client.crt'].map(
        name => `pki/${name}`,
      ),
      ...['front-proxy-client.key', 'kubelet.crt', 'kubelet.key', 'sa.key', 'sa.pub'].map(name => `pki/${name}`),
    ]);
    for (const file of files) {
      const { mode } = await stat(join(dataDir, file));
      assert.equal((mode & 0o777).toString(8), /\.(key|conf)$/.test(file) ? '600' : '644', file);
    }
    assert.deepEqual(paths, pkiPaths(dataDir));
  });

  it('issues certificates that chain to the authority, for the names each is known by', async () => {
    const paths = await ensurePki(options());
    const ca = await certificate(paths.ca.cert);
    assert.equal(ca.ca, true);
    assert.ok(Date.parse(ca.validTo) >= now + 3649 * day);
    const table: [string, string, string[]][] = [
      [paths.apiserver.cert, 'CN=kube-apiserver', ['192.0.2.7', '10.96.0.1', '::1', '127.0.0.1']],
      [paths.kubelet.cert, 'O=system:nodes\nCN=system:node:node-1', ['192.0.2.7', '127.0.0.1']],
      [paths.kubeletClient.cert, 'O=system:masters\nCN=kube-apiserver-kubelet-client', []],
    ];
    for (const [path, subject, ips] of table) {
      const cert = await certificate(path);
      assert.ok(cert.checkIssued(ca) && cert.verify(ca.publicKey), path);
      assert.equal(cert.subject, subject);
      for (const ip of ips) assert.equal(cert.checkIP(ip), ip);
    }
    const served = await certificate(paths.apiserver.cert);
    for (const name of ['box.example', 'localhost', 'kubernetes.default.svc', 'kubernetes']) {
      assert.equal(served.checkHost(name), name);
    }
    assert.equal((await certificate(paths.kubelet.cert)).checkHost('node-1'), 'node-1');
  });

  it('writes kubeconfigs for each component, with its identity', async () => {
    const paths = await ensurePki(options());
    const table: Record<KubeconfigName, string> = {
      admin: 'O=system:masters\nCN=kubernetes-admin',
      controllers: 'CN=system:kube-controller-manager',
      scheduler: 'CN=system:kube-scheduler',
      kubelet: 'O=system:nodes\nCN=system:node:node-1',
      proxy: 'CN=system:kube-proxy',
    };
    for (const [name, subject] of Object.entries(table) as [KubeconfigName, string][]) {
      const parsed = load(await text(paths.kubeconfig[name])) as {
        clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
        users: { name: string }[];
        contexts: { name: string; context: { user: string } }[];
        'current-context': string;
      };
      assert.equal(parsed.clusters[0]?.cluster.server, 'https://192.0.2.7:6443');
      const ca = Buffer.from(parsed.clusters[0]?.cluster['certificate-authority-data'] ?? '', 'base64').toString();
      assert.equal(ca, await text(paths.ca.cert));
      assert.equal(parsed.contexts[0]?.name, parsed['current-context']);
      assert.equal(parsed.contexts[0]?.context.user, parsed.users[0]?.name);
      const embedded = embeddedCredentials(await text(paths.kubeconfig[name]));
      assert.equal(new X509Certificate(embedded.cert ?? '').subject, subject);
    }
  });

  it('changes nothing the second time', async () => {
    await ensurePki(options());
    const before = await snapshot();
    await ensurePki(options({ now: now + 300 * day, addresses: ['192.0.2.7'] }));
    assert.deepEqual(changed(before, await snapshot()), []);
  });

  const changes: { because: string; options?: object; spoil?: (paths: PkiPaths) => Promise<void>; files: string[] }[] =
    [
      {
        because: 'a new address',
        options: { addresses: ['192.0.2.7', '192.0.2.8'] },
        files: ['apiserver.crt', 'apiserver.key', 'kubelet.crt', 'kubelet.key'],
      },
      {
        because: 'another server URL',
        options: { server: 'https://192.0.2.7:7443' },
        files: ['admin.conf', 'controllers.conf', 'kubelet.conf', 'proxy.conf', 'scheduler.conf'],
      },
      {
        because: 'another node name',
        options: { nodeName: 'other' },
        files: ['kubelet.conf', 'kubelet.crt', 'kubelet.key'],
      },
      {
        because: 'certificates within 30 days of their end',
        options: { now: now + 336 * day },
        files: [
          'admin.conf',
          'controllers.conf',
          'kubelet.conf',
          'proxy.conf',
          'scheduler.conf',
          'apiserver-kubelet-client.crt',
          'apiserver-kubelet-client.key',
          'apiserver.crt',
          'apiserver.key',
          'front-proxy-client.crt',
          'front-proxy-client.key',
          'kubelet.crt',
          'kubelet.key',
        ],
      },
      {
        because: 'a key without its certificate (a start that was cut short)',
        spoil: paths => unlink(paths.apiserver.cert),
        files: ['apiserver.crt', 'apiserver.key'],
      },
      {
        because: 'a key of another certificate',
        spoil: paths => writeFile(paths.kubelet.key, privatePem(newPrivateKey())),
        files: ['kubelet.crt', 'kubelet.key'],
      },
      {
        because: 'a damaged certificate',
        spoil: paths => writeFile(paths.kubelet.cert, 'not a certificate'),
        files: ['kubelet.crt', 'kubelet.key'],
      },
      { because: 'a lost sa.pub', spoil: paths => unlink(paths.serviceAccount.publicKey), files: [] },
    ];
  for (const { because, options: with_, spoil, files } of changes) {
    it(`renews what is concerned, and only that: ${because}`, async () => {
      const paths = await ensurePki(options());
      const before = await snapshot();
      await spoil?.(paths);
      await ensurePki(options(with_));
      const renewed = changed(before, await snapshot()).map(name => name.slice(name.indexOf('/') + 1));
      assert.deepEqual(renewed.sort(), [...files].sort());
    });
  }

  it('renews the authority with its own key, so that older certificates stay valid', async () => {
    const paths = await ensurePki(options());
    const before = await certificate(paths.ca.cert);
    const old = await certificate(paths.apiserver.cert);
    await ensurePki(options({ now: now + 3640 * day }));
    const after = await certificate(paths.ca.cert);
    assert.notEqual(after.serialNumber, before.serialNumber);
    assert.ok(old.checkIssued(after) && old.verify(after.publicKey));
  });

  it('never replaces a damaged authority', async () => {
    const table: [string, (paths: PkiPaths) => Promise<void>, RegExp][] = [
      ['a certificate that cannot be read', p => writeFile(p.ca.cert, 'garbage'), /ca\.crt holds no certificate/],
      [
        'a leaf in its place',
        async p => writeFile(p.ca.cert, await text(p.kubelet.cert)),
        /ca\.crt holds no certificate/,
      ],
      ['another key', p => writeFile(p.ca.key, privatePem(newPrivateKey())), /ca\.key is not the key/],
      ['a key that cannot be read', p => writeFile(p.ca.key, 'garbage'), /ca\.key holds no private key/],
      [
        'a token key that cannot be read',
        p => writeFile(p.serviceAccount.privateKey, 'x'),
        /sa\.key holds no private key/,
      ],
    ];
    for (const [what, spoil, message] of table) {
      const paths = await ensurePki(options());
      const before = await snapshot();
      await spoil(paths);
      await assert.rejects(ensurePki(options()), { name: 'PkiError', message }, what);
      for (const [name, content] of Object.entries(before)) await writeFile(join(dataDir, name), content);
    }
  });

  it('works without the authority’s key for as long as nothing is to be issued', async () => {
    const paths = await ensurePki(options());
    await unlink(paths.ca.key);
    await ensurePki(options());
    await assert.rejects(ensurePki(options({ nodeName: 'other' })), PkiError);
  });

  it('keeps the token key: tokens outlive restarts', async () => {
    const { serviceAccount } = await ensurePki(options());
    const [key, pub] = await Promise.all([text(serviceAccount.privateKey), text(serviceAccount.publicKey)]);
    assert.equal(createPublicKey(key).export({ type: 'spki', format: 'pem' }), pub);
    await ensurePki(options({ now: now + 4000 * day }));
    assert.equal(await text(serviceAccount.privateKey), key);
  });

  it('exchanges the token key when sa.key is removed, and keeps verifying what the old one signed', async () => {
    const { serviceAccount } = await ensurePki(options());
    const old = await text(serviceAccount.publicKey);
    await unlink(serviceAccount.privateKey);
    await ensurePki(options());
    const next = createPublicKey(await text(serviceAccount.privateKey)).export({ type: 'spki', format: 'pem' });
    assert.notEqual(next, old);
    assert.equal(await text(serviceAccount.publicKey), `${next}${old}`);
    await ensurePki(options());
    assert.equal(await text(serviceAccount.publicKey), `${next}${old}`, 'once');
  });

  it('stands a real TLS handshake with client certificates, and refuses strangers', async () => {
    const paths = await ensurePki(options({ now: Date.now() }));
    const ca = await text(paths.ca.cert);
    const server = tls.createServer(
      {
        ca,
        cert: await text(paths.apiserver.cert),
        key: await text(paths.apiserver.key),
        requestCert: true,
        rejectUnauthorized: false,
      },
      socket => socket.end(`${socket.authorized} ${socket.getPeerCertificate().subject?.CN ?? '-'}`),
    );
    const port = await listen(server);
    try {
      const scheduler = embeddedCredentials(await text(paths.kubeconfig.scheduler));
      assert.equal(await answer({ ca, port, ...scheduler }), 'true system:kube-scheduler');
      assert.equal(await answer({ ca, port }), 'false -');
      await assert.rejects(answer({ port }), /self-signed certificate|unable to (get|verify)/);
      await assert.rejects(answer({ ca, port, servername: 'elsewhere.example' }), /Hostname\/IP does not match/);
    } finally {
      server.close();
    }
  });
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address && typeof address === 'object');
  return address.port;
}

const answer = (options: tls.ConnectionOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = '';
    const socket = tls.connect({ host: '127.0.0.1', servername: 'localhost', ...options });
    socket.on('data', chunk => {
      said += chunk;
    });
    socket.on('end', () => resolve(said));
    socket.on('error', reject);
  });
