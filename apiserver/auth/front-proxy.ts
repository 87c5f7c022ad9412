/**
 * A proxy that has authenticated the user, and says who it is in headers. It is believed for its certificate, which a CA
 * of its own has signed: the certificates of clients prove nothing here, nor this one anything there.
 */
import { put } from '../../api/json.js';
import type { Credentials, User } from '../contracts.js';
import { withAuthenticated } from './well-known.js';

/** The flags `--requestheader-...`. Header names are compared without regard to case. */
export interface FrontProxyOptions {
  /** Names of proxies; when there are none, any certificate of the CA does. */
  allowedNames: readonly string[];
  usernameHeaders: readonly string[];
  uidHeaders: readonly string[];
  groupHeaders: readonly string[];
  extraHeaderPrefixes: readonly string[];
}

/** undefined when no such proxy speaks, or it says no name. */
export function proxiedUser(
  { proxyCertificate, rawHeaders = [] }: Credentials,
  options: FrontProxyOptions,
): User | undefined {
  if (!proxyCertificate) return undefined;
  const { allowedNames } = options;
  if (allowedNames.length > 0 && !allowedNames.includes(proxyCertificate.subjectCN)) return undefined;
  const headers = pairs(rawHeaders);
  const values = (names: readonly string[]): string[] =>
    names
      .flatMap(name => headers.filter(([header, value]) => header === name.toLowerCase() && value !== ''))
      .map(([, value]) => value);
  const [name] = values(options.usernameHeaders);
  if (name === undefined) return undefined;
  const [uid] = values(options.uidHeaders);
  const extra = extraOf(headers, options.extraHeaderPrefixes);
  return {
    name,
    ...(uid === undefined ? {} : { uid }),
    groups: withAuthenticated(values(options.groupHeaders)),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

type Header = readonly [name: string, value: string];

const pairs = (raw: readonly string[]): Header[] =>
  raw.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? ''] as const] : []));

function extraOf(headers: readonly Header[], prefixes: readonly string[]): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  for (const prefix of prefixes.map(prefix => prefix.toLowerCase())) {
    for (const [name, value] of headers) {
      if (!name.startsWith(prefix)) continue;
      const key = unescaped(name.slice(prefix.length));
      put(extra, key, [...(Object.hasOwn(extra, key) ? (extra[key] as string[]) : []), value]);
    }
  }
  return extra;
}

/** What is not well escaped is kept as it is: it must not vanish. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key).toLowerCase();
  } catch {
    return key;
  }
}
