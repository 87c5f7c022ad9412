/**
 * What Kubernetes lets a name, a label, a port or an address look like. Each rule answers its complaints, none when
 * the value is good, in the words that Kubernetes' clients know (k8s.io/apimachinery util/validation).
 */
import { isIP } from 'node:net';

const label1123 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain1123 = `${label1123}(\\.${label1123})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${qualified})?`;
const configKey = '[-._a-zA-Z0-9]+';

/** "… (e.g. 'a',  or 'b', regex used for validation is 'x')": two blanks are what Kubernetes writes. */
function withRegex(message: string, regex: string, ...examples: string[]): string {
  const shown = examples.map(example => `'${example}', `).join(' or ');
  return `${message} (e.g. ${shown}regex used for validation is '${regex}')`;
}

const whole = (regex: string): RegExp => new RegExp(`^(?:${regex})$`);
/** A character is three bytes at most (a surrogate pair four, but it counts as two). */
const exceeds = (value: string, most: number): boolean => 3 * value.length > most && Buffer.byteLength(value) > most;
export const maxBytes = (most: number): string => `must be no more than ${most} bytes`;

interface Rule {
  pattern: RegExp;
  most: number;
  message: string;
}

function check(value: string, rule: Rule): string[] {
  const said: string[] = [];
  if (exceeds(value, rule.most)) said.push(maxBytes(rule.most));
  if (!rule.pattern.test(value)) said.push(rule.message);
  return said;
}

const rules = {
  dns1123Label: {
    pattern: whole(label1123),
    most: 63,
    message: withRegex(
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
      label1123,
      'my-name',
      '123-abc',
    ),
  },
  dns1123Subdomain: {
    pattern: whole(subdomain1123),
    most: 253,
    message: withRegex(
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
      subdomain1123,
      'example.com',
    ),
  },
  dns1035Label: {
    pattern: whole(label1035),
    most: 63,
    message: withRegex(
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
      label1035,
      'my-name',
      'abc-123',
    ),
  },
  labelValue: {
    pattern: whole(labelValue),
    most: 63,
    message: withRegex(
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      labelValue,
      'MyValue',
      'my_value',
      '12345',
    ),
  },
  configKey: {
    pattern: whole(configKey),
    most: 253,
    message: withRegex(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
      configKey,
      'key.name',
      'KEY_NAME',
      'key-name',
    ),
  },
} satisfies Record<string, Rule>;

const wildcard = `\\*\\.${subdomain1123}`;
const wildcardRule: Rule = {
  pattern: whole(wildcard),
  most: 253,
  message: withRegex(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    wildcard,
    '*.example.com',
  ),
};

/** '*.example.com' */
export const wildcardSubdomain = (value: string): string[] => check(value, wildcardRule);
export const dns1123Label = (value: string): string[] => check(value, rules.dns1123Label);
export const dns1123Subdomain = (value: string): string[] => check(value, rules.dns1123Subdomain);
export const dns1035Label = (value: string): string[] => check(value, rules.dns1035Label);
export const validLabelValue = (value: string): string[] => check(value, rules.labelValue);

/** A key of a ConfigMap or a Secret. */
export function configMapKey(value: string): string[] {
  const said = check(value, rules.configKey);
  if (value === '.') return [...said, "must not be '.'"];
  if (value === '..') return [...said, "must not be '..'"];
  if (value.startsWith('..')) return [...said, "must not start with '..'"];
  return said;
}

/** A name that is one segment of a URL's path: RBAC names may hold colons. */
export function pathSegment(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return ['/', '%'].filter(c => value.includes(c)).map(c => `may not contain '${c}'`);
}

const qualifiedPattern = whole(qualified);
const qualifiedMessage = withRegex(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  qualified,
  'MyName',
  'my.name',
  '123-abc',
);

/** The key of a label or an annotation: 'app', 'example.com/app'. */
export function qualifiedName(value: string): string[] {
  const said: string[] = [];
  const parts = value.split('/');
  const name = parts.at(-1) as string;
  if (parts.length > 2) {
    return [
      `a qualified name ${qualifiedMessage} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  if (parts.length === 2) {
    const prefix = parts[0] as string;
    if (prefix === '') said.push('prefix part must be non-empty');
    else said.push(...dns1123Subdomain(prefix).map(m => `prefix part ${m}`));
  }
  if (name === '') said.push('name part must be non-empty');
  else if (exceeds(name, 63)) said.push(`name part ${maxBytes(63)}`);
  if (!qualifiedPattern.test(name)) said.push(`name part ${qualifiedMessage}`);
  return said;
}

/** Any printable ASCII but '=' (relaxed since Kubernetes 1.34). */
export const envVarName = (value: string): string[] =>
  /^[ -<>-~]+$/.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];

export const portNumber = (value: number): string[] =>
  Number.isInteger(value) && value >= 1 && value <= 65535 ? [] : ['must be between 1 and 65535, inclusive'];

/** An IANA service name: 'http', 'http-metrics'. */
export function portName(value: string): string[] {
  const said: string[] = [];
  if (value.length > 15) said.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]*$/.test(value)) said.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) said.push('must contain at least one letter (a-z)');
  if (value.includes('--')) said.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) said.push('must not begin or end with a hyphen');
  return said;
}

export const ipAddress = (value: string): string[] =>
  isIP(value) === 0 ? ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'] : [];

/** '10.0.0.0/24'. */
export function cidr(value: string): string[] {
  const bad = ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
  const [address, bits, ...rest] = value.split('/');
  const family = isIP(address ?? '');
  if (family === 0 || rest.length > 0 || !/^\d{1,3}$/.test(bits ?? '')) return bad;
  return Number(bits) <= (family === 4 ? 32 : 128) ? [] : bad;
}

export const nonNegative = 'must be greater than or equal to 0';
export const positive = 'must be greater than 0';
