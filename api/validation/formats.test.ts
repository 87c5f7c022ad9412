import assert from 'node:assert/strict';
import { formats } from './formats.js';
import { compilePattern, patternMatches } from './pattern.js';

describe('the format of a string', () => {
  const table: Record<string, [good: string[], bad: string[]]> = {
    bsonobjectid: [['507f1f77bcf86cd799439011'], ['507f1f77']],
    byte: [
      ['YWJj', ''],
      ['YWJ', 'a b='],
    ],
    cidr: [
      ['10.0.0.0/8', 'fd00::/64'],
      ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/8/8'],
    ],
    creditcard: [['4111 1111 1111 1111'], ['4111 1111 1111 1112']],
    date: [['2024-02-29'], ['2023-02-29', '2024-1-1']],
    'date-time': [
      ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00.5+02:00'],
      ['2024-02-30T12:00:00Z', '2024-02-29'],
    ],
    duration: [
      ['1h30m', '-1.5s', '22 ns', '3 days'],
      ['soon', '1'],
    ],
    email: [['a.b@example.com'], ['a@b@c', 'no']],
    hexcolor: [['#fff', 'a0b1c2'], ['#ffff']],
    hostname: [
      ['a.example.com', 'localhost'],
      ['-a', 'a..b'],
    ],
    ipv4: [['10.0.0.1'], ['10.0.0.256', '::1']],
    ipv6: [['::1'], ['10.0.0.1']],
    isbn: [['0-306-40615-2', '978-0-306-40615-7'], ['0-306-40615-3']],
    mac: [['00:1B:44:11:3a:b7', '00-1b-44-11-3a-b7'], ['00:1b:44']],
    rgbcolor: [['rgb(0, 128,255)'], ['rgb(0,0,256)']],
    ssn: [['111-22-3333'], ['11-22-3333']],
    uri: [
      ['https://example.com/a?b', '/a'],
      ['a b', 'nothing'],
    ],
    uuid: [['a8098c1a-f86e-11da-bd1a-00112444be1e'], ['a8098c1a']],
    uuid4: [['625e63f3-58f5-40b7-83a1-a72ad31acffb'], ['a8098c1a-f86e-11da-bd1a-00112444be1e']],
    'k8s-short-name': [['web-1'], ['Web']],
    'k8s-long-name': [['web.example'], ['web_example']],
  };
  for (const [name, [good, bad]] of Object.entries(table)) {
    it(name, () => {
      for (const text of good) assert.ok(formats[name]?.(text), text);
      for (const text of bad) assert.ok(!formats[name]?.(text), text);
    });
  }
});

describe('a pattern', () => {
  it('is searched for, in RE2 syntax', () => {
    assert.ok(patternMatches('b+', 'abba'));
    assert.ok(!patternMatches('^b+$', 'abba'));
    assert.equal(compilePattern('a').regex, compilePattern('a').regex);
  });

  it('that RE2 does not have is an error, and matches nothing', () => {
    assert.match(compilePattern('(?=a)').error ?? '', /error parsing regexp: invalid or unsupported Perl syntax/);
    assert.ok(!patternMatches('(?=a)', 'a'));
  });

  it('takes no longer than the text is long', () => {
    assert.ok(!patternMatches('^(a|a)*$', `${'a'.repeat(20_000)}!`));
  });
});
