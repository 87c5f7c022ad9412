/** The `format`s of strings that custom resources may demand (those of OpenAPI 2, as Kubernetes supports them). */
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { dns1123Label, dns1123Subdomain } from './strings.js';

type Test = (text: string) => boolean;

const like =
  (pattern: RegExp): Test =>
  text =>
    pattern.test(text);

const uuid = (version: string): Test =>
  like(new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$`, 'i'));

function isUri(text: string): boolean {
  if (!text.startsWith('/') && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text)) return false;
  return URL.canParse(text, 'relative://none') && !/[\s\p{Cc}]/u.test(text);
}

function isDate(text: string): boolean {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!found) return false;
  const date = new Date(Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3])));
  return date.toISOString().startsWith(text);
}

function isDateTime(text: string): boolean {
  const found = /^(\d{4}-\d{2}-\d{2})[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:?\d{2})$/.exec(text);
  return found !== null && isDate(found[1] as string) && !Number.isNaN(Date.parse(text.replace(' ', 'T')));
}

/** The last digit of a number that carries a check digit must come out right. */
function luhn(text: string): boolean {
  const digits = text.replace(/[ -]/g, '');
  if (!/^\d{12,19}$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

function isIsbn10(text: string): boolean {
  const digits = text.replace(/[ -]/g, '');
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  return [...digits].reduce((sum, digit, i) => sum + (10 - i) * (digit === 'X' ? 10 : Number(digit)), 0) % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replace(/[ -]/g, '');
  if (!/^\d{13}$/.test(digits)) return false;
  return [...digits].reduce((sum, digit, i) => sum + (i % 2 === 1 ? 3 : 1) * Number(digit), 0) % 10 === 0;
}

function isCidr(text: string): boolean {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const bits = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  return rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
}

const email =
  /^[^\s@<>()[\],;:"\\]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
const hostname =
  /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\.?$/;
const duration =
  /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)\s*(?:ns|us|µs|ms|s|m|h|d|w|nanos?|micros?|millis?|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|wks?)(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))*$/;

export const formats: Readonly<Record<string, Test>> = {
  bsonobjectid: like(/^[0-9a-f]{24}$/i),
  byte: text => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
  cidr: isCidr,
  creditcard: luhn,
  date: isDate,
  'date-time': isDateTime,
  datetime: isDateTime,
  duration: text => duration.test(text) || text === '0',
  email: like(email),
  hexcolor: like(/^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i),
  hostname: like(hostname),
  ipv4: isIPv4,
  ipv6: text => isIP(text) === 6,
  isbn: text => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  'k8s-long-name': text => dns1123Subdomain(text).length === 0,
  'k8s-short-name': text => dns1123Label(text).length === 0,
  mac: like(/^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$|^(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}$/i),
  password: () => true,
  rgbcolor: like(/^rgb\(\s*(?:\d{1,2}|1\d\d|2[0-4]\d|25[0-5])\s*(?:,\s*(?:\d{1,2}|1\d\d|2[0-4]\d|25[0-5])\s*){2}\)$/),
  ssn: like(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/),
  uri: isUri,
  uuid: uuid('[0-9a-f]'),
  uuid3: uuid('3'),
  uuid4: uuid('4'),
  uuid5: uuid('5'),
};
