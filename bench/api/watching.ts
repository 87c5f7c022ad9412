/** Watches under load: so many clients watch all pods while one pod's label changes without pause. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod } from '../../api/types.js';
import { wrk } from './load.js';
import type { Sample } from './measure.js';
import { namespace } from './objects.js';
import type { Subject } from './subject.js';

/** Writers keep the server as busy with writing as a busy cluster does, and no more than its watchers can follow. */
const writers = 4;
const seconds = 5;

/** Events delivered to all of them together, a second: counted by the bytes they read. */
export async function eventRate(subject: Subject, token: string, watchers: number, pod: string): Promise<Sample> {
  const script = join(subject.place.dataDir, 'label.lua');
  writeFileSync(script, labelScript(token));
  const one = `/api/v1/namespaces/${namespace}/pods/${pod}`;
  const before = await subject.client.raw(one);
  const { resourceVersion } = (JSON.parse(before.body.toString()) as Pod).metadata;
  const url = `${subject.url}/api/v1/pods?watch=true&resourceVersion=${resourceVersion}`;
  const cpuBefore = subject.cpuMs();
  const [watched] = await Promise.all([
    wrk({ url, connections: watchers, seconds, token }),
    wrk({ url: `${subject.url}${one}`, connections: writers, seconds, script }),
  ]);
  const eventBytes = (await subject.client.raw(one)).body.length + '{"type":"MODIFIED","object":}\n'.length;
  const events = watched.bytes / eventBytes;
  return { value: events / seconds, micros: (1000 * (subject.cpuMs() - cpuBefore)) / events };
}

/** A merge patch of a label, another value each time. */
const labelScript = (token: string): string => `
wrk.method = "PATCH"
wrk.headers["Authorization"] = "Bearer ${token}"
wrk.headers["Content-Type"] = "application/merge-patch+json"
local n = 0
function request()
  n = n + 1
  return wrk.format(nil, nil, nil, string.format('{"metadata":{"labels":{"turn":"%08d"}}}', n))
end`;
