import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PolicyRule } from '../../../api/types.js';
import type { RequestInfo } from '../../contracts.js';
import { ask } from '../testing/requests.js';
import { coveredByOne, grantsIn, printList, printRule, uncovered } from './cover.js';
import { ruleAllows } from './match.js';

const rule = (verbs: string, groups: string, resources: string, ...resourceNames: string[]): PolicyRule => ({
  verbs: verbs.split(' '),
  apiGroups: groups.split(' ').map(group => (group === 'core' ? '' : group)),
  resources: resources.split(' '),
  ...(resourceNames.length > 0 ? { resourceNames } : {}),
});
const paths = (verbs: string, ...nonResourceURLs: string[]): PolicyRule => ({
  verbs: verbs.split(' '),
  nonResourceURLs,
});

describe('uncovered', () => {
  const table: { held: PolicyRule[]; wanted: PolicyRule[]; missing: PolicyRule[] }[] = [
    { held: [rule('*', '*', '*')], wanted: [rule('get', 'apps', 'deployments/scale', 'x')], missing: [] },
    { held: [rule('*', '*', '*')], wanted: [paths('get', '/x')], missing: [paths('get', '/x')] },
    {
      held: [rule('get', 'core', 'pods')],
      wanted: [rule('get list', 'core', 'pods')],
      missing: [rule('list', 'core', 'pods')],
    },
    {
      held: [rule('get', 'core', 'pods'), rule('list', 'core', 'pods services')],
      wanted: [rule('get list', 'core', 'pods')],
      missing: [],
    },
    { held: [rule('get', 'core', 'pods')], wanted: [rule('*', 'core', 'pods')], missing: [rule('*', 'core', 'pods')] },
    { held: [rule('get', 'core', 'pods')], wanted: [rule('get', 'core', '*')], missing: [rule('get', 'core', '*')] },
    {
      held: [rule('get', 'core', 'pods')],
      wanted: [rule('get', 'core', 'pods/log')],
      missing: [rule('get', 'core', 'pods/log')],
    },
    { held: [rule('get', '*', '*/scale')], wanted: [rule('get', 'apps', 'deployments/scale')], missing: [] },
    { held: [rule('get', 'core', 'pods')], wanted: [rule('get', 'core', 'pods', 'a')], missing: [] },
    {
      held: [rule('get', 'core', 'pods', 'a')],
      wanted: [rule('get', 'core', 'pods', 'a', 'b')],
      missing: [rule('get', 'core', 'pods', 'b')],
    },
    {
      held: [rule('get', 'core', 'pods', 'a')],
      wanted: [rule('get', 'core', 'pods')],
      missing: [rule('get', 'core', 'pods')],
    },
    { held: [paths('get', '/a/*')], wanted: [paths('get', '/a/b', '/a/c*')], missing: [] },
    { held: [paths('get', '/a/*')], wanted: [paths('get post', '/b')], missing: [paths('get post', '/b')] },
    { held: [], wanted: [], missing: [] },
  ];
  for (const { held, wanted, missing } of table) {
    it(`of ${wanted.map(printRule)} by ${held.map(printRule) || 'nothing'}`, () => {
      assert.deepEqual(uncovered(held, wanted), missing);
    });
  }

  const pick = (...values: string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
  const anyRule: fc.Arbitrary<PolicyRule> = fc.oneof(
    fc.record({
      verbs: pick('get', 'list', '*'),
      apiGroups: pick('', 'apps', '*'),
      resources: pick('pods', 'pods/log', '*/log', '*'),
      resourceNames: fc.uniqueArray(fc.constantFrom('a', 'b'), { maxLength: 2 }),
    }),
    fc.record({ verbs: pick('get', '*'), nonResourceURLs: pick('/x', '/x/*', '/x/y', '*') }),
  );
  const requests: RequestInfo[] = [
    ...['get', 'list', 'other'].flatMap(verb =>
      ['pods', 'pods/log', 'pods.apps/log', 'nodes', 'nodes.other/log'].flatMap(what =>
        ['', 'a', 'c'].map(name => ask(`${verb} ${what}`, 'ns', name)),
      ),
    ),
    ...['get', 'post'].flatMap(verb => ['/x', '/x/y', '/x/y/z', '/q'].map(path => ask(`${verb} ${path}`))),
  ];

  it('law: what nothing of is missing allows no request that is not held', () => {
    const rules = fc.array(anyRule, { maxLength: 4 });
    fc.assert(
      fc.property(rules, rules, (held, wanted) => {
        if (uncovered(held, wanted).length > 0) return;
        for (const request of requests) {
          if (!wanted.some(each => ruleAllows(each, request))) continue;
          assert.ok(
            held.some(each => ruleAllows(each, request)),
            `${request.verb} ${request.resource}${request.path}`,
          );
        }
      }),
    );
  });

  it('law: nothing of one’s own is missing, and adding what is missing completes it', () => {
    const rules = fc.array(anyRule, { maxLength: 4 });
    fc.assert(
      fc.property(rules, rules, (held, wanted) => {
        assert.deepEqual(uncovered(wanted, wanted), []);
        assert.deepEqual(uncovered([...held, ...uncovered(held, wanted)], wanted), []);
      }),
    );
  });

  it('law: what one rule covers whole is covered, and of one rule it is the same question', () => {
    fc.assert(
      fc.property(fc.array(anyRule, { maxLength: 4 }), anyRule, (held, wanted) => {
        if (coveredByOne(held, wanted)) assert.deepEqual(uncovered(held, [wanted]), []);
        for (const one of held) assert.equal(coveredByOne([one], wanted), uncovered([one], [wanted]).length === 0);
      }),
    );
  });

  it('counts the grants that a rule stands for, without making them', () => {
    assert.equal(grantsIn(rule('get list', 'core apps', 'pods services nodes')), 12);
    assert.equal(grantsIn(rule('get', 'core', 'pods', 'a', 'b')), 2);
    assert.equal(grantsIn(paths('get post', '/a', '/b')), 4);
  });

  it('prints as Kubernetes does', () => {
    assert.equal(
      printRule(rule('get list', 'core apps', 'pods', 'x')),
      '{APIGroups:["" "apps"], Resources:["pods"], ResourceNames:["x"], Verbs:["get" "list"]}',
    );
    assert.equal(printRule(paths('get', '/x')), '{NonResourceURLs:["/x"], Verbs:["get"]}');
    assert.equal(printList(['a', 'b"c']), '["a" "b\\"c"]');
  });
});
