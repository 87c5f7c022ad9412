import assert from 'node:assert/strict';
import fc from 'fast-check';
import { deepEqual, type JsonObject } from '../json.js';
import { type Applied, applyConfiguration } from './apply.js';
import { checkApplied } from './check.js';
import { compare } from './compare.js';
import { ApplyConflict } from './conflicts.js';
import { difference, isEmptySet, paths, unionOf } from './field-set.js';
import { fieldsOf } from './fields-of.js';
import { mergeApplied } from './merge.js';
import { typesOf } from './model-types.js';
import { entriesOf, type Owner, ownersOf, requestedOwners } from './owners.js';
import { ownersAfterUpdate, type Writing } from './update.js';

const pods = typesOf({ model: 'V1Pod' });
const maps = typesOf({ model: 'V1ConfigMap' });
const services = typesOf({ model: 'V1Service' });

const writing = (manager: string, type = maps): Writing => ({
  type,
  apiVersion: 'v1',
  subresource: '',
  manager,
  now: '2026-01-01T00:00:00Z',
  ignored: {},
});
const config = (data: JsonObject) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a' },
  ...(Object.keys(data).length > 0 ? { data } : {}),
});
const withContainers = (...containers: JsonObject[]) => ({ spec: { containers } });
const told = (owners: readonly Owner[]): Record<string, string[]> =>
  Object.fromEntries(owners.map(({ manager, operation, fields }) => [`${manager} ${operation}`, [...paths(fields)]]));
const listed = (set: Parameters<typeof paths>[0]): string[] => [...paths(set)];

describe('the fields of an object', () => {
  const cases: [string, unknown, string[]][] = [
    ['a map key by key', { metadata: { labels: { a: '1', b: '2' } } }, ['.metadata.labels.a', '.metadata.labels.b']],
    [
      'a list by its keys',
      withContainers({ name: 'c', image: 'i' }),
      ['.spec.containers[name="c"]', '.spec.containers[name="c"].image', '.spec.containers[name="c"].name'],
    ],
    [
      'a key that was left out',
      withContainers({ name: 'c', ports: [{ containerPort: 80 }] }),
      [
        '.spec.containers[name="c"]',
        '.spec.containers[name="c"].name',
        '.spec.containers[name="c"].ports[containerPort=80,protocol="TCP"]',
        '.spec.containers[name="c"].ports[containerPort=80,protocol="TCP"].containerPort',
      ],
    ],
    ['a set by its values', { metadata: { finalizers: ['a/b'] } }, ['.metadata.finalizers[="a/b"]']],
    ['an atomic list', { spec: { tolerations: [{ key: 'a' }] } }, ['.spec.tolerations']],
    ['an atomic map', { spec: { nodeSelector: { a: 'b' } } }, ['.spec.nodeSelector']],
    ['an empty struct', { spec: { securityContext: {} } }, ['.spec.securityContext']],
  ];
  for (const [what, value, expected] of cases) {
    it(`are ${what}`, () => assert.deepEqual(listed(fieldsOf(pods, value)), expected));
  }
});

describe('comparing', () => {
  it('tells what was added, removed and modified', () => {
    const before = withContainers({ name: 'a', image: 'x' }, { name: 'b', image: 'y' });
    const after = withContainers({ name: 'c', image: 'z' }, { name: 'a', image: 'w' });
    const { added, removed, modified } = compare(pods, before, after);
    assert.deepEqual(listed(modified), ['.spec.containers[name="a"].image']);
    assert.deepEqual(listed(added), [
      '.spec.containers[name="c"]',
      '.spec.containers[name="c"].image',
      '.spec.containers[name="c"].name',
    ]);
    assert.deepEqual(listed(removed).slice(0, 1), ['.spec.containers[name="b"]']);
  });

  it('finds the structs that every object has no news', () => {
    const { added } = compare(pods, {}, { metadata: {}, spec: { containers: [{ name: 'c' }], hostNetwork: true } });
    assert.deepEqual(Object.keys(added), ['f:spec']);
    assert.equal('.' in (added['f:spec'] ?? {}), false);
  });

  it('is silent between equals, whatever their shape, and never fails', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (spec, other) => {
        const same = compare(pods, { spec }, structuredClone({ spec }));
        assert.ok([same.added, same.removed, same.modified].every(isEmptySet));
        compare(pods, { spec }, { spec: other });
        fieldsOf(pods, { spec });
        mergeApplied(pods, { spec }, { spec: other });
      }),
    );
  });
});

