import assert from 'node:assert/strict';
import { backendChain, serviceChain } from '../ruleset/names.js';
import { renderRule } from '../ruleset/render.js';
import type { RuleSet, TableName } from '../ruleset/rules.js';
import { rulesetFor } from '../ruleset/ruleset.js';
import { servicePort, stateOf } from '../testing/state.js';
import { observe } from './observed.js';
import { knownAfter, knownFrom, removal, transaction } from './plan.js';

const [a, b] = ['10.244.1.2:80', '10.244.1.3:80'] as const;
const port = servicePort([a, b]);
const one = rulesetFor(stateOf(servicePort([a])));
const two = rulesetFor(stateOf(port));
const nothing = observe('');

/** What iptables-save would print, were the rule set applied to empty tables. */
function saved(rules: RuleSet, without: (line: string) => boolean = () => false): string {
  const table = (name: TableName): string[] => {
    const { chains, hooks } = rules[name];
    const entries = [...Object.entries(hooks), ...chains];
    const heads = entries.map(([chain]) => `:${chain} ${chain in hooks ? 'ACCEPT' : '-'} [0:0]`);
    return [
      `*${name}`,
      ...heads,
      ...entries.flatMap(([chain, all]) => all.map(rule => `-A ${chain} ${renderRule(rule)}`)),
      'COMMIT',
    ];
  };
  return [...table('nat'), ...table('filter')].filter(line => !without(line)).join('\n');
}

/** The chains that a transaction writes or removes. */
const touched = (lines: string[]): string[] =>
  lines.filter(line => line.startsWith(':')).map(line => line.slice(1).split(' ')[0] ?? '');

describe('proxy/apply: one transaction from what stands to what must', () => {
  it('an empty machine gets everything, hooks first in their chains', () => {
    const lines = transaction(two, knownFrom(nothing));
    assert.equal(touched(lines).length, two.nat.chains.size + two.filter.chains.size);
    assert(lines.includes('-I OUTPUT 1 -m comment --comment "service portals" -j KUBE-SERVICES'), lines.join('\n'));
    assert.deepEqual(
      lines.filter(line => line.startsWith('-X')),
      [],
    );
  });

  it('nothing differs, nothing is done', () => {
    assert.deepEqual(transaction(two, knownAfter(two)), []);
    assert.deepEqual(transaction(two, knownFrom(observe(saved(two)), two)), []);
  });

  it('one more backend touches its service alone', () => {
    const lines = transaction(two, knownAfter(one));
    assert.deepEqual(touched(lines).sort(), [backendChain(port, '10.244.1.3', 80), serviceChain(port)].sort());
    assert.deepEqual(
      lines.filter(line => line.startsWith('*')),
      ['*nat'],
    );
  });

  it('a backend that goes is removed after the last that refers to it', () => {
    const lines = transaction(one, knownAfter(two));
    const gone = backendChain(port, '10.244.1.3', 80);
    assert.equal(lines.at(-2), `-X ${gone}`);
    assert(touched(lines).includes(gone));
  });

  it('a service without endpoints is refused, and its chains go', () => {
    const lines = transaction(rulesetFor(stateOf(servicePort([]))), knownAfter(one));
    assert(lines.some(line => line.startsWith('-A KUBE-SERVICES') && line.endsWith('-j REJECT')));
    assert.equal(lines.filter(line => line.startsWith('-X')).length, 2);
  });

  it('what an earlier proxy left behind is removed, what is not ours is not', () => {
    const stale = '*nat\n:KUBE-SVC-AAAAAAAAAAAAAAAA - [0:0]\n:DOCKER - [0:0]\n:KUBE-KUBELET-CANARY - [0:0]\nCOMMIT\n';
    const lines = transaction(one, knownFrom(observe(stale)));
    assert.deepEqual(
      lines.filter(line => line.startsWith('-X')),
      ['-X KUBE-SVC-AAAAAAAAAAAAAAAA'],
    );
    assert(!lines.some(line => line.includes('DOCKER') || line.includes('CANARY')));
  });
});

describe('proxy/apply: what somebody took away is put back', () => {
  const service = serviceChain(port);
  const chainsWithRules = [...two.nat.chains, ...two.filter.chains].flatMap(([chain, all]) =>
    all.length > 0 ? [chain] : [],
  );
  const cases: [string, (line: string) => boolean, (lines: string[]) => void][] = [
    [
      'one rule',
      line => line.startsWith(`-A ${service} `) && line.includes('statistic'),
      lines => assert.deepEqual(touched(lines), [service]),
    ],
    [
      'a whole chain',
      line => line.includes(`:${service}`) || line.startsWith(`-A ${service} `),
      lines => assert.deepEqual(touched(lines), [service]),
    ],
    [
      'a hook',
      line => line.startsWith('-A OUTPUT') && line.includes('service portals') && !line.includes('conntrack'),
      lines =>
        assert.deepEqual(lines, [
          '*nat',
          '-I OUTPUT 1 -m comment --comment "service portals" -j KUBE-SERVICES',
          'COMMIT',
        ]),
    ],
    ['all rules', line => line.startsWith('-A'), lines => assert.deepEqual(touched(lines), chainsWithRules)],
  ];
  for (const [what, without, check] of cases) {
    it(what, () => check(transaction(two, knownFrom(observe(saved(two, without)), two))));
  }

  it('a hook that lost its place among its neighbours: all of them are set anew', () => {
    const lost = (line: string): boolean => line.startsWith('-A FORWARD') && line.endsWith('-j KUBE-EXTERNAL-SERVICES');
    const lines = transaction(two, knownFrom(observe(saved(two, lost)), two));
    assert.deepEqual(
      lines.map(line => line.split(' ')[0]),
      ['*filter', '-D', '-D', '-I', '-I', '-I', 'COMMIT'],
    );
  });
});

describe('proxy/apply: removal', () => {
  it('takes all of ours and nothing else', () => {
    const mixed = `${saved(two)}\n*nat\n:DOCKER - [0:0]\n-A OUTPUT -j DOCKER\nCOMMIT\n`;
    const lines = removal(observe(mixed));
    assert.equal(lines.filter(line => line.startsWith('-X')).length, two.nat.chains.size + two.filter.chains.size);
    assert.equal(lines.filter(line => line.startsWith('-D')).length, 3 + 7);
    assert(!lines.some(line => line.includes('DOCKER')));
  });

  it('of nothing is nothing', () => assert.deepEqual(removal(nothing), []));
});
