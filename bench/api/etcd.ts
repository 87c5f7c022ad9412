/** Debian's etcd for one subject, and Kubernetes' own API server over it, started as ours is: same keys, same checks. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { systemClock } from '../../api/clock.js';
import { address, type Command, freePort, type Place } from './subject.js';

export interface Etcd {
  /** 'etcd://127.0.0.1:PORT' */
  datastore: string;
  close(): Promise<void>;
}

export async function startEtcd(dataDir: string): Promise<Etcd> {
  const [client, peer] = [await freePort(), await freePort()].map(port => `http://${address}:${port}`);
  const child = spawn(
    'etcd',
    [
      ...['--data-dir', join(dataDir, 'etcd'), '--log-level', 'error', '--initial-cluster', `default=${peer}`],
      ...['--listen-client-urls', client as string, '--advertise-client-urls', client as string],
      ...['--listen-peer-urls', peer as string, '--initial-advertise-peer-urls', peer as string],
    ],
    { stdio: 'ignore' },
  );
  const healthy = async (): Promise<boolean> =>
    fetch(`${client}/health`).then(
      answer => answer.ok,
      () => false,
    );
  while (!(await healthy())) {
    if (child.exitCode !== null) throw new Error('etcd did not start');
    await systemClock.sleep(50);
  }
  const close = (): Promise<void> =>
    new Promise(resolve => {
      child.once('exit', () => resolve());
      child.kill();
    });
  return { datastore: `etcd://${(client as string).replace('http://', '')}`, close };
}

/** `binary` is the path of a kube-apiserver. */
export const kubeApiserver =
  (binary: string): Command =>
  ({ port, pki, datastore }: Place) => [
    binary,
    `--etcd-servers=${datastore.replace('etcd://', 'http://')}`,
    `--secure-port=${port}`,
    `--bind-address=${address}`,
    `--advertise-address=${address}`,
    `--client-ca-file=${pki.ca.cert}`,
    `--tls-cert-file=${pki.apiserver.cert}`,
    `--tls-private-key-file=${pki.apiserver.key}`,
    `--service-account-key-file=${pki.serviceAccount.publicKey}`,
    `--service-account-signing-key-file=${pki.serviceAccount.privateKey}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    // Before 1.22 pods would else have to wait for a Secret, which only Kubernetes' own controllers make.
    '--feature-gates=BoundServiceAccountTokenVolume=true',
  ];
