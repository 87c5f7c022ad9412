/** semver('1.2.3-rc.1'). */
import type { Environment } from '@marcbachmann/cel-js/evaluator';
import { addFunctions, failed } from './library.js';

class Semver {
  constructor(
    readonly numbers: readonly [bigint, bigint, bigint],
    /** The parts of a pre-release; a release has none. */
    readonly before: readonly string[],
    private readonly text: string,
  ) {}

  toString(): string {
    return this.text;
  }
}

const pattern =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

function read(text: string, normalize = false): Semver | undefined {
  const found = text.length > 256 ? null : pattern.exec(normalize ? normalized(text) : text);
  if (!found) return undefined;
  const before = found[4]?.split('.') ?? [];
  if (before.some(part => /^0\d+$/.test(part))) return undefined;
  return new Semver([BigInt(found[1] ?? 0), BigInt(found[2] ?? 0), BigInt(found[3] ?? 0)], before, text);
}

/** 'v1.02' as '1.2.0'. */
function normalized(text: string): string {
  const [, core = '', rest = ''] = /^v?([^-+]*)(.*)$/s.exec(text) ?? [];
  const parts = core.split('.').map(part => part.replace(/^0+(?=\d)/, ''));
  while (parts.length < 3 && rest === '') parts.push('0');
  return parts.join('.') + rest;
}

function semver(text: string, normalize = false): Semver {
  const found = read(text, normalize);
  if (!found) throw failed(`invalid semantic version: ${JSON.stringify(text)}`);
  return found;
}

function compare(a: Semver, b: Semver): number {
  for (const i of [0, 1, 2] as const) {
    if (a.numbers[i] !== b.numbers[i]) return a.numbers[i] < b.numbers[i] ? -1 : 1;
  }
  if (a.before.length === 0 || b.before.length === 0) return Math.sign(b.before.length - a.before.length);
  for (let i = 0; i < Math.min(a.before.length, b.before.length); i++) {
    const order = comparePart(a.before[i] as string, b.before[i] as string);
    if (order !== 0) return order;
  }
  return Math.sign(a.before.length - b.before.length);
}

/** Numbers come before words. */
function comparePart(a: string, b: string): number {
  const [x, y] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (x && y) return BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;
  if (x !== y) return x ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

const type = 'kubernetes.Semver';

export function addSemver(env: Environment): void {
  env.registerType(type, Semver);
  env.registerOperator(`${type} == ${type}`, (a: Semver, b: Semver) => compare(a, b) === 0);
  addFunctions(env, {
    [`semver(string): ${type}`]: (text: string) => semver(text),
    [`semver(string, bool): ${type}`]: semver,
    'isSemver(string): bool': (text: string) => read(text) !== undefined,
    'isSemver(string, bool): bool': (text: string, normalize: boolean) => read(text, normalize) !== undefined,
    [`${type}.major(): int`]: ({ numbers }: Semver) => numbers[0],
    [`${type}.minor(): int`]: ({ numbers }: Semver) => numbers[1],
    [`${type}.patch(): int`]: ({ numbers }: Semver) => numbers[2],
    [`${type}.isGreaterThan(${type}): bool`]: (a, b) => compare(a, b) > 0,
    [`${type}.isLessThan(${type}): bool`]: (a, b) => compare(a, b) < 0,
    [`${type}.compareTo(${type}): int`]: (a, b) => BigInt(compare(a, b)),
  });
}
