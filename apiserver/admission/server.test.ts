/** A whole server whose flags and file say which plug-ins run, and what they are told. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asker } from '../testing/asking.js';
import { startTestCluster, type TestCluster } from '../testing/cluster.js';

describe('a server with other admission plug-ins', function () {
  this.timeout(60_000);
  let dir: string;
  let cluster: TestCluster;
  let ask: ReturnType<typeof asker>;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'orrery-admission-'));
    const limits =
      '{apiVersion: eventratelimit.admission.k8s.io/v1alpha1, kind: Configuration, limits: [{type: Namespace, qps: 1, burst: 1}]}';
    await writeFile(join(dir, 'events.yaml'), limits);
    await writeFile(
      join(dir, 'admission.yaml'),
      `apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- {name: EventRateLimit, path: events.yaml}
- name: PodSecurity
  configuration: {apiVersion: pod-security.admission.config.k8s.io/v1, kind: PodSecurityConfiguration, defaults: {enforce: baseline}}
`,
    );
    cluster = await startTestCluster('memory', [
      '--enable-admission-plugins=NamespaceAutoProvision,AlwaysPullImages,EventRateLimit',
      '--disable-admission-plugins=ServiceAccount',
      `--admission-control-config-file=${join(dir, 'admission.yaml')}`,
    ]);
    ask = asker(cluster);
  });
  after(async () => {
    await cluster?.remove();
    await rm(dir, { recursive: true });
  });

  const create = (path: string, body: object) => ask(path, { as: 'admin', method: 'POST', body });
  const pod = (spec: object = {}) => ({
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'i:1' }], ...spec },
  });

  it('makes namespaces, pulls images anew, and gives no account', async () => {
    const { code, json } = await create('/api/v1/namespaces/new/pods', pod());
    assert.equal(code, 201, JSON.stringify(json));
    assert.equal(json.spec.containers[0].imagePullPolicy, 'Always');
    assert.equal(json.spec.serviceAccountName, undefined);
    assert.equal((await ask('/api/v1/namespaces/new', { as: 'admin' })).json.status.phase, 'Active');
  });

  it('refuses what its file says, where the namespace says nothing', async () => {
    const { code, json } = await create('/api/v1/namespaces/new/pods', pod({ hostNetwork: true }));
    assert.equal(code, 403);
    assert.match(json.message, /violates PodSecurity "baseline:latest"/);
  });

  it('takes only so many events', async () => {
    const events = Array.from({ length: 20 }, (_, i) =>
      create('/api/v1/namespaces/new/events', {
        metadata: { name: `e${i}` },
        involvedObject: { kind: 'Pod', namespace: 'new', name: 'p' },
      }),
    );
    const refused = (await Promise.all(events)).find(({ code }) => code === 429);
    assert.match(refused?.json.message ?? '', /^limit reached on type Namespace for key new$/);
  });

  it('does not start with a choice or a file that makes no sense', async () => {
    const start = (...flags: string[]) => startTestCluster('memory', flags);
    await assert.rejects(start('--enable-admission-plugins=Nothing'), /plugin "Nothing" is unknown/);
    await assert.rejects(
      start('--enable-admission-plugins=EventRateLimit'),
      /EventRateLimit is enabled and has no limits/,
    );
    const file = join(dir, 'wrong.yaml');
    await writeFile(file, 'kind: Pod');
    await assert.rejects(start(`--admission-control-config-file=${file}`), /must be an AdmissionConfiguration/);
  });
});
