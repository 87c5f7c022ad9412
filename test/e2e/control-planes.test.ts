/** `up --control-planes 3`: whatever is killed, what was acknowledged is there, and the loops go on within their lease. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../api/clock.js';
import type { Lease, Pod } from '../../api/types.js';
import { apiServersOf, loopsPlan } from '../../cli/cluster/control-planes.js';
import { membersOf, memberUrl } from '../../cli/cluster/etcd.js';
import { type ClusterConfig, layoutOf, readConfig } from '../../cli/cluster/layout.js';
import { keptProcess } from '../../cli/cluster/processes.js';
import { adminClient, apiReady, memberClient, memberHealthy } from '../../cli/cluster/readiness.js';
import type { Client } from '../../client/client.js';
import { configMaps, endpoints, leases, nodes, pods, replicationControllers } from '../../client/resources.js';
import { kubernetesDurations } from '../../client/runtime/claim.js';
import { root } from '../../tools/sources.js';
import { eventually } from './lab.js';
import { whereEtcdRuns } from './machine.js';
import { freePorts } from './ports.js';
import { type SteadyWriter, writeSteadily } from './steady-writer.js';

const execute = promisify(execFile);
const namespace = 'default';
const replicas = 3;
/** What a busy machine may take for what an idle one does in a moment. */
const marginMs = 20_000;
const patienceMs = 90_000;

/** Which of these processes listens at that port of all addresses. */
function listenerAmong(ids: readonly number[], port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const sockets = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local === `00000000:${hex}` && state === '0A')
    .map(words => `socket:[${words[9]}]`);
  const has = (id: number): boolean =>
    readdirSync(`/proc/${id}/fd`).some(fd => sockets.includes(readlinkSync(`/proc/${id}/fd/${fd}`)));
  const found = ids.find(has);
  assert.ok(found, `one listens at ${port}`);
  return found;
}

/** It may have been killed for its silence. */
function goOn(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
  }
}

