import assert from 'node:assert/strict';
import { Budget } from './budget.js';
import { CompileError, compile, RuleError } from './compile.js';
import { CelEnvironment } from './environment.js';
import { authorizerType, CelAuthorizer, type Question } from './libraries/authorizer.js';
import * as t from './types.js';
import { toJson } from './values.js';

const spec = t.object({
  replicas: t.int,
  ratio: t.double,
  name: t.string,
  tags: t.listOf(t.string),
  labels: t.mapOf(t.string),
  when: t.timestamp,
  grace: t.duration,
  'max-size': t.string,
  namespace: t.string,
  ports: t.listOf(t.object({ name: t.string, port: t.int })),
  port: t.dyn,
  extra: t.dyn,
});
const type = t.object({ spec });
const environment = new CelEnvironment({ self: type, oldSelf: t.optionalOf(type) });

const self = {
  spec: {
    replicas: 3,
    ratio: 1,
    name: 'web',
    tags: ['a', 'b', 'c'],
    labels: { app: 'web', tier: 'front' },
    when: '2026-01-01T00:00:00Z',
    grace: '1h30m',
    'max-size': '10Gi',
    namespace: 'default',
    ports: [
      { name: 'http', port: 80 },
      { name: 'https', port: 443 },
    ],
    port: 8080,
    extra: { deep: [1, 2.5, 'x', { y: true }] },
  },
};

const answer = (source: string, values: Record<string, unknown> = { self }): unknown =>
  toJson(compile(environment, source).evaluate(environment.bind(values)));

describe('an expression', () => {
  const table: [string, unknown][] = [
    ['self.spec.replicas + 1', 4],
    ['self.spec.replicas < 5 && self.spec.ratio == 1.0', true],
    ['self.spec.ratio < 2', true],
    ['self.spec.max__dash__size', '10Gi'],
    ['self.spec.__namespace__', 'default'],
    ['self.spec.labels["app"] == "web" && "tier" in self.spec.labels', true],
    ['self.spec.labels.all(key, self.spec.labels[key] != "")', true],
    ['self.spec.ports.exists(p, p.name == "https" && p.port == 443)', true],
    ['self.spec.ports.map(p, p.port).sum()', 523],
    ['self.spec.ports.filter(p, p.port > 100).size()', 1],
    ['has(self.spec.name) && !has(self.spec.extra.nothing)', true],
    ['self.spec.extra.deep[0] + 1', 2],
    ['self.spec.extra.deep[3].y', true],
    ['self.spec.port == 8080 || self.spec.port == "http"', true],
    ['self.spec.when < timestamp("2027-01-01T00:00:00Z")', true],
    ['self.spec.when + self.spec.grace', '2026-01-01T01:30:00Z'],
    ['self.spec.grace > duration("1h")', true],
    ['self.spec.when.getFullYear()', 2026],
    ['self == self && self.spec.ports == self.spec.ports', true],
    ['self.spec.ports[0] != self.spec.ports[1]', true],
    ['oldSelf.hasValue()', false],
    ['oldSelf.?spec.?replicas.orValue(7)', 7],
    ['self.spec.?name.optMap(n, n + "!").orValue("")', 'web!'],
    ['cel.bind(n, self.spec.replicas, n * n)', 9],
    ['type(self.spec.replicas) == int', true],
    ['self.spec.name.matches("^w[a-z]+$")', true],
    ['"abc".charAt(1) + "a-b-c".replace("-", "+", 1) + "abc".reverse()', 'ba+b-ccba'],
    ['"%s has %d of %.2f %x".format(["web", 3, 1.5, 255])', 'web has 3 of 1.50 ff'],
    ['strings.quote("a\\"b")', '"a\\"b"'],
    ['"ÄB".lowerAscii()', 'Äb'],
    ['["b", "a"].isSorted() || [1, 2, 2].isSorted()', true],
    ['[3, 1, 2].min() + [3, 1, 2].max()', 4],
    ['["a", "b", "a"].lastIndexOf("a")', 2],
    ['sets.contains([1, 2, 3], [3, 1]) && !sets.intersects(["a"], ["b"]) && sets.equivalent([1, 1], [1])', true],
    ['"a1b22".findAll("[0-9]+")', ['1', '22']],
    ['"abc 123".find("[0-9]+")', '123'],
    ['url("https://example.com:80/a%20b?x=1&x=2").getHost()', 'example.com:80'],
    ['url("https://[::1]:443/").getHostname()', '::1'],
    ['url("https://example.com/a?x=1&x=2").getQuery()["x"]', ['1', '2']],
    ['isURL("/path") && !isURL("nope")', true],
    ['quantity("1.5Gi").isGreaterThan(quantity("1G"))', true],
    ['quantity("50k").add(20).asInteger()', 50020],
    ['quantity("200M").compareTo(quantity("0.2G"))', 0],
    ['isQuantity("1..5")', false],
    ['quantity(self.spec.max__dash__size) == quantity("10Gi")', true],
    ['ip("fd00::1").family() == 6 && ip("127.0.0.1").isLoopback()', true],
    ['ip.isCanonical("2001:DB8::1")', false],
    ['isIP("::ffff:10.0.0.1") || isIP("10.0.0.256")', false],
    ['string(ip("2001:db8:0:0::1"))', '2001:db8::1'],
    ['cidr("10.0.0.0/8").containsIP("10.9.8.7") && !cidr("10.0.0.0/8").containsCIDR("10.0.0.0/4")', true],
    ['string(cidr("10.9.8.7/12").masked())', '10.0.0.0/12'],
    ['cidr("192.168.0.0/24").prefixLength()', 24],
    ['format.dns1123Label().validate("Web").hasValue() && !format.dns1123Label().validate("web").hasValue()', true],
    ['format.named("nope").hasValue()', false],
    ['semver("1.2.3-rc.1").isLessThan(semver("1.2.3")) && isSemver("1.0.0")', true],
    ['semver("v1.2", true).minor()', 2],
  ];
  for (const [source, expected] of table) {
    it(source, () => assert.deepEqual(answer(source), expected));
  }
});

