/** The types that CEL expressions are checked against, as schemas give them. */

/** A scalar of CEL, or `dyn`: a value whose type is known only when it is there. */
export type CelScalar = 'bool' | 'int' | 'double' | 'string' | 'bytes' | 'timestamp' | 'duration' | 'null' | 'dyn';

export type CelType =
  | { kind: 'scalar'; scalar: CelScalar }
  | { kind: 'list'; items: CelType }
  | { kind: 'map'; values: CelType }
  /** An object with named fields: one that is not among them is refused when the expression is compiled. */
  | { kind: 'object'; fields: ReadonlyMap<string, CelType> }
  /** Perhaps there: `oldSelf.orValue(0)`, `oldSelf.?spec`. */
  | { kind: 'optional'; of: CelType }
  /** A type that a library brings ('kubernetes.authorization.Authorizer'): its values are passed as they are. */
  | { kind: 'native'; name: string };

const scalar = (name: CelScalar): CelType => ({ kind: 'scalar', scalar: name });

export const dyn = scalar('dyn');
export const bool = scalar('bool');
export const int = scalar('int');
export const double = scalar('double');
export const string = scalar('string');
export const bytes = scalar('bytes');
export const timestamp = scalar('timestamp');
export const duration = scalar('duration');
export const listOf = (items: CelType): CelType => ({ kind: 'list', items });
export const mapOf = (values: CelType): CelType => ({ kind: 'map', values });
export const optionalOf = (of: CelType): CelType => ({ kind: 'optional', of });
export const native = (name: string): CelType => ({ kind: 'native', name });
export const object = (fields: Record<string, CelType>): CelType => ({
  kind: 'object',
  fields: new Map(Object.entries(fields)),
});

/** Words that CEL keeps for itself: a field of this name is reached as __name__. */
const reserved = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import'],
  ...['let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'],
]);

/**
 * The name by which an expression reaches a field: 'a-b' as a__dash__b. Undefined for names that cannot be written as
 * an identifier at all: those fields cannot be read.
 */
export function escapeName(name: string): string | undefined {
  if (reserved.has(name)) return `__${name}__`;
  const escaped = name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(escaped) ? escaped : undefined;
}