describe('merging', () => {
  const names = (items: unknown): string => (items as { name: string }[]).map(({ name }) => name).join('');
  const orders: [live: string, applied: string, merged: string][] = [
    ['abc', '', 'abc'],
    ['', 'ab', 'ab'],
    ['ab', 'ba', 'ba'],
    ['abc', 'ca', 'bca'],
    ['ab', 'cb', 'acb'],
    ['ab', 'xay', 'xaby'],
    ['abcd', 'db', 'acdb'],
  ];
  const items = (text: string) => [...text].map(name => ({ name }));
  for (const [live, applied, merged] of orders) {
    it(`keeps the applied order: ${applied} onto ${live} is ${merged}`, () => {
      const result = mergeApplied(pods, withContainers(...items(live)), withContainers(...items(applied)));
      assert.equal(names((result as { spec: { containers: unknown } }).spec.containers), merged);
    });
  }

  it('has in it all that was applied, and all of the live object that was not', () => {
    const list = fc.uniqueArray(fc.constantFrom(...'abcdef'), { maxLength: 6 });
    fc.assert(
      fc.property(list, list, (live, applied) => {
        const result = mergeApplied(pods, withContainers(...live.map(name => ({ name, image: 'x' }))), {
          spec: { containers: applied.map(name => ({ name, tty: true })) },
        }) as ReturnType<typeof withContainers>;
        const found = result.spec.containers;
        assert.deepEqual(names(found).split('').sort(), [...new Set([...live, ...applied])].sort());
        assert.deepEqual(
          found.filter(c => c.tty).map(c => c.name),
          applied,
        );
        assert.deepEqual(found.filter(c => c.image).length, live.length);
      }),
    );
  });
});

const key = fc.constantFrom('a', 'b', 'c', 'd');
const data = fc.dictionary(key, fc.constantFrom('1', '2', '3'));
const who = fc.constantFrom('x', 'y', 'z');
const action = fc.record({ manager: who, apply: fc.boolean(), data });
/** Only applies: who updates may be left with a map of which others own all parts, and comes to own those as well. */
const application = fc.record({ manager: who, apply: fc.constant(true), data });

describe('applying', () => {
  const start = (): Applied => ({ object: {}, owners: [] });
  const act = (state: Applied, step: { manager: string; apply: boolean; data: JsonObject }, force = true): Applied => {
    const by = writing(step.manager);
    if (step.apply) return applyConfiguration(by, state.object, config(step.data), state.owners, force);
    const object = config(step.data);
    return { object, owners: ownersAfterUpdate(by, state.object, object, state.owners) };
  };
  const dataOf = ({ object }: Applied): JsonObject => ((object as JsonObject).data ?? {}) as JsonObject;

  it('gives who applies by force what they ask, and takes from nobody what they do not', () => {
    fc.assert(
      fc.property(fc.array(application, { maxLength: 8 }), application, (history, step) => {
        const before = history.reduce((state, next) => act(state, next), start());
        const after = act(before, { ...step, apply: true });
        const now = dataOf(after);
        for (const name of Object.keys(step.data)) assert.equal(now[name], step.data[name]);
        const mine = before.owners.find(o => o.manager === step.manager && o.operation === 'Apply');
        for (const name of Object.keys(dataOf(before))) {
          if (name in step.data) continue;
          const owned = (o: Owner): boolean => listed(o.fields).includes(`.data.${name}`);
          const stays = !mine || !owned(mine) || before.owners.some(o => o !== mine && owned(o));
          assert.equal(name in now, stays, `${name} of ${JSON.stringify(told(before.owners))}`);
        }
      }),
    );
  });

  it('does nothing the second time', () => {
    fc.assert(
      fc.property(fc.array(application, { maxLength: 8 }), application, (history, step) => {
        const once = act(
          history.reduce((state, next) => act(state, next), start()),
          { ...step, apply: true },
        );
        const twice = act(once, { ...step, apply: true }, false);
        assert.ok(deepEqual(twice.object, once.object));
        assert.deepEqual(entriesOf(twice.owners), entriesOf(once.owners));
      }),
    );
  });

  it('leaves every field of the data with an owner, and none to two who disagree', () => {
    fc.assert(
      fc.property(fc.array(action, { minLength: 1, maxLength: 8 }), history => {
        const state = history.reduce((at, next) => act(at, next), start());
        const owned = unionOf(state.owners.map(({ fields }) => fields));
        const there = fieldsOf(maps, config(dataOf(state)).data ? { data: dataOf(state) } : {});
        assert.deepEqual(listed(difference(there, owned)), []);
      }),
    );
  });

  it('without force conflicts exactly with those whose fields it would change', () => {
    const made = act(start(), { manager: 'x', apply: false, data: { a: '1', b: '2' } });
    const same = act(made, { manager: 'y', apply: true, data: { a: '1' } }, false);
    assert.deepEqual(told(same.owners)['y Apply'], ['.data.a']);
    assert.throws(
      () => act(same, { manager: 'z', apply: true, data: { a: '9', b: '9', c: '9' } }, false),
      (error: unknown) => {
        assert.ok(error instanceof ApplyConflict);
        const { status } = error.asStatus();
        assert.equal(
          status.message,
          'Apply failed with 3 conflicts: conflicts with "x" using v1:\n- .data.a\n- .data.b\nconflicts with "y":\n- .data.a',
        );
        assert.deepEqual(status.details?.causes?.[0], {
          reason: 'FieldManagerConflict',
          message: 'conflict with "x" using v1',
          field: '.data.a',
        });
        return true;
      },
    );
  });

  it('remembers who owned what before anybody applied', () => {
    const { owners } = applyConfiguration(writing('x'), config({ a: '1' }), config({ b: '2' }), [], false);
    assert.deepEqual(told(owners), { 'before-first-apply Update': ['.data', '.data.a'], 'x Apply': ['.data.b'] });
  });

  it('removes an item of a list, but what others own in it brings it back', () => {
    const by = (manager: string) => writing(manager, pods);
    const one = applyConfiguration(by('x'), {}, withContainers({ name: 'c', image: 'i' }, { name: 'd' }), [], false);
    const two = applyConfiguration(by('y'), one.object, withContainers({ name: 'c', tty: true }), one.owners, false);
    const gone = applyConfiguration(by('x'), two.object, { spec: { hostNetwork: true } }, two.owners, false);
    assert.deepEqual(gone.object, { spec: { containers: [{ name: 'c', tty: true }], hostNetwork: true } });
  });

  it('follows a type that has become atomic since', () => {
    const owner: Owner = {
      manager: 'old',
      operation: 'Apply',
      apiVersion: 'v1',
      subresource: '',
      fields: { 'f:spec': { 'f:selector': { 'f:a': {} } } },
    };
    const { owners } = applyConfiguration(
      writing('x', services),
      { spec: { selector: { a: 'b' } } },
      {},
      [owner],
      false,
    );
    assert.deepEqual(told(owners)['old Apply'], ['.spec.selector']);
  });
});