describe('an expression that makes no sense', () => {
  const table: [string, RegExp | string][] = [
    ['self.nope == 1', "ERROR: <input>:1:5: undefined field 'nope'\n | self.nope == 1\n | ....^"],
    ['self.spec.ports.all(p, p.nope)', /undefined field 'nope'/],
    ['has(self.spec.nope)', "ERROR: <input>:1:14: undefined field 'nope'\n | has(self.spec.nope)\n | .............^"],
    ['self.spec.ports.exists(p, has(p.nope))', /undefined field 'nope'/],
    ['has(self.nope.more)', /undefined field 'nope'/],
    ['foo', "ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo\n | ^"],
    [
      'self.spec.replicas == "a"',
      "ERROR: <input>:1:20: found no matching overload for '_==_' applied to '(int, string)'\n | self.spec.replicas == \"a\"\n | ...................^",
    ],
    ['self.spec.name.nope()', /found no matching overload for 'nope' applied to 'string.\(\)'/],
    ['self.spec.name && true', /expected type 'bool' but found 'string'/],
    ['self.spec.', /^ERROR: <input>:1:11: Syntax error: expected IDENTIFIER, got EOF/],
    [
      'self.spec\n  .replicas + true',
      /ERROR: <input>:2:13: found no matching overload for '_\+_' applied to '\(int, bool\)'\n \| {3}\.replicas \+ true/,
    ],
    ['x'.repeat(70_000), /more than 65536 characters/],
    [`${'('.repeat(200)}1${')'.repeat(200)}`, /ERROR/],
  ];
  for (const [source, expected] of table) {
    it(`is refused: ${source.slice(0, 40)}`, () => {
      assert.throws(
        () => compile(environment, source, ['bool']),
        (error: CompileError) =>
          error instanceof CompileError &&
          (typeof expected === 'string'
            ? assert.equal(error.message, expected) === undefined
            : expected.test(error.message) || assert.fail(error.message)),
      );
    });
  }

  it('is refused when its answer has the wrong type', () => {
    assert.throws(() => compile(environment, 'self.spec.replicas', ['bool']), { message: 'must evaluate to bool' });
    assert.equal(compile(environment, 'self.spec.extra', ['bool']).type, 'dyn');
  });
});

