/** `orrery demo`: from nothing to pods that come up, heal and share a service's work, shown a line a step. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../api/clock.js';
import type { Pod } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { events, pods, replicationControllers, services } from '../../client/resources.js';
import { Failure } from '../failure.js';
import { readManifests } from '../objects/files.js';
import { forEachManifest } from '../objects/manifests.js';
import { openSession, type Session } from '../session.js';
import { askOverHttp, shares, untilAllAnswer } from './demo-answers.js';
import { type ClusterConfig, dataDirFlag, layoutOf } from './layout.js';
import type { Steps } from './steps.js';
import { up } from './up.js';

export interface DemoOptions {
  dataDir: string;
  flags: Partial<ClusterConfig>;
  steps: Steps;
}

const namespace = 'default';
const labelSelector = 'app=web';
const samples = fileURLToPath(new URL('../../../manifests/samples', import.meta.url));
const patienceMs = 120_000;

export async function demo({ dataDir, flags, steps }: DemoOptions): Promise<void> {
  const config = await up({ dataDir, flags, steps });
  const session = openSession({ kubeconfig: join(layoutOf(dataDir).kubeconfigs, 'admin.conf') });
  const { client } = session;
  try {
    await applySamples(session, steps);
    const wanted = await wantedReplicas(client);
    const ready = await steps.run(`${wanted} pods of the replication controller "web" are ready`, () =>
      untilReady(client, wanted, pod => detail(steps, `pod ${pod.metadata.name} at ${pod.status?.podIP}`)),
    );
    await balance(client, ready, steps);
    await heal(client, ready, steps);
  } finally {
    await client.close();
  }
  sayWhatNext(config, dataDir, steps);
}

/** What belongs to a step stands under its name, not under its time. */
const detail = (steps: Steps, text: string): void => steps.say(`           ${text}`);

async function applySamples(session: Session, steps: Steps): Promise<void> {
  const [{ applyObject }, { mergeSchemaFor }] = await Promise.all([
    import('../objects/apply.js'),
    import('../objects/merge-schema.js'),
  ]);
  await steps.run('applying manifests/samples', () =>
    forEachManifest(
      session,
      readManifests({ filename: [samples] }),
      undefined,
      async (object, resource) => {
        const applied = await applyObject(session.client, resource, object, { schemaOf: mergeSchemaFor });
        return { object: applied.object, said: applied.result };
      },
      done => detail(steps, done.line),
    ),
  );
}

async function wantedReplicas(client: Client): Promise<number> {
  const controller = await client.get(replicationControllers, { namespace, name: 'web' });
  return controller.spec?.replicas ?? 1;
}

const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some(c => c.type === 'Ready' && c.status === 'True') ?? false;

/** Its controller counts it no more. */
const hasEnded = (pod: Pod): boolean => pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded';

/** Waits until there are exactly so many pods, all ready, and tells of each when it is. Throws a Failure when they do not come. */
async function untilReady(client: Client, count: number, onReady: (pod: Pod) => void): Promise<Pod[]> {
  const deadline = systemClock.now() + patienceMs;
  const told = new Set<string | undefined>();
  for (;;) {
    const { items } = await client.list(pods, { namespace, labelSelector });
    const staying = items.filter(pod => !pod.metadata.deletionTimestamp && !hasEnded(pod));
    const ready = staying.filter(isReady);
    for (const pod of ready.filter(({ metadata }) => !told.has(metadata.uid))) {
      told.add(pod.metadata.uid);
      onReady(pod);
    }
    if (ready.length === count && staying.length === count) return ready;
    if (systemClock.now() > deadline) throw new Failure(await whyNotReady(client, ready.length, count));
    await systemClock.sleep(50);
  }
}

async function whyNotReady(client: Client, ready: number, count: number): Promise<string> {
  const { items } = await client.list(events, { namespace, fieldSelector: 'type=Warning' });
  const complaint = items.filter(event => event.involvedObject.name?.startsWith('web')).at(-1)?.message;
  return (
    `${ready} of ${count} pods are ready after ${patienceMs / 1000} s${complaint ? ` (${complaint})` : ''}: ` +
    `'./orrery describe pods -l ${labelSelector}' says more.`
  );
}

/** Asks the service's address until each pod has answered, and then shows how more answers are spread over them. */
async function balance(client: Client, ready: readonly Pod[], steps: Steps): Promise<void> {
  const service = await client.get(services, { namespace, name: 'web' });
  const url = `http://${service.spec?.clusterIP}/`;
  const names = ready.map(pod => pod.metadata.name ?? '');
  await steps.run(`the service at ${url} is answered by all ${names.length} pods`, () =>
    untilAllAnswer(url, names, askOverHttp, systemClock),
  );
  const times = 10 * names.length;
  for (const [name, count] of await shares(url, times, askOverHttp))
    detail(steps, `${name} answered ${count} of ${times} times`);
}

async function heal(client: Client, ready: readonly Pod[], steps: Steps): Promise<void> {
  const name = ready[0]?.metadata.name;
  if (!name) return;
  const known = new Set(ready.map(pod => pod.metadata.uid));
  await steps.run(`pod ${name} is killed, and replaced by a ready one`, async () => {
    await client.delete(pods, { namespace, name }, { gracePeriodSeconds: 0 });
    await untilReady(client, ready.length, pod => {
      if (!known.has(pod.metadata.uid))
        detail(steps, `the replacement is ${pod.metadata.name} at ${pod.status?.podIP}`);
    });
  });
}

function sayWhatNext(config: ClusterConfig, dataDir: string, steps: Steps): void {
  const hints: [command: string, what: string][] = [
    ['./orrery get pods -A -o wide', 'what runs (kubectl works the same way)'],
    ['./orrery scale rc web --replicas=5', 'more pods behind the same address'],
    [`curl http://${config.address}:30080/`, "the service, on the node's own port"],
    ['./orrery describe pod healing', 'a probe that fails and heals, and its events'],
    ['./orrery logs -f shared-volume -c writer', 'or: ./orrery exec -it shared-volume -c web -- sh'],
    [`sudo ./orrery down${dataDirFlag(dataDir)}`, "stop it all; 'up' brings it back, 'reset' forgets it"],
  ];
  const width = Math.max(...hints.map(([command]) => command.length));
  steps.say('\nThe cluster goes on running. What to try next:');
  for (const [command, what] of hints) steps.say(`  ${command.padEnd(width)}  ${what}`);
}
