/**
 * Debian's prometheus, which finds what it is to scrape by kubernetes_sd_configs, and scrapes the API server; all of it
 * with a service account's token. That of Debian's next release: those before it were built without that discovery.
 */
import { type Daemon, programOf, startDaemon } from './daemon.js';

/** The path of 'prometheus' or 'promtool'; undefined where there is none. */
export const prometheusProgram = (name: 'prometheus' | 'promtool'): string | undefined =>
  programOf('prometheus-debian-next', name);

/** The API server to ask, as whom. */
export interface Scraped {
  /** '127.0.0.1:6443' */
  host: string;
  caFile: string;
  token: string;
}

export const roles = ['node', 'service', 'pod', 'endpoints', 'endpointslice', 'ingress'] as const;
export type Role = (typeof roles)[number];

/** What Prometheus' own documentation asks for. */
export const rights = [
  { apiGroups: [''], resources: ['nodes', 'services', 'endpoints', 'pods'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'list', 'watch'] },
  { nonResourceURLs: ['/metrics'], verbs: ['get'] },
];

export interface Target {
  labels: Readonly<Record<string, string>>;
  discoveredLabels: Readonly<Record<string, string>>;
}

export interface Prometheus extends Daemon {
  /** The value that an instant query finds first; undefined when it finds nothing. Rejects when prometheus has ended. */
  query(text: string): Promise<number | undefined>;
  /** What it has found of a role. */
  targets(role: Role): Promise<Target[]>;
}

export async function startPrometheus(program: string, { host, caFile, token }: Scraped): Promise<Prometheus> {
  const asked = { tls_config: { ca_file: caFile }, authorization: { credentials_file: 'token' } };
  const discovery = (role: Role): object => ({
    kubernetes_sd_configs: [{ role, api_server: `https://${host}`, ...asked }],
  });
  const theServer = { action: 'keep', regex: 'default;kubernetes;https' };
  const apiServer = {
    job_name: 'apiserver',
    scheme: 'https',
    scrape_interval: '1s',
    scrape_timeout: '1s',
    ...asked,
    ...discovery('endpointslice'),
    relabel_configs: [
      {
        ...theServer,
        source_labels: ['namespace', 'service_name', 'endpointslice_port_name'].map(
          name => `__meta_kubernetes_${name}`,
        ),
      },
    ],
  };
  // What is found by role is not there: it is hardly ever asked within a test's time.
  const found = roles.map(role => ({ job_name: role, scrape_interval: '24h', ...discovery(role) }));
  // JSON is YAML too.
  const files = { token, 'prometheus.yml': JSON.stringify({ scrape_configs: [apiServer, ...found] }) };
  const daemon = await startDaemon(program, files, (inside, address) => [
    `--config.file=${inside('prometheus.yml')}`,
    `--storage.tsdb.path=${inside('data')}`,
    `--web.listen-address=${address}`,
  ]);
  return {
    ...daemon,
    async query(text) {
      const path = `/api/v1/query?query=${encodeURIComponent(text)}`;
      const answer = await daemon.get<{ data: { result: { value: [number, string] }[] } }>(path);
      const first = answer?.data.result[0];
      return first && Number(first.value[1]);
    },
    async targets(role) {
      const path = `/api/v1/targets?state=active&scrapePool=${role}`;
      return (await daemon.get<{ data: { activeTargets: Target[] } }>(path))?.data.activeTargets ?? [];
    },
  };
}