describe('a configuration', () => {
  const wrong: [unknown, string[]][] = [
    [{ spec: { foo: 1 } }, ['.spec.foo: field not declared in schema']],
    [{ spec: { containers: {} } }, ['.spec.containers: expected list, got {}']],
    [{ spec: [] }, ['.spec: expected map, got []']],
    [withContainers({ name: 'c' }, { name: 'c' }), ['.spec.containers: duplicate entries for key [name="c"]']],
    [
      withContainers({ image: 'c' }),
      [
        '.spec.containers: element 0: associative list with keys has an element that omits key field "name" (and doesn\'t have default value)',
      ],
    ],
    [{ spec: null, metadata: { labels: null } }, []],
  ];
  for (const [value, problems] of wrong) {
    it(`${JSON.stringify(value)}: ${problems.length} problems`, () =>
      assert.deepEqual(checkApplied(pods, value), problems));
  }
});

describe('owners', () => {
  const entry = {
    manager: 'x',
    operation: 'Update',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:data': {} },
  };
  const readable: [string, Parameters<typeof requestedOwners>[0], number][] = [
    ['nothing said: those of the live object', undefined, 1],
    ['an empty list: nobody', [], 0],
    ['one empty entry: nobody', [{}], 0],
    ['an entry that cannot be read: those of the live object', [{ ...entry, operation: 'Delete' }], 1],
    ['a set that is none: those of the live object', [{ ...entry, fieldsV1: { x: {} } }], 1],
    ['two others: those', [entry, { ...entry, manager: 'y' }], 2],
  ];
  for (const [what, asked, count] of readable) {
    it(what, () => assert.equal(requestedOwners(asked, [{ ...entry, manager: 'live' }]).length, count));
  }

  it('are written in the order of operation, time and name', () => {
    const owner = (manager: string, operation: 'Apply' | 'Update', time: string): Owner => ({
      manager,
      operation,
      apiVersion: 'v1',
      subresource: '',
      time,
      fields: { 'f:data': {} },
    });
    const owners = [
      owner('b', 'Update', '2'),
      owner('a', 'Update', '2'),
      owner('z', 'Update', '1'),
      owner('q', 'Apply', '9'),
    ];
    assert.deepEqual(
      entriesOf(owners)?.map(({ manager }) => manager),
      ['q', 'z', 'a', 'b'],
    );
    assert.deepEqual(ownersOf(entriesOf(owners)).length, 4);
  });

  it('who update are at most ten, and those before them are remembered together', () => {
    let state: Applied = { object: config({}), owners: [] };
    for (let i = 0; i < 14; i++) {
      const object = config({ ...((state.object as JsonObject).data as JsonObject), [`k${i}`]: '1' });
      const by = { ...writing(`m${i}`), now: `2026-01-01T00:00:${String(i).padStart(2, '0')}Z` };
      state = { object, owners: ownersAfterUpdate(by, state.object, object, state.owners) };
    }
    assert.equal(state.owners.length, 10);
    const old = state.owners.find(({ manager }) => manager === 'ancient-changes');
    assert.deepEqual(listed(old?.fields ?? {}), ['.data', '.data.k0', '.data.k1', '.data.k2', '.data.k3', '.data.k4']);
    assert.equal(old?.time, '2026-01-01T00:00:04Z');
  });
});
