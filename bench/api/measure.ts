/** The API server under load, over TLS with authentication, authorization and admission, and bare handlers beside it. */
import { execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pods } from '../../client/resources.js';
import { root } from '../../tools/sources.js';
import { h2load, type Loading, type Rate, wrk } from './load.js';
import { namespace, prepare, writeBodies } from './objects.js';
import { address, cpuMs, type Subject } from './subject.js';
import { eventRate } from './watching.js';

/** One measurement: a second (or megabytes, or seconds), and the processor time of a request, in microseconds. */
export interface Sample {
  value: number;
  micros?: number;
}

export type Samples = Map<string, Sample[]>;

const seconds = 3;
const manyPods = 4500;

/** Measures everything once, and adds it to `samples`. About a minute. */
export async function measure(subject: Subject, samples: Samples): Promise<void> {
  const add = (what: string, sample: Sample): void => void samples.set(what, [...(samples.get(what) ?? []), sample]);
  const token = await prepare(subject.client);
  const path = `${subject.url}/api/v1/namespaces/${namespace}`;
  const bodies = writeBodies(subject.place.dataDir);
  const timed = (what: string, load: () => Promise<Rate>) => costing(subject, load).then(sample => add(what, sample));

  const bareRates = await bareWrites(subject.place.dataDir);
  for (const [i, writers] of [1, 16, 64].entries()) add(`bare write ${writers}`, { value: bareRates[i] as number });
  const creating = { url: `${path}/configmaps`, token, body: bodies.configMap, http1: true };
  // Code that has not run yet is slow: a server that has served for a minute is what is measured.
  await h2load({ ...creating, connections: 16, count: 2500 });
  for (const [connections, count] of [
    [1, 2500],
    [16, 6000],
    [64, 6000],
  ] as const) {
    await timed(`create ConfigMap ${connections}`, () => h2load({ ...creating, connections, count }));
  }
  const two: Loading = { ...creating, http1: false, connections: 4, streams: 4, count: 3500 };
  await timed('create ConfigMap h2', () => h2load(two));
  const newPods: Loading = { ...creating, url: `${path}/pods`, body: bodies.pod, connections: 16, count: manyPods };
  await timed('create Pod 16', () => h2load(newPods));

  const pod = (await subject.client.list(pods, { namespace, limit: 1 })).items[0]?.metadata.name ?? '';
  const bare = await startBare(subject, pod);
  try {
    const [one, list] = [`${path}/pods/${pod}`, `${path}/pods`];
    await timed('GET pod', () => wrk({ url: one, connections: 16, seconds, token }));
    add('bare GET', await costing(bare, () => wrk({ url: `${bare.url}/one`, connections: 16, seconds })));
    const multiplexed = { connections: 4, streams: 4, count: 20_000, token };
    await timed('GET pod h2', () => h2load({ ...multiplexed, url: one }));
    add('bare GET h2', await costing(bare, () => h2load({ ...multiplexed, url: `${bare.h2}/one` })));
    await timed('LIST', () => wrk({ url: list, connections: 2, seconds, token }));
    add('bare LIST', await costing(bare, () => wrk({ url: `${bare.url}/list`, connections: 2, seconds })));
    await timed('LIST 500', () => wrk({ url: `${list}?limit=500`, connections: 2, seconds, token }));
  } finally {
    bare.close();
  }
  for (const watchers of [100, 500]) add(`watch ${watchers}`, await eventRate(subject, token, watchers));
  add('memory', { value: subject.megabytes() });
  const untilReady = await subject.restart();
  add('start', { value: untilReady, micros: 1000 * subject.cpuMs() });
}

type Measured = Pick<Subject, 'cpuMs'>;

async function costing(subject: Measured, load: () => Promise<Rate>): Promise<Sample> {
  const before = subject.cpuMs();
  const { requests, count } = await load();
  return { value: requests, micros: (1000 * (subject.cpuMs() - before)) / count };
}

interface Bare extends Measured {
  url: string;
  h2: string;
  close(): void;
}

/** The bare handlers, with the bytes that the server itself answers. */
async function startBare(subject: Subject, pod: string): Promise<Bare> {
  const { dataDir, pki, port } = subject.place;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const save = async (name: string, path: string): Promise<string> => {
    const file = join(dataDir, name);
    writeFileSync(file, (await subject.client.raw(path)).body);
    return file;
  };
  const files = [await save('one.json', `${pods}/${pod}`), await save('list.json', pods)];
  const own = port + 1;
  const program = join(root, 'dist/bench/api/bare-https.js');
  const child = spawn(process.execPath, [program, pki.dir, String(own), ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', () => reject(new Error('the bare handler did not start')));
  });
  return {
    url: `https://${address}:${own}`,
    h2: `https://${address}:${own + 1}`,
    cpuMs: () => cpuMs(child.pid as number),
    close: () => void child.kill(),
  };
}

/** Durable writes a second of a bare lmdb, by 1, 16 and 64 writers. */
export async function bareWrites(folder: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'dist/bench/api/bare-lmdb.js'), folder]);
  return JSON.parse(stdout) as number[];
}
