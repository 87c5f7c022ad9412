import assert from 'node:assert/strict';
import type { Container, ContainerStatus } from '../../api/types.js';
import { actualResources, resizeCondition } from './resize.js';

const spec = (cpu: string): Container => ({ name: 'c', image: 'i', resources: { limits: { cpu }, requests: { cpu } } });
const status = (id: string, cpu?: string): ContainerStatus => ({
  name: 'c',
  image: 'i',
  imageID: '',
  ready: true,
  restartCount: 0,
  containerID: id,
  state: { running: {} },
  ...(cpu ? { resources: { limits: { cpu }, requests: { cpu } } } : {}),
});
const now = Date.parse('2026-01-01T00:00:00Z');

describe('a container that is to have another size', () => {
  const table: [string, ContainerStatus | undefined, string][] = [
    ['has what it was asked for, at first', undefined, '2'],
    ['keeps what it was started with', status('one', '1'), '1'],
    ['has the new size when it was started anew', status('other', '1'), '2'],
  ];
  for (const [what, before, cpu] of table) {
    it(what, () =>
      assert.deepEqual(actualResources(spec('2'), status('one'), before), {
        resources: { limits: { cpu }, requests: { cpu } },
      }),
    );
  }

  it('makes its pod say so', () => {
    const [condition] = resizeCondition([spec('2')], [status('one', '1')], [], now);
    assert.deepEqual(
      [condition?.type, condition?.reason, condition?.lastTransitionTime],
      ['PodResizePending', 'Infeasible', '2026-01-01T00:00:00Z'],
    );
    assert.deepEqual(resizeCondition([spec('1')], [status('one', '1')], [], now), []);
  });
});
