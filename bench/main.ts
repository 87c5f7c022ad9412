/**
 * `npm run bench`: what the issues promise, measured on this machine now. Each figure is a median with its spread, since
 * machines are shared and noisy; the API server's stand beside bare handlers measured in the same minute.
 *
 * `npm run bench -- cluster`, `api`, `etcd`, `scheduler` or `hollow` measures that part alone. BENCH_ROUNDS is how often (3);
 * BENCH_KUBE_APISERVER names a kube-apiserver, which `etcd` then measures in the same way, beside ours.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cannotRunNode, openLab } from '../test/e2e/lab.js';
import { kubeApiserver, startEtcd } from './api/etcd.js';
import { figuresOf } from './api/figures.js';
import { missingPrograms } from './api/load.js';
import { measure, type Samples } from './api/measure.js';
import { type Command, makePlace, orrery, start } from './api/subject.js';
import { type ClusterFigures, clusterFigures, measureCluster } from './cluster.js';
import { type Figure, line } from './figure.js';
import { type HollowFigures, hollowFigures, measureHollow } from './hollow.js';
import { measureScheduler } from './scheduler/measure.js';

const rounds = Number(process.env.BENCH_ROUNDS ?? 3);

const tell = (title: string, figures: readonly Figure[]): void =>
  console.log([`\n${title}`, ...figures.map(line)].join('\n'));

async function cluster(): Promise<void> {
  const reason = cannotRunNode();
  if (reason) return console.error(`the figures of a whole cluster are left out: ${reason}`);
  const measured: ClusterFigures[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    console.error(`cluster, round ${round} of ${rounds}`);
    const lab = openLab();
    try {
      measured.push(await measureCluster(lab));
    } finally {
      await lab.close();
    }
  }
  tell('A whole cluster', clusterFigures(measured));
}

/** Each round is a new server on new data. */
async function api(): Promise<void> {
  const samples: Samples = new Map();
  for (let round = 1; round <= rounds; round += 1) {
    console.error(`API server, round ${round} of ${rounds}`);
    await measureOnce('lmdb', orrery, samples);
  }
  tell('The API server, embedded store', figuresOf(samples, true));
}

async function overEtcd(): Promise<void> {
  const kube = process.env.BENCH_KUBE_APISERVER;
  const subjects: [string, Command][] = [['The API server over etcd', orrery]];
  if (kube) subjects.push([`${kube} over etcd`, kubeApiserver(kube)]);
  const samples = new Map(subjects.map(([title]) => [title, new Map() as Samples]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [title, command] of subjects) {
      console.error(`${title}, round ${round} of ${rounds}`);
      const folder = mkdtempSync(join(tmpdir(), 'orrery-bench-etcd-'));
      const etcd = await startEtcd(folder);
      try {
        await measureOnce(etcd.datastore, command, samples.get(title) as Samples);
      } finally {
        await etcd.close();
        rmSync(folder, { recursive: true, force: true });
      }
    }
  }
  for (const [title, taken] of samples) tell(title, figuresOf(taken, false));
}

async function measureOnce(datastore: string, command: Command, samples: Samples): Promise<void> {
  const subject = await start(await makePlace(datastore), command);
  try {
    await measure(subject, samples);
  } finally {
    await subject.close();
  }
}

async function scheduler(): Promise<void> {
  tell('The scheduler alone', await measureScheduler(rounds, line => console.error(line)));
}

async function hollow(): Promise<void> {
  const measured: HollowFigures[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    console.error(`hollow nodes, round ${round} of ${rounds}`);
    measured.push(await measureHollow());
  }
  tell('Hollow nodes', hollowFigures(measured));
}

const parts: Record<string, () => Promise<void>> = { cluster, api, etcd: overEtcd, scheduler, hollow };
/** Those that need the load generators. */
const loaded: ReadonlySet<string> = new Set(['api', 'etcd']);
const asked = process.argv.slice(2);
const unknown = asked.find(part => !parts[part]);
if (unknown) {
  console.error(`there is no part "${unknown}": the parts are ${Object.keys(parts).join(', ')}`);
  process.exit(1);
}
const missing = await missingPrograms();
for (const [name, part] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  if (loaded.has(name) && missing.length > 0) {
    console.error(`the figures of "${name}" are left out: apt-get install ${missing.join(' ')}`);
  } else await part();
}
