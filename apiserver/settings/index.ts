/** What an administrator may set: the flags of `orrery component apiserver`, which are those of Kubernetes' API server. */
import { kubernetesTolerations, type TolerationDefaults } from '../admission/default-toleration-seconds.js';
import { chosenPlugins, type PluginChoice } from '../admission/selection.js';
import { type AuthenticationOptions, defaultAuthentication } from '../auth/options.js';
import type { ShutdownTiming } from '../shutdown.js';
import { authenticationFlags, authenticationOf } from './authentication.js';
import { FlagError, type Flags, readFlags } from './flags.js';

export { FlagError } from './flags.js';

export interface Settings {
  shutdown?: ShutdownTiming;
  authentication: AuthenticationOptions;
  tolerations?: TolerationDefaults;
  /** `--enable-admission-plugins` and `--disable-admission-plugins` */
  plugins?: PluginChoice;
  /** `--admission-control-config-file` */
  admissionFile?: string;
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
  etcd?: EtcdFiles;
}

/** Paths of PEM files, with which an etcd is spoken to in TLS. */
export interface EtcdFiles {
  /** `--etcd-cafile` */
  ca: string;
  /** `--etcd-certfile` and `--etcd-keyfile` */
  client?: { cert: string; key: string };
}

export const defaultSettings: Settings = { authentication: defaultAuthentication };

const known = [
  ...['client-ca-file', 'requestheader-client-ca-file', 'encryption-provider-config'],
  ...['audit-policy-file', 'audit-log-path', 'etcd-cafile', 'etcd-certfile', 'etcd-keyfile'],
  ...['admission-control-config-file', 'disable-admission-plugins', 'enable-admission-plugins'],
  ...['default-not-ready-toleration-seconds', 'default-unreachable-toleration-seconds'],
  ...['shutdown-delay-duration', 'shutdown-watch-termination-grace-period'],
  ...authenticationFlags,
];

/** Throws FlagError for a flag that is not known, or has no sense. */
export function settingsOf(args: readonly string[]): Settings {
  const flags = readFlags(args, known);
  return {
    authentication: authenticationOf(flags),
    ...shutdownOf(flags),
    ...tolerationsOf(flags),
    ...pluginsOf(flags),
    ...file(flags, 'admission-control-config-file', 'admissionFile'),
    ...file(flags, 'client-ca-file', 'clientCaFile'),
    ...file(flags, 'requestheader-client-ca-file', 'frontProxyCaFile'),
    ...file(flags, 'encryption-provider-config', 'encryptionFile'),
    ...file(flags, 'audit-policy-file', 'auditPolicyFile'),
    ...file(flags, 'audit-log-path', 'auditLogPath'),
    ...etcdOf(flags),
  };
}

function etcdOf(flags: Flags): Pick<Settings, 'etcd'> {
  const [ca, cert, key] = ['etcd-cafile', 'etcd-certfile', 'etcd-keyfile'].map(name => flags.text(name));
  if ((cert === undefined) !== (key === undefined))
    throw new FlagError('--etcd-certfile and --etcd-keyfile must be specified together');
  if (ca === undefined) {
    if (cert !== undefined) throw new FlagError('--etcd-certfile needs --etcd-cafile: the authority of the members');
    return {};
  }
  return { etcd: { ca, ...(cert !== undefined && key !== undefined ? { client: { cert, key } } : {}) } };
}

function shutdownOf(flags: Flags): Pick<Settings, 'shutdown'> {
  const delay = flags.seconds('shutdown-delay-duration');
  const watches = flags.seconds('shutdown-watch-termination-grace-period');
  if (delay === undefined && watches === undefined) return {};
  return { shutdown: { delayMs: 1000 * (delay ?? 0), watchesMs: 1000 * (watches ?? 0) } };
}

function tolerationsOf(flags: Flags): Pick<Settings, 'tolerations'> {
  const notReady = flags.count('default-not-ready-toleration-seconds');
  const unreachable = flags.count('default-unreachable-toleration-seconds');
  if (notReady === undefined && unreachable === undefined) return {};
  const usual = kubernetesTolerations;
  return { tolerations: { notReady: notReady ?? usual.notReady, unreachable: unreachable ?? usual.unreachable } };
}

function pluginsOf(flags: Flags): Pick<Settings, 'plugins'> {
  const [enable, disable] = [flags.list('enable-admission-plugins'), flags.list('disable-admission-plugins')];
  if (!enable && !disable) return {};
  const plugins = { enable: enable ?? [], disable: disable ?? [] };
  try {
    chosenPlugins(plugins);
  } catch (error) {
    throw new FlagError((error as Error).message);
  }
  return { plugins };
}

function file<K extends string>(flags: Flags, name: string, key: K): { [key in K]?: string } {
  const path = flags.text(name);
  return (path === undefined ? {} : { [key]: path }) as { [key in K]?: string };
}
