/** A container that is added to a pod which runs, to look into it: what `kubectl debug` does. */
import assert from 'node:assert/strict';
import type { EphemeralContainer, Pod } from '../../../api/types.js';
import { idle, isReady, type Part, pod, type Scene, shell } from './scene.js';

async function addTo(scene: Scene, name: string, container: EphemeralContainer): Promise<void> {
  const object = JSON.parse(await scene.kubectl('get', 'pod', name, '-o', 'json')) as Pod;
  const spec = { ...object.spec, ephemeralContainers: [...(object.spec?.ephemeralContainers ?? []), container] };
  const path = `/api/v1/namespaces/default/pods/${name}/ephemeralcontainers`;
  const { code, stderr } = await scene.tryKubectl(
    ['replace', '--raw', path, '-f', '-'],
    JSON.stringify({ ...object, spec }),
  );
  assert.equal(code, 0, stderr);
}

export const debug: Part = {
  objects: [pod('looked-into', shell(`exec sleep 12345`))],

  tests(scene) {
    it('a container is added to a pod that runs, sees the processes of another, and leaves them alone', async () => {
      const before = await scene().pods.until('looked-into', 'ready', isReady);
      const looks = { ...shell(`ps; ${idle}`, { name: 'looks' }), targetContainerName: 'c' } as EphemeralContainer;
      await addTo(scene(), 'looked-into', looks);
      const running = await scene().pods.until(
        'looked-into',
        'looked into',
        p => p.status?.ephemeralContainerStatuses?.[0]?.state?.running !== undefined,
      );
      assert.deepEqual(running.status?.containerStatuses, before.status?.containerStatuses);
      assert.ok(isReady(running));
      assert.match(await scene().kubectl('exec', 'looked-into', '-c', 'looks', '--', 'ps'), /^ *1 .*sleep 12345$/m);
      assert.match(await scene().kubectl('logs', 'looked-into', '-c', 'looks'), /^ *1 .*sleep 12345$/m);
      const told = await scene().kubectl('describe', 'pod', 'looked-into');
      assert.match(told, /Ephemeral Containers:\n {2}looks:/);
    });
  },
};