describe('a cluster of three control planes', function () {
  this.timeout(300_000);
  let folder: string;
  let dataDir: string;
  let config: ClusterConfig;
  let client: Client;
  let writer: SteadyWriter;
  const opened: Client[] = [];

  const orrery = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, HOME: folder, KUBECONFIG: join(folder, 'config') };
    const { stdout } = await execute(process.execPath, [`${root}/dist/cli/main.js`, ...args, '--data-dir', dataDir], {
      env,
    });
    return stdout;
  };
  const keep = (one: Client): Client => {
    opened.push(one);
    return one;
  };
  const processIdOf = (name: string): number => {
    const child = keptProcess(layoutOf(dataDir), name)?.child;
    assert.ok(child, `${name} runs`);
    return child;
  };
  /** Its keeper has started it anew. */
  const comesBack = (name: string, formerly: number): Promise<unknown> =>
    eventually(
      async () => keptProcess(layoutOf(dataDir), name)?.child,
      child => child !== undefined && child !== formerly,
    );
  const kill = async (name: string): Promise<void> => {
    const pid = processIdOf(name);
    process.kill(pid, 'SIGKILL');
    await comesBack(name, pid);
  };

  const leaseOf = async (name: string, through = client): Promise<Lease> =>
    through.get(leases, { namespace: 'kube-system', name });
  const controllersLease = (through = client): Promise<Lease> => leaseOf('kube-controller-manager', through);
  /** The number of the control plane whose controllers lead. */
  const leader = async (through = client): Promise<number> => {
    const holder = (await controllersLease(through)).spec?.holderIdentity;
    const found = [1, 2, 3].find(n => loopsPlan(config, n).identity === holder);
    assert.ok(found, `${holder} leads`);
    return found;
  };
  const transitions = (lease: Lease): number => lease.spec?.leaseTransitions ?? 0;
  const acquired = (lease: Lease): number => Date.parse(lease.spec?.acquireTime ?? '');

  const alive = async (through = client): Promise<Pod[]> =>
    (await through.list(pods, { namespace, labelSelector: 'app=web' })).items.filter(
      ({ metadata }) => !metadata.deletionTimestamp,
    );
  /** Deletes a pod of the replication controller; answers, when another is there, how many ms that took. */
  const replaced = async (through = client): Promise<number> => {
    const before = await alive(through);
    const victim = before[0]?.metadata;
    assert.ok(victim?.name, 'there is a pod');
    const began = systemClock.now();
    await through.delete(pods, { namespace, name: victim.name }, { gracePeriodSeconds: 0 });
    const known = before.map(({ metadata }) => metadata.uid);
    await eventually(
      () => alive(through),
      now => now.some(({ metadata }) => !known.includes(metadata.uid)),
      patienceMs,
    );
    return systemClock.now() - began;
  };
  const within = (what: string, ms: number): void => {
    console.log(`      ${what}: ${(ms / 1000).toFixed(1)} s`);
    assert.ok(ms <= kubernetesDurations.leaseMs + marginMs, `${what}: ${ms} ms`);
  };

  whereEtcdRuns('a cluster of three control planes');
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'orrery-planes-'));
    dataDir = join(folder, 'cluster');
    const port = await freePorts(6);
    const ports = ['--port', String(port), '--etcd-port', String(port + 4)];
    await orrery('up', '--hollow', '3', '--control-planes', '3', ...ports);
    config = readConfig(layoutOf(dataDir)) as ClusterConfig;
    client = keep(adminClient(dataDir));
    const template = {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'nothing:1' }] },
    };
    const metadata = { name: 'web', namespace };
    await client.create(replicationControllers, {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata,
      spec: { replicas, template },
    });
    await eventually(
      alive,
      found => found.filter(({ status }) => status?.phase === 'Running').length === replicas,
      patienceMs,
    );
    writer = writeSteadily(client);
    await writer.writes(10);
  });
  after(async () => {
    if (folder === undefined) return;
    await writer?.stop();
    for (const one of opened) await one.close();
    await orrery('reset');
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows all of them, and has three API servers behind the kubernetes service', async () => {
    const shown = await orrery('status');
    for (const name of ['etcd', 'apiserver', 'controllers'])
      for (const n of [1, 2, 3]) assert.match(shown, new RegExp(`^${name}-${n} +running +pid \\d+`, 'm'));
    assert.match(shown, /^etcd +3 of 3 healthy$/m);
    assert.match(shown, /^API servers +3 of 3 ready$/m);
    const expected = apiServersOf(config).map(({ port }) => port);
    await eventually(
      async () => (await client.get(endpoints, { namespace, name: 'kubernetes' })).subsets,
      subsets => subsets?.flatMap(({ ports = [] }) => ports.map(({ port }) => port)).join() === expected.join(),
    );
  });

  it('goes on writing when any API server is killed', async () => {
    for (const { name, port } of apiServersOf(config)) {
      await kill(name);
      await writer.writes(20);
      const own = keep(adminClient(dataDir, `https://${config.address}:${port}`));
      await eventually(
        () => apiReady(own),
        ready => ready,
        patienceMs,
      );
    }
  });

  const clientsOfMembers = (): Client[] =>
    membersOf(config).map(member => keep(memberClient(dataDir, memberUrl(config, member))));
  /** The name of a member that leads, or does not. */
  const memberThat = async (which: 'leads' | 'follows'): Promise<string> => {
    const clients = clientsOfMembers();
    const leads = async (member: Client): Promise<boolean> =>
      /^etcd_server_is_leader 1$/m.test((await member.raw('/metrics')).body.toString());
    const states = await eventually(
      () => Promise.all(clients.map(leads)),
      found => found.includes(true),
    );
    return membersOf(config)[states.indexOf(which === 'leads')]?.name as string;
  };
  const allMembersHealthy = async (): Promise<void> => {
    const clients = clientsOfMembers();
    const ask = () => Promise.all(clients.map(memberHealthy));
    await eventually(ask, states => states.every(Boolean), patienceMs);
  };

  for (const which of ['leads', 'follows'] as const) {
    it(`goes on writing when a member of etcd that ${which} is killed`, async () => {
      await kill(await memberThat(which));
      await writer.writes(20);
      // Another may be lost only when this one is back.
      await allMembersHealthy();
    });

    it(`goes on writing when a member of etcd that ${which} hangs`, async () => {
      const pid = processIdOf(await memberThat(which));
      process.kill(pid, 'SIGSTOP');
      try {
        await writer.writes(20);
      } finally {
        goOn(pid);
      }
      await allMembersHealthy();
    });
  }

  it('replaces a pod within the lease when the controllers that lead are killed', async () => {
    const leading = `controllers-${await leader()}`;
    process.kill(processIdOf(leading), 'SIGKILL');
    within('replaced after SIGKILL', await replaced());
  });

  it('has others lead within the lease when the controllers that lead hang, and no pod twice when they go on', async () => {
    const before = await controllersLease();
    const leading = `controllers-${await leader()}`;
    const pid = processIdOf(leading);
    process.kill(pid, 'SIGSTOP');
    try {
      within('replaced after SIGSTOP', await replaced());
      const now = await controllersLease();
      assert.notEqual(now.spec?.holderIdentity, before.spec?.holderIdentity);
      assert.ok(transitions(now) > transitions(before));
      assert.ok(
        acquired(now) - Date.parse(before.spec?.renewTime ?? '') >= kubernetesDurations.leaseMs,
        'not before its time',
      );
    } finally {
      goOn(pid);
    }
    within('replaced after SIGCONT', await replaced());
    await eventually(
      alive,
      found => found.length === replicas && found.every(({ status }) => status?.phase === 'Running'),
      patienceMs,
    );
    assert.notEqual((await controllersLease()).spec?.holderIdentity, before.spec?.holderIdentity);
  });

  it('does not wait for the lease when the controllers that lead stop in order', async () => {
    const before = await controllersLease();
    const began = systemClock.now();
    process.kill(processIdOf(`controllers-${await leader()}`), 'SIGTERM');
    const now = await eventually(
      controllersLease,
      lease => transitions(lease) > transitions(before) && !!lease.spec?.holderIdentity,
      patienceMs,
    );
    assert.ok(acquired(now) - began < kubernetesDurations.leaseMs, `${acquired(now) - began} ms`);
    within('replaced after SIGTERM', await replaced());
  });

  it('has others lead within the lease when the API server of those that lead hangs', async () => {
    const n = await leader();
    const other = apiServersOf(config)[n % 3];
    const through = keep(adminClient(dataDir, `https://${config.address}:${other?.port}`));
    const pid = processIdOf(`apiserver-${n}`);
    process.kill(pid, 'SIGSTOP');
    try {
      within('replaced after SIGSTOP of the API server', await replaced(through));
    } finally {
      goOn(pid);
    }
    await writer.writes(20);
  });

  /** When a node was last found to be Ready, or not: of all nodes. */
  const readySince = async (): Promise<(string | undefined)[]> =>
    (await client.list(nodes)).items.map(({ metadata, status }) => {
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      return `${metadata.name} ${ready?.status} ${ready?.lastTransitionTime}`;
    });

  it('goes on within the lease when the API server that has the common port hangs', async () => {
    const before = await readySince();
    const ids = apiServersOf(config).map(({ name }) => processIdOf(name));
    const holder = listenerAmong(ids, config.port);
    const name = apiServersOf(config)[ids.indexOf(holder)]?.name as string;
    process.kill(holder, 'SIGSTOP');
    const began = systemClock.now();
    await writer.writes(20);
    within('writes go on', systemClock.now() - began);
    const asked = ['get', 'nodes', '--kubeconfig', join(layoutOf(dataDir).kubeconfigs, 'admin.conf')];
    const { stdout } = await execute(process.execPath, [`${root}/dist/cli/main.js`, ...asked]);
    assert.equal(stdout.match(/ Ready /g)?.length, 3, stdout);
    await comesBack(name, holder);
    assert.deepEqual(await readySince(), before, 'no node was lost meanwhile');
    within('replaced after SIGSTOP of the one with the port', await replaced());
  });

  it('has all that was acknowledged, also after `down` and `up`', async () => {
    const written = await writer.stop();
    assert.ok(written.length > 100, `${written.length} writes`);
    const lost = async (): Promise<string[]> => {
      const { items } = await client.list(configMaps, { namespace });
      const found = new Set(items.map(({ metadata }) => metadata.name));
      return written.filter(name => !found.has(name));
    };
    assert.deepEqual(await lost(), []);
    const held = await alive();
    await orrery('down');
    await orrery('up', '--hollow', '3');
    assert.match(await orrery('status'), /^API servers +3 of 3 ready$/m);
    assert.deepEqual(await lost(), []);
    const uids = (found: Pod[]) => found.map(({ metadata }) => metadata.uid).sort();
    assert.deepEqual(uids(await alive()), uids(held));
    assert.equal((await client.list(nodes)).items.length, 3);
    console.log(`      ${written.length} acknowledged writes are all there`);
  });
});
