import assert from 'node:assert/strict';
import { checksFor } from '../checks.js';
import type { NodeState } from '../model/node-state.js';
import { defaultProfile } from '../profiles/profile.js';
import { refusalMessage } from '../refusal-message.js';
import { isPlacement, schedule } from '../schedule.js';
import { clusterOf, info, nodeState, type PodWords } from '../testing/objects.js';

const on = (name: string, zone: string | undefined, ...standing: PodWords[]): NodeState =>
  nodeState({ name, labels: { host: name, ...(zone ? { zone } : {}) } }, standing);

const namespaces = { default: {}, other: { team: 'x' } };

/** The nodes that the pod may have. */
function allowed(wanted: PodWords, nodes: NodeState[]): string[] {
  const view = clusterOf(nodes, namespaces);
  const checks = checksFor(info(wanted), view, defaultProfile);
  return view
    .nodes()
    .filter(node => !checks.refuses(node))
    .map(node => node.name);
}
const message = (wanted: PodWords, nodes: NodeState[]): string => {
  const plan = schedule(info(wanted), clusterOf(nodes, namespaces), defaultProfile, { random: () => 0 });
  return isPlacement(plan) ? plan.node : refusalMessage(plan);
};

const web = { labels: { app: 'web' } };
const db = { labels: { app: 'db' } };
const term = (app: string, topologyKey: string, extra: object = {}) => ({
  topologyKey,
  labelSelector: { matchLabels: { app } },
  ...extra,
});
type Term = ReturnType<typeof term>;
const near = (...terms: Term[]): PodWords => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
});
const far = (...terms: Term[]): PodWords => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
});

describe('InterPodAffinity', () => {
  const nodes = (): NodeState[] => [on('a1', 'a', db), on('a2', 'a'), on('b1', 'b', web), on('x', undefined)];
  const cases: [string, PodWords, string[]][] = [
    ['on the same host', near(term('db', 'host')), ['a1']],
    ['in the same zone', near(term('db', 'zone')), ['a1', 'a2']],
    ['near all of several, which no pod is', near(term('db', 'zone'), term('web', 'zone')), []],
    ['near nobody', near(term('none', 'zone')), []],
    [
      'the first of its own kind, wherever there is a zone',
      { ...near(term('new', 'zone')), labels: { app: 'new' } },
      ['a1', 'a2', 'b1'],
    ],
    ['not on its host', far(term('db', 'host')), ['a2', 'b1', 'x']],
    ['not in its zone', far(term('db', 'zone')), ['b1', 'x']],
    ['far from two', far(term('db', 'zone'), term('web', 'host')), ['x']],
    ['of another namespace', far(term('db', 'host', { namespaces: ['other'] })), ['a1', 'a2', 'b1', 'x']],
    ['of all namespaces', far(term('db', 'host', { namespaceSelector: {} })), ['a2', 'b1', 'x']],
    [
      'of namespaces with a label',
      far(term('db', 'host', { namespaceSelector: { matchLabels: { team: 'x' } } })),
      ['a1', 'a2', 'b1', 'x'],
    ],
    [
      'of namespaces with a label, or its own by name',
      far(term('db', 'host', { namespaces: ['default'], namespaceSelector: { matchLabels: { team: 'x' } } })),
      ['a2', 'b1', 'x'],
    ],
    [
      'of its own generation',
      { ...far(term('db', 'host', { matchLabelKeys: ['rev'] })), labels: { rev: '2' } },
      ['a1', 'a2', 'b1', 'x'],
    ],
    [
      'of other generations',
      { ...far(term('db', 'host', { mismatchLabelKeys: ['rev'] })), labels: { rev: '2' } },
      ['a2', 'b1', 'x'],
    ],
  ];
  for (const [what, wanted, expected] of cases) it(what, () => assert.deepEqual(allowed(wanted, nodes()), expected));

  it('what a standing pod keeps away is kept away', () => {
    const guarded = [on('a1', 'a', { ...web, ...far(term('web', 'zone')) }), on('a2', 'a'), on('b1', 'b')];
    assert.deepEqual(allowed(web, guarded), ['b1']);
    assert.deepEqual(allowed(db, guarded), ['a1', 'a2', 'b1']);
    guarded[0]?.remove('default/a1-0');
    assert.deepEqual(allowed(web, guarded), ['a1', 'a2', 'b1']);
  });

  it('says it in the words of Kubernetes', () => {
    const one = [on('a1', 'a', db)];
    assert.match(message(near(term('x', 'zone')), one), /: 1 node\(s\) didn't match pod affinity rules\./);
    assert.match(message(far(term('db', 'zone')), one), /: 1 node\(s\) didn't match pod anti-affinity rules\./);
    const guarded = [on('a1', 'a', far(term('web', 'host')))];
    assert.match(message(web, guarded), /: 1 node\(s\) didn't satisfy existing pods anti-affinity rules\./);
  });
});

describe('PodTopologySpread', () => {
  const spread = (extra: object = {}): PodWords => ({
    ...web,
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'web' } },
        ...extra,
      },
    ],
  });
  const cases: [string, PodWords, NodeState[], string[]][] = [
    ['where the fewest are', spread(), [on('a1', 'a', web), on('a2', 'a', web), on('b1', 'b', web)], ['b1']],
    ['anywhere while the skew stays', spread(), [on('a1', 'a', web), on('b1', 'b', web)], ['a1', 'b1']],
    ['with a larger skew', spread({ maxSkew: 2 }), [on('a1', 'a', web, web), on('b1', 'b', web)], ['a1', 'b1']],
    ['other pods do not count', spread(), [on('a1', 'a', db, db), on('b1', 'b', web)], ['a1']],
    ['not without the label', spread(), [on('a1', 'a'), on('x', undefined)], ['a1']],
    ['with fewer places than asked for', spread({ minDomains: 2 }), [on('a1', 'a', web)], []],
    ['a pod that it does not match', { ...spread(), ...db }, [on('a1', 'a', web), on('b1', 'b')], ['a1', 'b1']],
    [
      'places that are not for it are not compared with',
      { ...spread(), nodeSelector: { zone: 'a' } },
      [on('a1', 'a', web), on('b1', 'b')],
      ['a1'],
    ],
    [
      'unless the constraint says so',
      { ...spread({ nodeAffinityPolicy: 'Ignore' }), nodeSelector: { zone: 'a' } },
      [on('a1', 'a', web), on('b1', 'b')],
      [],
    ],
    [
      'only its own generation',
      { ...spread({ matchLabelKeys: ['rev'] }), labels: { app: 'web', rev: '2' } },
      [on('a1', 'a', { labels: { app: 'web', rev: '1' } }), on('b1', 'b', { labels: { app: 'web', rev: '2' } })],
      ['a1'],
    ],
    [
      'ScheduleAnyway binds nobody',
      spread({ whenUnsatisfiable: 'ScheduleAnyway' }),
      [on('a1', 'a', web), on('b1', 'b')],
      ['a1', 'b1'],
    ],
  ];
  for (const [what, wanted, nodes, expected] of cases)
    it(what, () => assert.deepEqual(allowed(wanted, nodes), expected));

  it('says it in the words of Kubernetes', () => {
    const nodes = [on('a1', 'a', web), on('x', undefined)];
    assert.equal(
      message({ ...spread({ minDomains: 2 }) }, nodes),
      "0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints, " +
        "1 node(s) didn't match pod topology spread constraints (missing required label).",
    );
  });
});
