/**
 * Debian's prometheus, which scrapes the API server with a service account's token. Debian builds it without
 * kubernetes_sd_configs: discovery by the same configuration is asked of vmagent (vmagent.ts).
 */
import { type Daemon, programOf, startDaemon } from './daemon.js';

/** The path of 'prometheus' or 'promtool'; undefined where there is none. */
export const prometheusProgram = (name: 'prometheus' | 'promtool'): string | undefined =>
  programOf('prometheus-debian', name);

/** The API server to ask, as whom. */
export interface Scraped {
  /** '127.0.0.1:6443' */
  host: string;
  caFile: string;
  token: string;
}

export interface Prometheus extends Daemon {
  /** The value that an instant query finds first; undefined when it finds nothing. Rejects when prometheus has ended. */
  query(text: string): Promise<number | undefined>;
}

export async function startPrometheus(program: string, { host, caFile, token }: Scraped): Promise<Prometheus> {
  const job = {
    job_name: 'apiserver',
    scheme: 'https',
    scrape_interval: '1s',
    scrape_timeout: '1s',
    tls_config: { ca_file: caFile },
    authorization: { credentials_file: 'token' },
    static_configs: [{ targets: [host] }],
  };
  // JSON is YAML too.
  const files = { token, 'prometheus.yml': JSON.stringify({ scrape_configs: [job] }) };
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
  };
}
