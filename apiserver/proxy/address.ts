/** Names of what is proxied to, and addresses that nothing is proxied to. */
import { isIP } from 'node:net';

export interface SchemeNamePort {
  /** '' where nothing is said. */
  scheme: '' | 'http' | 'https';
  name: string;
  /** A number, or the name of a service's port; '' where nothing is said. */
  port: string;
}

/** 'web', 'web:80', 'https:web:443', 'https:web:'; undefined for what is none of these. */
export function schemeNamePort(id: string): SchemeNamePort | undefined {
  const parts = id.split(':');
  const [first = '', second = '', third = ''] = parts;
  if (parts.length > 3) return undefined;
  const [scheme, name, port] = parts.length === 3 ? [first, second, third] : ['', first, second];
  if (name === '' || (scheme !== '' && scheme !== 'http' && scheme !== 'https')) return undefined;
  return { scheme, name, port };
}

/**
 * Loopback and link-local addresses are the API server's own machine's, with what listens there unprotected, and the
 * clouds' metadata services': nobody may make it ask those (CVE-2020-8555, CVE-2020-8561, CVE-2020-8562).
 */
export function isProxyable(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return isProxyable4(address.split('.').map(Number));
    case 6:
      return isProxyable6(wordsOf(address));
    default:
      return false;
  }
}

function isProxyable4([a = 0, b = 0, c = 0, d = 0]: readonly number[]): boolean {
  const loopback = a === 127;
  const linkLocal = (a === 169 && b === 254) || (a === 224 && b === 0 && c === 0);
  const nowhere = a + b + c + d === 0;
  return !loopback && !linkLocal && !nowhere;
}

function isProxyable6(words: readonly number[]): boolean {
  const [first = 0] = words;
  const upper = words.slice(0, 5).every(word => word === 0);
  const [fifth = 0, high = 0, low = 0] = words.slice(5);
  // An IPv4 address in the clothes of an IPv6 one is what it is.
  const embedded = upper && (fifth === 0xffff || fifth === 0);
  if (embedded) return isProxyable4([high >> 8, high & 255, low >> 8, low & 255]) && !(fifth === 0 && high === 0);
  const linkLocal = (first & 0xffc0) === 0xfe80;
  const multicast = [0xff01, 0xff02].includes(first & 0xff0f);
  return !linkLocal && !multicast;
}

/** The eight words of an IPv6 address. */
function wordsOf(address: string): number[] {
  const plain = address.replace(/%.*$/, '').replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes) => {
    const [a, b, c, d] = bytes.slice(0, 4).map(Number) as [number, number, number, number];
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = '', tail] = plain.split('::');
  const words = (text: string): number[] => (text === '' ? [] : text.split(':').map(word => Number.parseInt(word, 16)));
  const [front, back] = [words(head), words(tail ?? '')];
  return tail === undefined ? front : [...front, ...Array(8 - front.length - back.length).fill(0), ...back];
}
