/** Credentials for a registry from imagePullSecrets (kubernetes.io/dockerconfigjson and the older dockercfg). */
import type { Secret } from '../../api/types.js';
import type { RegistryAuth } from '../cri/types.js';

const dockerHub = 'docker.io';

/** The registry that an image name stands for. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : dockerHub;
}

/** The first secret that knows the image's registry; undefined is an anonymous pull. */
export function authFor(image: string, secrets: readonly Secret[]): RegistryAuth | undefined {
  const registry = registryOf(image);
  for (const secret of secrets)
    for (const [server, auth] of Object.entries(entriesOf(secret)))
      if (hostOf(server) === registry) return { ...credentials(auth), serverAddress: server };
  return undefined;
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

function hostOf(server: string): string {
  const host = server.replace(/^https?:\/\//, '').split('/')[0] ?? '';
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? dockerHub : host;
}

const credentials = ({ username, password, auth, identitytoken }: DockerAuth): RegistryAuth => ({
  ...(username === undefined ? {} : { username }),
  ...(password === undefined ? {} : { password }),
  ...(auth === undefined ? {} : { auth }),
  ...(identitytoken === undefined ? {} : { identityToken: identitytoken }),
});
