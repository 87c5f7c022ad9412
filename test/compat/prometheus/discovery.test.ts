/**
 * Prometheus' service discovery (informers of client-go) follows what our API server lists and watches: every role of
 * it, also after the server was killed in the middle.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePki } from '../../../apiserver/pki/index.js';
import { eventually } from '../../e2e/lab.js';
import { RawClient } from '../raw-client.js';
import { type ApiServerProcess, forkApiServer } from '../restarts/api-server-process.js';
import { tokenOf } from './account.js';
import { type Discovered, discovered } from './discovered.js';
import {
  type Prometheus,
  prometheusProgram,
  type Role,
  rights,
  roles,
  startPrometheus,
  type Target,
} from './prometheus.js';

const program = prometheusProgram('prometheus');

describe("the discovery of Debian's prometheus", function () {
  this.timeout(200_000);
  let dataDir: string;
  let server: ApiServerProcess | undefined;
  let raw: RawClient;
  let prometheus: Prometheus | undefined;

  before(async function () {
    if (!program) {
      console.log('      skipped: no prometheus: tools/test.sh unpacks that of Debian below dist/ where it can');
      return this.skip();
    }
    dataDir = await mkdtemp(join(tmpdir(), 'orrery-discovery-'));
    const identity = { dataDir, nodeName: 'node-1', addresses: ['127.0.0.1'], now: Date.now() };
    const pki = await ensurePki({ ...identity, server: 'https://127.0.0.1:1' });
    server = await forkApiServer(dataDir, 0);
    raw = new RawClient({ pki, server });
    const token = await tokenOf(raw, 'monitoring', rights);
    // No controllers run here, and a pod needs an account.
    await raw.ask('POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
    prometheus = await startPrometheus(program, { host: `127.0.0.1:${server.port}`, caFile: pki.ca.cert, token });
    await createAll(1);
  });
  after(async () => {
    await prometheus?.stop();
    raw?.close();
    await server?.kill();
    if (dataDir) await rm(dataDir, { recursive: true, force: true });
  });

  async function create({ path, object, status }: Discovered): Promise<void> {
    const made = await raw.ask(`POST ${path}`, object);
    assert.equal(made.code, 201, made.text);
    const one = `${path}/${made.json.metadata.name}/status`;
    if (status) assert.equal((await raw.ask(`PUT ${one}`, { ...made.json, status })).code, 200);
  }
  const createAll = async (n: number): Promise<void> => {
    for (const role of roles) await create(discovered(n)[role]);
  };
  const removeAll = async (n: number): Promise<void> => {
    for (const role of roles) {
      const gone = await raw.ask(`DELETE ${discovered(n)[role].path}/web-${n}?gracePeriodSeconds=0`);
      assert.equal(gone.code, 200, gone.text);
    }
  };

  const isOf =
    ({ address, labels }: Discovered) =>
    ({ discoveredLabels, labels: final }: Target): boolean =>
      discoveredLabels.__address__ === address &&
      Object.entries(labels).every(([name, value]) => (discoveredLabels[name] ?? final[name]) === value);

  /** Waits until a role's targets, of those that are made here, are these; all others are to be gone. */
  const finds = (role: Role, numbers: readonly number[]): Promise<unknown> =>
    eventually(
      async () => {
        const targets = (await prometheus?.targets(role)) ?? [];
        return [1, 2, 3].filter(n => targets.some(isOf(discovered(n)[role])));
      },
      found => found.join() === numbers.join(),
      150_000,
    );
  const eachFinds = (numbers: readonly number[]): Promise<unknown> =>
    Promise.all(roles.map(role => finds(role, numbers)));

  for (const role of roles) it(`finds what there is by role ${role}`, () => finds(role, [1]));

  it('finds more as they are made, and loses what is deleted', async () => {
    await createAll(2);
    await eachFinds([1, 2]);
    await removeAll(1);
    await eachFinds([2]);
  });

  it('follows a list of addresses that grows and shrinks', async () => {
    const { path } = discovered(2).endpointslice;
    const { json: slice } = await raw.ask(`GET ${path}/web-2`);
    const has = (count: number): Promise<unknown> =>
      eventually(
        async () => (await prometheus?.targets('endpointslice')) ?? [],
        found =>
          found.filter(target => target.discoveredLabels.__meta_kubernetes_endpointslice_name === 'web-2').length ===
          count,
        150_000,
      );
    for (const count of [3, 1]) {
      const endpoints = Array.from({ length: count }, (_, i) => ({ addresses: [`10.244.1.${i}`] }));
      const { json } = await raw.ask(`GET ${path}/web-2`);
      assert.equal((await raw.ask(`PUT ${path}/web-2`, { ...json, endpoints })).code, 200);
      await has(count);
    }
    const { json } = await raw.ask(`GET ${path}/web-2`);
    assert.equal((await raw.ask(`PUT ${path}/web-2`, { ...json, endpoints: slice.endpoints })).code, 200);
    await finds('endpointslice', [2]);
  });

  it('goes on after the API server was killed: what is made and what is deleted from then on', async () => {
    const { port } = server as ApiServerProcess;
    await server?.kill();
    server = await forkApiServer(dataDir, port);
    await createAll(3);
    await removeAll(2);
    await eachFinds([3]);
  });
});
