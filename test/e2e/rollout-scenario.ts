/** A Deployment on real containers: out, on to the next template, and back. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deployment } from '../../api/types.js';
import { eventually, type Lab } from './lab.js';
import { readyPods } from './scenarios.js';

const manifest = (version: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: rolling}
spec:
  replicas: 2
  selector: {matchLabels: {app: rolling}}
  template:
    metadata: {labels: {app: rolling}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - {name: c, image: orrery.local/busybox:1, command: [sleep, "1000"], env: [{name: VERSION, value: "${version}"}]}
`;

export function rollsOut(lab: () => Lab): void {
  const apply = async (version: string): Promise<void> => {
    const file = join(lab().dataDir, 'rolling.yaml');
    await writeFile(file, manifest(version));
    await lab().orrery('apply', '-f', file);
  };
  /** Two pods, both of this version, and a deployment that says so. */
  const runs = async (version: string): Promise<void> => {
    const read = async () => JSON.parse(await lab().orrery('get', 'deployment', 'rolling', '-o', 'json')) as Deployment;
    await eventually(
      read,
      ({ metadata, status }) =>
        status?.observedGeneration === metadata.generation &&
        status?.updatedReplicas === 2 &&
        status?.availableReplicas === 2 &&
        status?.replicas === 2,
      60_000,
    );
    const versions = (await readyPods(lab(), 'app=rolling', 2)).map(pod => pod.spec?.containers[0]?.env?.[0]?.value);
    assert.deepEqual(versions, [version, version]);
  };

  it('rolls a deployment out, and back', async () => {
    for (const version of ['1', '2', '1']) {
      await apply(version);
      await runs(version);
    }
    const sets = await lab().orrery('get', 'rs', '-l', 'app=rolling', '-o', 'jsonpath={.items[*].spec.replicas}');
    assert.deepEqual(sets.trim().split(' ').sort(), ['0', '2']);
    await lab().orrery('delete', 'deployment', 'rolling');
    await readyPods(lab(), 'app=rolling', 0);
  });
}
