/** Watches under load: so many clients watch all pods while the labels of some change without pause. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pods } from '../../client/resources.js';
import { wrk } from './load.js';
import type { Sample } from './measure.js';
import { namespace } from './objects.js';
import type { Subject } from './subject.js';

/** Writers keep the server as busy with writing as a busy cluster does, and no more than its watchers can follow. */
const writers = 16;
const seconds = 5;

/** Events delivered to all of them together, a second: counted by the bytes they read. */
export async function eventRate(subject: Subject, token: string, watchers: number): Promise<Sample> {
  const { items, metadata } = await subject.client.list(pods, { namespace, limit: writers });
  const names = items.map(pod => pod.metadata.name ?? '');
  const script = join(subject.place.dataDir, 'label.lua');
  writeFileSync(script, labelScript(token, names));
  const url = `${subject.url}/api/v1/pods?watch=true&resourceVersion=${metadata.resourceVersion}`;
  const cpuBefore = subject.cpuMs();
  const [watched] = await Promise.all([
    wrk({ url, connections: watchers, seconds, token }),
    wrk({ url: subject.url, connections: writers, seconds, script }),
  ]);
  const one = `/api/v1/namespaces/${namespace}/pods/${names[0]}`;
  const eventBytes = (await subject.client.raw(one)).body.length + '{"type":"MODIFIED","object":}\n'.length;
  const events = watched.bytes / eventBytes;
  return { value: events / seconds, micros: (1000 * (subject.cpuMs() - cpuBefore)) / events };
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
