/** Which file says whom this machine asks for names. */
import { readFileSync } from 'node:fs';
import { parseResolvConf } from '../../api/network/resolv-conf.js';

const usual = '/etc/resolv.conf';
/** Where systemd-resolved names the servers that it asks; it listens at 127.0.0.53, which to a pod is the pod itself. */
const behindResolved = '/run/systemd/resolve/resolv.conf';

export function machinesResolvConf(read: (file: string) => string | undefined = readIfThere): string {
  const { servers } = parseResolvConf(read(usual) ?? '');
  const isResolved = servers.length > 0 && servers.every(server => server === '127.0.0.53');
  return isResolved && parseResolvConf(read(behindResolved) ?? '').servers.length > 0 ? behindResolved : usual;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
