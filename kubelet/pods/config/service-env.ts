/** The variables by which containers find services without DNS: WEB_SERVICE_HOST, WEB_PORT_80_TCP_ADDR, ... */
import type { Pod, Service } from '../../../api/types.js';

/** Services with an address, of the pod's namespace (unless it declines links); the API's own service in any case. */
export function serviceEnv(pod: Pod, services: readonly Service[]): Map<string, string> {
  const env = new Map<string, string>();
  const links = pod.spec?.enableServiceLinks !== false;
  const isApi = (s: Service): boolean => s.metadata.namespace === 'default' && s.metadata.name === 'kubernetes';
  const mine = (s: Service): boolean => links && s.metadata.namespace === pod.metadata.namespace;
  // A service of the pod's own namespace comes after the API's, and so wins where both have the same name.
  const chosen = [...services.filter(s => isApi(s) && !mine(s)), ...services.filter(mine)];
  for (const service of chosen) addService(env, service);
  return env;
}

function addService(env: Map<string, string>, { metadata, spec }: Service): void {
  const ip = spec?.clusterIP;
  const [first] = spec?.ports ?? [];
  if (!ip || ip === 'None' || !first) return;
  const prefix = variableName(metadata.name ?? '');
  env.set(`${prefix}_SERVICE_HOST`, ip);
  env.set(`${prefix}_SERVICE_PORT`, String(first.port));
  for (const port of spec?.ports ?? [])
    if (port.name) env.set(`${prefix}_SERVICE_PORT_${variableName(port.name)}`, String(port.port));
  for (const [index, port] of (spec?.ports ?? []).entries()) {
    const protocol = port.protocol ?? 'TCP';
    const url = `${protocol.toLowerCase()}://${ip.includes(':') ? `[${ip}]` : ip}:${port.port}`;
    if (index === 0) env.set(`${prefix}_PORT`, url);
    const link = `${prefix}_PORT_${port.port}_${protocol}`;
    env.set(link, url);
    env.set(`${link}_PROTO`, protocol.toLowerCase());
    env.set(`${link}_PORT`, String(port.port));
    env.set(`${link}_ADDR`, ip);
  }
}

const variableName = (name: string): string => name.toUpperCase().replaceAll('-', '_');
