import assert from 'node:assert/strict';
import type { Pod } from '../../api/types.js';
import { graceInAll, type ShutdownGroup, shutdownPlan, usualGroups } from './plan.js';

const pod = (name: string, priority?: number, grace?: number): { allocated: Pod } => ({
  allocated: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      containers: [],
      ...(priority === undefined ? {} : { priority }),
      ...(grace === undefined ? {} : { terminationGracePeriodSeconds: grace }),
    },
  },
});
const nodeCritical = 2_000_001_000;

/** 'a:5 b:10 | c:2' of 10 s, then of 2 s. */
const shown = (pods: { allocated: Pod }[], groups: readonly ShutdownGroup[]): string =>
  shutdownPlan(pods, groups)
    .map(round => {
      const each = round.pods.map(
        ({ pod: { allocated }, graceSeconds }) => `${allocated.metadata.name}:${graceSeconds}`,
      );
      return `${each.join(' ')} in ${round.graceSeconds}`;
    })
    .join(' | ');

describe('when the machine shuts down', () => {
  const usual = usualGroups(30, 10);
  const byPriority = [
    { priority: 1000, graceSeconds: 60 },
    { priority: 10, graceSeconds: 5 },
    { priority: 100, graceSeconds: 30 },
  ];
  const cases: [what: string, pods: { allocated: Pod }[], groups: readonly ShutdownGroup[], expected: string][] = [
    ['nothing runs', [], usual, ''],
    [
      'pods end, and then those that the node depends on',
      [pod('dns', nodeCritical), pod('web')],
      usual,
      'web:20 in 20 | dns:10 in 10',
    ],
    ['a pod that asks for less gets less', [pod('quick', 0, 3), pod('slow', 0, 600)], usual, 'quick:3 slow:20 in 20'],
    ['nobody waits for a group that has no pods', [pod('dns', nodeCritical)], usual, 'dns:10 in 10'],
    [
      'there may be no time for critical pods of their own',
      [pod('dns', nodeCritical), pod('web')],
      usualGroups(30, 0),
      'web:30 in 30 | dns:0 in 0',
    ],
    [
      'groups by priority: each pod is in the highest that is not above it, or in the lowest',
      [pod('none'), pod('ten', 10), pod('ninety', 90), pod('hundred', 100), pod('million', 1e6)],
      byPriority,
      'none:5 ten:5 ninety:5 in 5 | hundred:30 in 30 | million:30 in 60',
    ],
  ];
  for (const [what, pods, groups, expected] of cases) it(what, () => assert.equal(shown(pods, groups), expected));

  it('it waits for all groups together', () => {
    assert.deepEqual([graceInAll(usual), graceInAll(byPriority), graceInAll(usualGroups(0, 0))], [30, 95, 0]);
  });
});
