/**
 * Debian's vmagent (of the package victoria-metrics): an independent reader of Prometheus' configuration that has
 * kubernetes_sd_configs, which Debian's own build of prometheus lacks. It lists, then watches, as Prometheus does.
 */
import { type Daemon, programOf, startDaemon } from './daemon.js';
import type { Scraped } from './prometheus.js';

export const vmagentProgram = (): string | undefined => programOf('victoria-metrics-debian', 'vmagent', '-version');

export const roles = ['node', 'service', 'pod', 'endpoints', 'endpointslice', 'ingress'] as const;
export type Role = (typeof roles)[number];

export interface Target {
  labels: Readonly<Record<string, string>>;
  discoveredLabels: Readonly<Record<string, string>>;
}

export interface Vmagent extends Daemon {
  /** What it has found of a role. */
  targets(role: Role): Promise<Target[]>;
}

export async function startVmagent(program: string, { host, caFile, token }: Scraped): Promise<Vmagent> {
  const jobs = roles.map(role => ({
    job_name: role,
    // What is found is not there: it is never asked within a test's time.
    scrape_interval: '24h',
    kubernetes_sd_configs: [
      {
        role,
        api_server: `https://${host}`,
        tls_config: { ca_file: caFile },
        authorization: { credentials_file: 'token' },
      },
    ],
  }));
  const files = { token, 'prometheus.yml': JSON.stringify({ scrape_configs: jobs }) };
  const daemon = await startDaemon(program, files, (inside, address) => [
    `-promscrape.config=${inside('prometheus.yml')}`,
    '-promscrape.kubernetesSDCheckInterval=1s',
    `-httpListenAddr=${address}`,
    // It must be told of a place for what it scrapes; nothing ever goes there.
    '-remoteWrite.url=http://127.0.0.1:9/',
    `-remoteWrite.tmpDataPath=${inside('data')}`,
  ]);
  return {
    ...daemon,
    async targets(role) {
      const answer = await daemon.get<{ data: { activeTargets: Target[] } }>('/api/v1/targets?state=active');
      return (answer?.data.activeTargets ?? []).filter(target => target.labels.job === role);
    },
  };
}
