/** url('https://example.com:80/path?a=b'). */
import type { Environment } from '@marcbachmann/cel-js/evaluator';
import { addFunctions, failed } from './library.js';

class CelUrl {
  constructor(
    private readonly text: string,
    readonly url: URL,
    /** '/path' has no scheme and no host. */
    readonly relative: boolean,
  ) {}

  toString(): string {
    return this.text;
  }
}

/** Go's ParseRequestURI: an absolute URI or an absolute path. */
function read(text: string): CelUrl | undefined {
  const relative = text.startsWith('/');
  if (!relative && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text)) return undefined;
  try {
    return new CelUrl(text, new URL(text, 'relative://none'), relative);
  } catch {
    return undefined;
  }
}

function url(text: string): CelUrl {
  const found = read(text);
  if (!found)
    throw failed(
      `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
    );
  return found;
}

/** The WHATWG parser drops a scheme's own port (80, 443); Go keeps it. */
const portOf = (of: CelUrl): string =>
  of.relative ? '' : of.url.port || (/^[^:]+:\/\/[^/?#]*?:(\d+)(?:[/?#]|$)/.exec(String(of))?.[1] ?? '');

const queryOf = ({ url }: CelUrl): Map<string, string[]> => {
  const query = new Map<string, string[]>();
  for (const [key, value] of url.searchParams) query.set(key, [...(query.get(key) ?? []), value]);
  return query;
};

export function addUrls(env: Environment): void {
  env.registerType('kubernetes.URL', CelUrl);
  addFunctions(env, {
    'url(string): kubernetes.URL': url,
    'isURL(string): bool': (text: string) => read(text) !== undefined,
    'kubernetes.URL.getScheme(): string': ({ url, relative }: CelUrl) => (relative ? '' : url.protocol.slice(0, -1)),
    'kubernetes.URL.getHost(): string': (of: CelUrl) => {
      const port = portOf(of);
      return of.relative ? '' : `${of.url.hostname}${port ? `:${port}` : ''}`;
    },
    'kubernetes.URL.getHostname(): string': ({ url, relative }: CelUrl) =>
      relative ? '' : url.hostname.replace(/^\[|\]$/g, ''),
    'kubernetes.URL.getPort(): string': portOf,
    'kubernetes.URL.getEscapedPath(): string': ({ url }: CelUrl) => url.pathname,
    'kubernetes.URL.getQuery(): map<string, list<string>>': queryOf,
  });
}
