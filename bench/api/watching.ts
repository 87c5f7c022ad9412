/** Watches under load: so many clients watch all pods while the labels of some change without pause. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../api/clock.js';
import { pods } from '../../client/resources.js';
import { wrk } from './load.js';
import type { Sample } from './measure.js';
import { namespace } from './objects.js';
import type { Subject } from './subject.js';

/** Writers keep the server as busy with writing as a busy cluster does, and no more than its watchers can follow. */
const writers = 16;
const seconds = 5;
/** In this time all of them are connected: a TLS handshake each, on a machine that may be busy. */
const connectingSeconds = 20;

/** Events delivered to all of them together, a second: counted by the bytes they read. */
export async function eventRate(subject: Subject, token: string, watchers: number): Promise<Sample> {
  const { items, metadata } = await subject.client.list(pods, { namespace, limit: writers });
  const names = items.map(pod => pod.metadata.name ?? '');
  const script = join(subject.place.dataDir, 'label.lua');
  writeFileSync(script, labelScript(token, names));
  const url = `${subject.url}/api/v1/pods?watch=true&resourceVersion=${metadata.resourceVersion}`;
  const ends = performance.now() + 1000 * (connectingSeconds + seconds);
  const watching = wrk({ url, connections: watchers, seconds: connectingSeconds + seconds, token });
  await untilOpen(subject, watchers, ends - 1000 * seconds);
  const cpuBefore = subject.cpuMs();
  // The writers go on until the watchers leave, so that all that is read is read in that time.
  const writing = Math.floor((ends - performance.now()) / 1000);
  const [watched] = await Promise.all([
    watching,
    wrk({ url: subject.url, connections: writers, seconds: writing, script }),
  ]);
  const one = `/api/v1/namespaces/${namespace}/pods/${names[0]}`;
  const eventBytes = (await subject.client.raw(one)).body.length + '{"type":"MODIFIED","object":}\n'.length;
  const events = watched.bytes / eventBytes;
  return { value: events / writing, micros: (1000 * (subject.cpuMs() - cpuBefore)) / events };
}

/** Under the names that Kubernetes has for it, today and in 1.20. */
const openWatches =
  /^apiserver_longrunning_(?:requests\{[^}]*verb="WATCH"[^}]*\}|gauge\{[^}]*resource="pods"[^}]*verb="WATCH"[^}]*\}) (\d+)$/m;

async function untilOpen(subject: Subject, watchers: number, deadline: number): Promise<void> {
  for (;;) {
    const metrics = (await subject.client.raw('/metrics')).body.toString();
    if (Number(openWatches.exec(metrics)?.[1] ?? 0) >= watchers) return;
    if (performance.now() > deadline) throw new Error(`${watchers} watches were not open after ${connectingSeconds} s`);
    await systemClock.sleep(100);
  }
}

/** A merge patch of a label, another value each time, of each pod in turn. */
const labelScript = (token: string, names: readonly string[]): string => `
local names = {${names.map(name => `"${name}"`).join(', ')}}
wrk.method = "PATCH"
wrk.headers["Authorization"] = "Bearer ${token}"
wrk.headers["Content-Type"] = "application/merge-patch+json"
local n = 0
function request()
  n = n + 1
  local path = "/api/v1/namespaces/${namespace}/pods/" .. names[n % #names + 1]
  return wrk.format(nil, path, nil, string.format('{"metadata":{"labels":{"turn":"%08d"}}}', n))
end`;
