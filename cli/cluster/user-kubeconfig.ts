/**
 * The user's own kubeconfig: the cluster is added to it under the name "orrery" and made current, so that kubectl and
 * this CLI find it without a flag; `reset` takes it out again. Other clusters in the file stay as they are.
 */
import { spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { dump, load } from 'js-yaml';
import { Failure } from '../failure.js';

interface Named {
  name: string;
}

interface NamedCluster extends Named {
  cluster?: { server?: string; 'certificate-authority-data'?: string };
}

interface NamedContext extends Named {
  context?: { cluster?: string; user?: string; extensions?: (Named & { extension?: { context?: string } })[] };
}

/** The part of a kubeconfig that is touched here; the rest is carried along. */
export interface KubeconfigFile {
  apiVersion?: string;
  kind?: string;
  clusters?: NamedCluster[];
  users?: Named[];
  contexts?: NamedContext[];
  'current-context'?: string;
  [other: string]: unknown;
}

export const contextName = 'orrery';
const userName = 'orrery-admin';
/** Where the context that was current before is remembered, as kubeconfigs let programs do. */
const extensionName = 'orrery.dev/previous-context';

/** `existing` with the only cluster and user of `admin` in it, as context "orrery", now current. */
export function withCluster(existing: KubeconfigFile, admin: KubeconfigFile): KubeconfigFile {
  const kept = withoutCluster(existing);
  const previous = kept['current-context'];
  const extensions = previous ? { extensions: [{ name: extensionName, extension: { context: previous } }] } : {};
  return {
    ...kept,
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [...(kept.clusters ?? []), { ...admin.clusters?.[0], name: contextName }],
    users: [...(kept.users ?? []), { ...admin.users?.[0], name: userName }],
    contexts: [
      ...(kept.contexts ?? []),
      { name: contextName, context: { cluster: contextName, user: userName, ...extensions } },
    ],
    'current-context': contextName,
  };
}

/** `existing` without what withCluster put in. */
export function withoutCluster(existing: KubeconfigFile): KubeconfigFile {
  const but = <T extends Named>(list: T[] | undefined, name: string): T[] =>
    (list ?? []).filter(item => item.name !== name);
  const contexts = but(existing.contexts, contextName);
  const current = existing['current-context'];
  const previous = previousContext(existing);
  const next = contexts.find(context => context.name === previous) ?? contexts[0];
  return {
    ...existing,
    clusters: but(existing.clusters, contextName),
    users: but(existing.users, userName),
    contexts,
    'current-context': current === contextName ? (next?.name ?? '') : (current ?? ''),
  };
}

function previousContext({ contexts = [] }: KubeconfigFile): string | undefined {
  const ours = contexts.find(context => context.name === contextName)?.context?.extensions ?? [];
  return ours.find(extension => extension.name === extensionName)?.extension?.context;
}

/** Whether its context "orrery" is the cluster of this authority (PEM), and not another of the same name. */
export const namesCluster = ({ clusters = [] }: KubeconfigFile, caCert: string): boolean =>
  clusters.some(
    ({ name, cluster }) =>
      name === contextName && cluster?.['certificate-authority-data'] === Buffer.from(caCert).toString('base64'),
  );

/** Whether nothing of a user's is in it. */
const isEmpty = ({ clusters = [], users = [], contexts = [], preferences = {} }: KubeconfigFile): boolean =>
  [clusters, users, contexts, Object.keys(preferences ?? {})].every(list => list.length === 0);

export interface Owner {
  home: string;
  uid: number;
  gid: number;
}

/** The files to write: KUBECONFIG's first, or ~/.kube/config of root and of the user who called sudo. */
export function kubeconfigTargets(
  env: NodeJS.ProcessEnv,
  self: Owner,
  caller: Owner | undefined,
): { path: string; owner: Owner }[] {
  const first = env.KUBECONFIG?.split(':').find(Boolean);
  if (first) return [{ path: first, owner: caller ?? self }];
  // sudo may have left HOME as it was: what is in the caller's home is the caller's.
  const owners = caller ? [...(caller.home === self.home ? [] : [self]), caller] : [self];
  return owners.map(owner => ({ path: join(owner.home, '.kube', 'config'), owner }));
}

/** A user's line of the passwd database, which may be a directory service; undefined when there is none. */
type PasswdLine = (user: string) => string | undefined;

const getent: PasswdLine = user => {
  const { status, stdout } = spawnSync('getent', ['passwd', '--', user], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
};

/** Who called sudo, by its environment; undefined when nobody did. */
export function sudoCaller({ SUDO_USER }: NodeJS.ProcessEnv, passwdLine = getent): Owner | undefined {
  const [, , uid, gid, , home] = (SUDO_USER && passwdLine(SUDO_USER)?.split(':')) || [];
  return uid && gid && home ? { uid: Number(uid), gid: Number(gid), home } : undefined;
}

/**
 * Reads, changes and writes the file; written whole or not at all, readable by its owner only. One that is there stays
 * its owner's, and one that would be left empty is removed. Throws a Failure when it is no kubeconfig or cannot be written.
 */
export function changeKubeconfig(
  target: { path: string; owner: Owner },
  change: (existing: KubeconfigFile) => KubeconfigFile,
): void {
  const exists = existsSync(target.path);
  // Through a link, so that the link stays one.
  const path = exists ? realpathSync(target.path) : target.path;
  const owner = exists ? statSync(path) : target.owner;
  const changed = change(readKubeconfig(path));
  try {
    if (isEmpty(changed)) rmSync(path, { force: true });
    else writeWhole(path, dump(changed), owner);
  } catch (error) {
    throw new Failure(
      `the kubeconfig ${path} cannot be written (${(error as NodeJS.ErrnoException).code}): name another with KUBECONFIG.`,
    );
  }
}

function writeWhole(path: string, text: string, owner: Pick<Owner, 'uid' | 'gid'>): void {
  makeFolder(dirname(path), owner);
  const temporary = `${path}.orrery-new`;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, text, { mode: 0o600 });
  own(temporary, owner);
  renameSync(temporary, path);
}

function makeFolder(folder: string, owner: Pick<Owner, 'uid' | 'gid'>): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  own(folder, owner);
}

function own(path: string, { uid, gid }: Pick<Owner, 'uid' | 'gid'>): void {
  if (statSync(path).uid !== uid && process.geteuid?.() === 0) chownSync(path, uid, gid);
}

function readKubeconfig(path: string): KubeconfigFile {
  if (!existsSync(path)) return {};
  const refuse = (why: string): never => {
    throw new Failure(`${path} is not a kubeconfig (${why}): mend it or move it away.`);
  };
  let found: unknown;
  try {
    found = load(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    // Below the first line the place in the file is drawn.
    return refuse((error as Error).message.split('\n')[0] ?? '');
  }
  return typeof found === 'object' && !Array.isArray(found) ? (found as KubeconfigFile) : refuse('it holds no object');
}
