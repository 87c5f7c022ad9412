/** What `config` does (see config.ts for its flags). */
import { resolve } from 'node:path';
import { toYaml } from '../../api/yaml.js';
import {
  body,
  change,
  entries,
  find,
  pathsOf,
  readMerged,
  type Section,
  singular,
  withEntry,
} from '../config/files.js';
import { embedded, flattened, minified, withoutSecrets } from '../config/view.js';
import { Failure } from '../failure.js';
import { alignedText } from '../output/columns.js';
import { parseObjectFormat } from '../output/format.js';
import { goJson } from '../output/json.js';
import { renderJsonPath } from '../output/jsonpath/evaluate.js';
import type { ClusterFlags, ConfigFlags, ContextFlags, ListFlags, UserFlags, ViewFlags } from './config.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

export function view(flags: ViewFlags): void {
  const format = parseObjectFormat(flags.output);
  let file = readMerged(flags.kubeconfig, flags.flatten ? flattened : undefined);
  if (flags.minify) file = minified(file, flags.context);
  if (!flags.raw) file = withoutSecrets(file);
  if (format?.as === 'yaml') process.stdout.write(toYaml(file));
  else if (format?.as === 'json') say(goJson(file, 4));
  else if (format?.as === 'jsonpath') process.stdout.write(renderJsonPath(format.template, file));
  else throw new Failure(`-o ${flags.output} is not available here: yaml, json and jsonpath=... are`);
}

export function currentContext(flags: ConfigFlags): void {
  const current = readMerged(flags.kubeconfig)['current-context'];
  if (!current) throw new Failure('current-context is not set');
  say(current);
}

export function getContexts(names: readonly string[], flags: ListFlags): void {
  const file = readMerged(flags.kubeconfig);
  for (const name of names) if (!find(file, 'contexts', name)) throw new Failure(`context ${name} not found`);
  const chosen = entries(file, 'contexts')
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (flags.output === 'name') {
    for (const { name } of chosen) say(name);
    return;
  }
  if (flags.output !== undefined) throw new Failure(`output must be one of '' or 'name': ${flags.output}`);
  const rows = chosen.map(entry => {
    const { cluster, user, namespace } = body('contexts', entry);
    return [entry.name === file['current-context'] ? '*' : '', entry.name, ...[cluster, user, namespace].map(text)];
  });
  const headings = flags.headers === false ? [] : [['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE']];
  process.stdout.write(alignedText([...headings, ...rows]));
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export function getNames(section: 'clusters' | 'users', flags: ConfigFlags): void {
  say('NAME');
  for (const name of entries(readMerged(flags.kubeconfig), section)
    .map(entry => entry.name)
    .sort())
    say(name);
}

export function useContext(name: string, flags: ConfigFlags): void {
  if (!find(readMerged(flags.kubeconfig), 'contexts', name))
    throw new Failure(`no context exists with the name: "${name}"`);
  change(
    flags.kubeconfig,
    file => Boolean(file['current-context']),
    file => ({ apiVersion: 'v1', kind: 'Config', ...file, 'current-context': name }),
  );
  say(`Switched to context "${name}".`);
}

export function setContext(named: string | undefined, flags: ContextFlags): void {
  if ((named === undefined) === !flags.current) throw new Failure('specify either a context name or --current');
  const file = readMerged(flags.kubeconfig);
  const name = flags.current ? file['current-context'] : named;
  if (!name) throw new Failure('no current context is set');
  const { namespace, cluster, user } = flags;
  const existed = set('contexts', name, { namespace, cluster, user }, flags);
  say(`Context "${name}" ${existed ? 'modified' : 'created'}.`);
}

export function setCluster(name: string, flags: ClusterFlags): void {
  const { server, certificateAuthority, insecureSkipTlsVerify, tlsServerName } = flags;
  set(
    'clusters',
    name,
    {
      server,
      ...fileField('certificate-authority', certificateAuthority, flags.embedCerts),
      'insecure-skip-tls-verify': insecureSkipTlsVerify,
      'tls-server-name': tlsServerName,
    },
    flags,
  );
  say(`Cluster "${name}" set.`);
}

export function setCredentials(name: string, flags: UserFlags): void {
  const { clientCertificate, clientKey, token, username, password } = flags;
  set(
    'users',
    name,
    {
      ...fileField('client-certificate', clientCertificate, flags.embedCerts),
      ...fileField('client-key', clientKey, flags.embedCerts),
      token,
      username,
      password,
    },
    flags,
  );
  say(`User "${name}" set.`);
}

/** The file's path, or its content under "-data": one of them, and the other gone. */
function fileField(field: string, path: string | undefined, embed: boolean | undefined): Record<string, unknown> {
  if (path === undefined) return {};
  if (embed) return { [`${field}-data`]: embedded(path), [field]: null };
  return { [field]: resolve(path), [`${field}-data`]: null };
}

/** Sets the fields that are given; null removes one. True when the entry was there already. */
function set(section: Section, name: string, fields: Record<string, unknown>, flags: ConfigFlags): boolean {
  const given = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => [field, value ?? undefined]);
  const existed = find(readMerged(flags.kubeconfig), section, name) !== undefined;
  change(
    flags.kubeconfig,
    file => find(file, section, name) !== undefined,
    file => withEntry(file, section, name, Object.fromEntries(given) as Record<string, unknown>),
  );
  return existed;
}

export function renameContext(before: string, after: string, flags: ConfigFlags): void {
  const file = readMerged(flags.kubeconfig);
  const entry = find(file, 'contexts', before);
  if (!entry)
    throw new Failure(`cannot rename the context "${before}", it's not in ${pathsOf(flags.kubeconfig).join(':')}`);
  if (find(file, 'contexts', after))
    throw new Failure(`cannot rename the context "${before}", the context "${after}" already exists`);
  change(
    flags.kubeconfig,
    candidate => find(candidate, 'contexts', before) !== undefined,
    candidate => ({
      ...candidate,
      contexts: entries(candidate, 'contexts').map(other =>
        other.name === before ? { ...other, name: after } : other,
      ),
      ...(candidate['current-context'] === before ? { 'current-context': after } : {}),
    }),
  );
  say(`Context "${before}" renamed to "${after}".`);
}

export function deleteEntry(section: Section, name: string, flags: ConfigFlags): void {
  const file = readMerged(flags.kubeconfig);
  const kind = singular[section];
  if (!find(file, section, name))
    throw new Failure(`cannot delete ${kind} ${name}, not in ${pathsOf(flags.kubeconfig).join(':')}`);
  const path = change(
    flags.kubeconfig,
    candidate => find(candidate, section, name) !== undefined,
    candidate => ({ ...candidate, [section]: entries(candidate, section).filter(entry => entry.name !== name) }),
  );
  if (section === 'contexts' && file['current-context'] === name)
    process.stderr.write(
      'warning: this removed your active context, use "./orrery config use-context" to select a different one\n',
    );
  say(`deleted ${kind} ${name} from ${path}`);
}
