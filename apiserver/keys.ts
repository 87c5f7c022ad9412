/** The keys and certificates that an API server reads as it starts, for those who connect to it and for etcd. */
import { readFile } from 'node:fs/promises';
import type { EtcdCredentials } from '../storage/open.js';
import type { ServerTls } from './http/server.js';
import type { PkiPaths } from './pki/paths.js';
import type { EtcdFiles, Settings } from './settings/index.js';

export async function etcdCredentials({ ca, client }: EtcdFiles): Promise<EtcdCredentials> {
  const rootCertificate = await readFile(ca);
  if (!client) return { rootCertificate };
  const [certChain, privateKey] = await Promise.all([readFile(client.cert), readFile(client.key)]);
  return { rootCertificate, certChain, privateKey };
}

export async function readTls(
  { apiserver, ca, frontProxyCa }: PkiPaths,
  { clientCaFile = ca.cert, frontProxyCaFile = frontProxyCa.cert }: Settings,
): Promise<ServerTls> {
  const files = [apiserver.key, apiserver.cert, clientCaFile, frontProxyCaFile];
  const [key, cert, clientCa, proxyCa] = (await Promise.all(files.map(path => readFile(path)))) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  return { key, cert, clientCa, proxyCa };
}
