import assert from 'node:assert/strict';
import { type ClusterConfig, defaults } from '../layout.js';
import { judge, livenessTargets, type Outcome, type Target, type Watched } from './plan.js';
import { kubeadmProbe } from './probe.js';

const one: ClusterConfig = { ...defaults, nodeName: 'n1', address: '192.0.2.1' };
const three: ClusterConfig = { ...one, controlPlanes: 3, datastore: 'etcd' };
const namesOfThree = [1, 2, 3].flatMap(n => [`apiserver-${n}`, `controllers-${n}`]).concat('node');

describe('who is asked whether he lives', () => {
  const shown = (config: ClusterConfig, names: string[], asking: string): string[] =>
    livenessTargets(config, names, asking).map(
      ({ name, sign, probe, peers }) =>
        `${name} ${sign === 'beat' ? sign : Object.values(sign)} ${Object.values(probe).join('/')} ${peers}`,
    );

  it('is everybody else, in the way of kubeadm', () => {
    assert.deepEqual(shown(one, ['apiserver', 'controllers', 'node'], 'node'), [
      'apiserver https://192.0.2.1:6443 10/15/8 ',
      'controllers beat 10/15/8 ',
    ]);
  });

  it('is each of several at its own port, API servers soon enough for another to stand in within a lease', () => {
    assert.deepEqual(shown(three, namesOfThree, 'controllers-2'), [
      'apiserver-1 https://192.0.2.1:6444 3/3/4 apiserver-2,apiserver-3',
      'apiserver-2 https://192.0.2.1:6445 3/3/4 apiserver-1,apiserver-3',
      'apiserver-3 https://192.0.2.1:6446 3/3/4 apiserver-1,apiserver-2',
      'etcd-1 https://127.0.0.2:2379 10/15/8 ',
      'etcd-2 https://127.0.0.3:2379 10/15/8 ',
      'etcd-3 https://127.0.0.4:2379 10/15/8 ',
      'controllers-1 beat 10/15/8 ',
      'controllers-3 beat 10/15/8 ',
      'node beat 10/15/8 ',
    ]);
  });

  it('is asked as the user says', () => {
    const livenessProbe = { periodSeconds: 1, timeoutSeconds: 2, failureThreshold: 3 };
    for (const { probe } of livenessTargets({ ...three, livenessProbe }, namesOfThree, 'node'))
      assert.equal(probe, livenessProbe);
  });
});

describe('what is thought of a process that is asked', () => {
  const alone = { probe: kubeadmProbe, peers: [] };
  const paired: Pick<Target, 'probe' | 'peers'> = {
    probe: { periodSeconds: 3, timeoutSeconds: 3, failureThreshold: 4 },
    peers: ['other'],
  };
  /** After how many of these outcomes it is killed; 0 for never. */
  const killedAfter = (target: typeof paired, outcomes: Outcome[], peersWell = true): number => {
    let watched: Watched | undefined;
    for (const [i, outcome] of outcomes.entries()) {
      const verdict = judge(watched, 7, outcome, target, peersWell);
      if (verdict.hangs) return i + 1;
      watched = verdict.watched;
    }
    return 0;
  };
  const times = (count: number, outcome: Outcome): Outcome[] => Array<Outcome>(count).fill(outcome);

  const table: [what: string, outcomes: Outcome[], target: typeof paired, peersWell: boolean, after: number][] = [
    ['silent eight times in a row', ['well', ...times(9, 'silent')], alone, false, 9],
    ['silent seven times, and again', ['well', ...times(7, 'silent'), 'well', ...times(7, 'silent')], alone, false, 0],
    ['never asked in earnest', ['well', ...times(99, 'unknown')], alone, false, 0],
    ['silent, with gaps', ['well', ...times(4, 'silent'), 'unknown', ...times(4, 'silent')], alone, false, 10],
    ['silent from its start', times(40, 'silent'), alone, false, 24],
    ['silent while another answers', ['well', ...times(9, 'silent')], paired, true, 5],
    ['silent as all are', ['well', ...times(60, 'silent')], paired, false, 41],
    ['silent from its start, while another answers', times(99, 'silent'), paired, true, 80],
  ];
  for (const [what, outcomes, target, peersWell, after] of table)
    it(`${what}: ${after === 0 ? 'it lives on' : `it is killed after ${after}`}`, () =>
      assert.equal(killedAfter(target, outcomes, peersWell), after));

  it('a new life starts without the silence of the one before', () => {
    const before = { pid: 7, wasWell: true, silences: 7 };
    const { watched, hangs } = judge(before, 8, 'silent', alone, false);
    assert.deepEqual([watched, hangs], [{ pid: 8, wasWell: false, silences: 1 }, false]);
  });
});
