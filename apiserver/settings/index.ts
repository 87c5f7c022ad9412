/** What an administrator may set: the flags of `orrery run apiserver`, which are those of Kubernetes' API server. */
import { type AuthenticationOptions, defaultAuthentication } from '../auth/options.js';
import type { ShutdownTiming } from '../shutdown.js';
import { authenticationFlags, authenticationOf } from './authentication.js';
import { type Flags, readFlags } from './flags.js';

export { FlagError } from './flags.js';

export interface Settings {
  shutdown?: ShutdownTiming;
  authentication: AuthenticationOptions;
  /** `--client-ca-file`: pki/ca.crt unless said. */
  clientCaFile?: string;
  /** `--requestheader-client-ca-file`: pki/front-proxy-ca.crt unless said. */
  frontProxyCaFile?: string;
  /** `--encryption-provider-config`: with the embedded store, pki/encryption.yaml unless said, if it is there. */
  encryptionFile?: string;
  /** `--audit-policy-file` */
  auditPolicyFile?: string;
  /** `--audit-log-path`: audit.log of the data directory unless said. */
  auditLogPath?: string;
}

export const defaultSettings: Settings = { authentication: defaultAuthentication };

const known = [
  ...['client-ca-file', 'requestheader-client-ca-file', 'encryption-provider-config'],
  ...['audit-policy-file', 'audit-log-path'],
  ...['shutdown-delay-duration', 'shutdown-watch-termination-grace-period'],
  ...authenticationFlags,
];

/** Throws FlagError for a flag that is not known, or has no sense. */
export function settingsOf(args: readonly string[]): Settings {
  const flags = readFlags(args, known);
  return {
    authentication: authenticationOf(flags),
    ...shutdownOf(flags),
    ...file(flags, 'client-ca-file', 'clientCaFile'),
    ...file(flags, 'requestheader-client-ca-file', 'frontProxyCaFile'),
    ...file(flags, 'encryption-provider-config', 'encryptionFile'),
    ...file(flags, 'audit-policy-file', 'auditPolicyFile'),
    ...file(flags, 'audit-log-path', 'auditLogPath'),
  };
}

function shutdownOf(flags: Flags): Pick<Settings, 'shutdown'> {
  const delay = flags.seconds('shutdown-delay-duration');
  const watches = flags.seconds('shutdown-watch-termination-grace-period');
  if (delay === undefined && watches === undefined) return {};
  return { shutdown: { delayMs: 1000 * (delay ?? 0), watchesMs: 1000 * (watches ?? 0) } };
}

function file<K extends string>(flags: Flags, name: string, key: K): { [key in K]?: string } {
  const path = flags.text(name);
  return (path === undefined ? {} : { [key]: path }) as { [key in K]?: string };
}
