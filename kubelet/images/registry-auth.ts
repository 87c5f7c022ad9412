/** Credentials for a registry from imagePullSecrets (kubernetes.io/dockerconfigjson and the older dockercfg). Pure. */
import type { Secret } from '../../api/types.js';
import type { RegistryAuth } from '../cri/types.js';

const dockerHub = 'docker.io';

/** The registry that an image name stands for, and its path there. */
function splitName(image: string): { host: string; path: string } {
  const [first = '', ...rest] = image.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return isHost ? { host: first, path: rest.join('/') } : { host: dockerHub, path: image };
}

/**
 * All that may open the image's registry, the most specific first: a secret can be for one path of a registry, and for
 * all hosts of a domain (`*.example.org`). None is an anonymous pull.
 */
export function authsFor(image: string, secrets: readonly Secret[]): RegistryAuth[] {
  const found = secrets
    .flatMap(secret => Object.entries(entriesOf(secret)))
    .filter(([server]) => isFor(server, image))
    // A sort keeps the order of those that are equally specific.
    .sort(([a], [b]) => b.length - a.length)
    .map(([, auth]) => credentials(auth));
  return found.filter((auth, i) => !found.slice(0, i).some(other => JSON.stringify(other) === JSON.stringify(auth)));
}

function isFor(server: string, image: string): boolean {
  const [name = '', ...path] = server.replace(/^https?:\/\//, '').split('/');
  const host = name === 'index.docker.io' || name === 'registry-1.docker.io' ? dockerHub : name;
  // /v1/ and /v2/ are the registry's own paths.
  const below = path.join('/').replace(/^v[12]\/?$/, '');
  const wanted = splitName(image);
  return hostMatches(host, wanted.host) && (below === '' || `${wanted.path}/`.startsWith(below));
}

/** A star stands for a part of a name between dots, and never for a port. */
function hostMatches(pattern: string, host: string): boolean {
  const [wanted = '', wantedPort] = pattern.split(':');
  const [has = '', port] = host.split(':');
  const [parts, others] = [wanted.split('.'), has.split('.')];
  const glob = (part: string): RegExp =>
    new RegExp(`^${part.replace(/[\\^$+?.()|[\]{}]/g, '\\$&').replaceAll('*', '[^.]*')}$`);
  return wantedPort === port && parts.length === others.length && parts.every((p, i) => glob(p).test(others[i] ?? ''));
}

interface DockerAuth {
  username?: string;
  password?: string;
  auth?: string;
  identitytoken?: string;
}

function entriesOf(secret: Secret): Record<string, DockerAuth> {
  const parse = (key: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(secret.data?.[key] ?? 'e30=', 'base64').toString('utf8')) as Record<string, unknown>;
  try {
    if (secret.type === 'kubernetes.io/dockerconfigjson')
      return (parse('.dockerconfigjson').auths ?? {}) as Record<string, DockerAuth>;
    return secret.type === 'kubernetes.io/dockercfg' ? (parse('.dockercfg') as Record<string, DockerAuth>) : {};
  } catch {
    // A secret that is not JSON helps no pull; the pull then says what the registry answers.
    return {};
  }
}

/** Without the server's address: with one, containerd passes over whatever is not written as a URL. */
const credentials = ({ username, password, auth, identitytoken }: DockerAuth): RegistryAuth => ({
  ...(username === undefined ? {} : { username }),
  ...(password === undefined ? {} : { password }),
  ...(auth === undefined ? {} : { auth }),
  ...(identitytoken === undefined ? {} : { identityToken: identitytoken }),
});
