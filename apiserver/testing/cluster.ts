/** A whole API server over TLS, with keys of its own in a temporary directory. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../../api/clock.js';
import { type ApiServer, settingsOf, startApiServer } from '../main.js';
import { ensurePki, type PkiPaths } from '../pki/index.js';

const address = '127.0.0.1';

export class TestCluster {
  server!: ApiServer;
  pki!: PkiPaths;

  constructor(
    readonly dataDir: string,
    private readonly datastore: string,
    private readonly flags: readonly string[] = [],
  ) {}

  get url(): string {
    return `https://${address}:${this.server.port}`;
  }

  /** `port` 0 is any. The kubeconfigs have the port that it became. */
  async start(port: number): Promise<void> {
    const identity = { dataDir: this.dataDir, nodeName: 'node-1', addresses: [address], now: Date.now() };
    await ensurePki({ ...identity, server: `https://${address}:1` });
    this.server = await startApiServer({
      dataDir: this.dataDir,
      datastore: this.datastore,
      bindAddress: address,
      port,
      advertiseAddress: address,
      serviceCidr: '10.96.0.0/16',
      settings: settingsOf(this.flags),
      // Tests ask what was written by the store's revision: nothing else may write meanwhile.
      peerTiming: { ttlSeconds: 7200, everyMs: 3_600_000 },
      log: pino({ level: process.env.ORRERY_LOG ?? 'silent' }),
      clock: systemClock,
    });
    this.pki = await ensurePki({ ...identity, server: this.url });
  }

  /** Stops and starts it, on the same port. */
  async restart(): Promise<void> {
    const { port } = this.server;
    await this.server.stop();
    await this.start(port);
  }

  /** The store's revision, as a list says it. */
  revision(): Promise<string> {
    const { ca, kubeletClient } = this.pki;
    const [authority, cert, key] = [ca.cert, kubeletClient.cert, kubeletClient.key].map(path => readFileSync(path));
    const options = { ca: authority as Buffer, cert: cert as Buffer, key: key as Buffer, agent: false as const };
    return new Promise((resolve, reject) => {
      const sent = request(`${this.url}/api/v1/nodes`, options, async response => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve(JSON.parse(Buffer.concat(chunks).toString()).metadata.resourceVersion);
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  /** Stops the server and removes its files. */
  async remove(): Promise<void> {
    await this.server.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

/** `flags` are those of Kubernetes' API server. */
export async function startTestCluster(datastore = 'memory', flags: readonly string[] = []): Promise<TestCluster> {
  const cluster = new TestCluster(await mkdtemp(join(tmpdir(), 'orrery-apiserver-')), datastore, flags);
  try {
    await cluster.start(0);
  } catch (error) {
    // One that is refused has nobody to remove what it left.
    await rm(cluster.dataDir, { recursive: true, force: true });
    throw error;
  }
  return cluster;
}