describe('an expression without an answer', () => {
  const table: [string, string][] = [
    ['self.spec.labels["nope"] == ""', 'no such key: nope'],
    ['self.spec.tags[7] == ""', 'index out of bounds: 7'],
    ['1 / (self.spec.replicas - 3) == 1', 'division by zero'],
    ['self.spec.extra.deep[2] + 1 == 2', 'no such overload'],
    ['9223372036854775807 + self.spec.replicas > 0', 'integer overflow'],
    ['"x".matches("(")', 'error parsing regexp: missing closing ): `(`'],
    [
      'ip("nope") == ip("::1")',
      'IP Address "nope" parse error during conversion from string: ParseAddr("nope"): unable to parse IP',
    ],
    ['self.spec.when.getHours("No/Where") == 1', 'Invalid time zone specified: No/Where'],
  ];
  for (const [source, expected] of table) {
    it(`says why: ${source}`, () => {
      const values = environment.bind({ self });
      assert.throws(() => compile(environment, source).evaluate(values), { name: 'RuleError', message: expected });
    });
  }

  it('is ended when it costs too much, whatever forgives errors', () => {
    const tags = Array.from({ length: 3000 }, (_, i) => `tag${i}`);
    const values = environment.bind({ self: { spec: { ...self.spec, tags } } });
    const loops = 'self.spec.tags.all(a, self.spec.tags.all(b, self.spec.tags.exists(c, c == a + b + "x") || true))';
    const doubled = Array.from({ length: 40 }, (_, i) => `cel.bind(s${i + 1}, s${i} + s${i},`).join(' ');
    for (const source of [
      loops,
      `${loops} || true`,
      `${loops} ? true : true`,
      `cel.bind(s0, "0123456789", ${doubled} s40.contains("x")${')'.repeat(41)}`,
      `self.spec.tags.map(t, self.spec.tags.join("${'-'.repeat(1000)}")).join("").contains("x")`,
      'self.spec.tags.all(a, self.spec.tags.all(b, self.spec.tags == self.spec.tags))',
    ]) {
      const started = performance.now();
      const budget = new Budget();
      assert.throws(
        () => compile(environment, source).evaluate(values, budget),
        (error: RuleError) =>
          error instanceof RuleError && /cost limit exceeded|a string of more than/.test(error.message),
        source.slice(0, 60),
      );
      assert.ok(performance.now() - started < 5000, 'a runaway expression is ended');
    }
  });

  it('is ended by the clock, should its steps be dearer than they are charged', () => {
    let now = 0;
    const tags = Array.from({ length: 200 }, (_, i) => `tag${i}`);
    const values = environment.bind({ self: { spec: { ...self.spec, tags } } });
    const program = compile(environment, 'self.spec.tags.all(a, self.spec.tags.all(b, a + b != ""))');
    assert.equal(program.evaluate(values, new Budget(1e9, () => 0)), true);
    assert.throws(() => program.evaluate(values, new Budget(1e9, () => (now += 400))), { outOfBudget: true });
  });

  it('takes from the budget of all, and leaves the rest to the next', () => {
    const budget = new Budget(200);
    const values = environment.bind({ self });
    const program = compile(environment, 'self.spec.ports.all(p, p.port > 0)');
    assert.equal(program.evaluate(values, budget), true);
    assert.throws(() => {
      for (let i = 0; i < 100; i++) program.evaluate(values, budget);
    }, RuleError);
  });

  it('never takes long over a regular expression', () => {
    const values = environment.bind({ self: { spec: { ...self.spec, name: `${'a'.repeat(5000)}!` } } });
    assert.equal(compile(environment, 'self.spec.name.matches("^(a+)+$")').evaluate(values), false);
  });
});

describe('a variable', () => {
  it('that an expression reads is known', () => {
    const program = compile(environment, 'self.spec.replicas == 3 && self.spec.name != "oldSelf"');
    assert.deepEqual([program.reads('self'), program.reads('oldSelf')], [true, false]);
  });

  it('without a schema is what JSON says: whole numbers are integers', () => {
    const open = new CelEnvironment({ object: t.dyn, request: t.dyn });
    const bound = open.bind({ object: { spec: { replicas: 2, list: [{ a: 1 }] } }, request: null });
    assert.equal(
      compile(open, 'object.spec.replicas + 1 == 3 && object.spec.list[0].a == 1 && request == null').evaluate(bound),
      true,
    );
    assert.equal(compile(open, 'has(object.spec.nothing)').evaluate(bound), false);
  });

  it('may be the authorizer', () => {
    const asked: Question[] = [];
    const open = new CelEnvironment({ authorizer: t.native(authorizerType) });
    const authorizer = new CelAuthorizer(question => {
      asked.push(question);
      return { allowed: 'path' in question, reason: 'because' };
    });
    const values = open.bind({ authorizer });
    const source =
      'authorizer.group("apps").resource("deployments").subresource("scale").namespace("x").name("web").check("update")';
    assert.equal(compile(open, `${source}.allowed()`).evaluate(values), false);
    assert.equal(compile(open, `${source}.reason()`).evaluate(values), 'because');
    assert.equal(compile(open, 'authorizer.path("/healthz").check("get").allowed()').evaluate(values), true);
    assert.deepEqual(asked[0], {
      group: 'apps',
      resource: 'deployments',
      subresource: 'scale',
      namespace: 'x',
      name: 'web',
      verb: 'update',
    });
  });

  it('of a field called like a part of JavaScript is that field', () => {
    const odd = new CelEnvironment({ self: t.object({ constructor: t.string, toString: t.int, size: t.int }) });
    const values = odd.bind({ self: { constructor: 'c', toString: 1, size: 2 } });
    assert.equal(
      compile(odd, 'self.constructor == "c" && self.toString == 1 && self.size == 2').evaluate(values),
      true,
    );
    const without = odd.bind({ self: {} });
    assert.equal(compile(odd, 'has(self.constructor) || has(self.size)').evaluate(without), false);
  });
});
