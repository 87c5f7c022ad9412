/** `config`: the kubeconfig itself. */
import type { Command } from 'commander';

export interface ConfigFlags {
  kubeconfig?: string;
}

export interface ViewFlags extends ConfigFlags {
  context?: string;
  raw?: boolean;
  minify?: boolean;
  flatten?: boolean;
  output: string;
}

export interface ListFlags extends ConfigFlags {
  output?: string;
  headers?: boolean;
}

export interface ContextFlags extends ConfigFlags {
  current?: boolean;
  namespace?: string;
  cluster?: string;
  user?: string;
}

export interface ClusterFlags extends ConfigFlags {
  server?: string;
  certificateAuthority?: string;
  embedCerts?: boolean;
  insecureSkipTlsVerify?: boolean;
  tlsServerName?: string;
}

export interface UserFlags extends ConfigFlags {
  clientCertificate?: string;
  clientKey?: string;
  embedCerts?: boolean;
  token?: string;
  username?: string;
  password?: string;
}

const run = (): Promise<typeof import('./config-run.js')> => import('./config-run.js');

export function addConfig(program: Command): void {
  const config = program.command('config').summary('show and change the kubeconfig');
  const sub = (name: string, summary: string): Command =>
    config.command(name).summary(summary).option('--kubeconfig <file>', 'the kubeconfig to use');

  sub('view', 'show it, secrets left out')
    .option('--raw', 'with secrets')
    .option('--minify', 'only what the current context needs')
    .option('--context <name>', 'what this context needs (with --minify)')
    .option('--flatten', 'with the certificates and keys that it names inside')
    .option('-o, --output <format>', 'yaml, json, jsonpath=...', 'yaml')
    .action(async (flags: ViewFlags) => (await run()).view(flags));
  sub('current-context', 'the name of the context in use').action(async (flags: ConfigFlags) =>
    (await run()).currentContext(flags),
  );
  sub('get-contexts [names...]', 'the contexts there are')
    .option('-o, --output <format>', 'name')
    .option('--no-headers', 'without headings')
    .action(async (names: string[], flags: ListFlags) => (await run()).getContexts(names, flags));
  for (const section of ['clusters', 'users'] as const)
    sub(`get-${section}`, `the ${section} there are`).action(async (flags: ConfigFlags) =>
      (await run()).getNames(section, flags),
    );
  sub('use-context <name>', 'use another context').action(async (name: string, flags: ConfigFlags) =>
    (await run()).useContext(name, flags),
  );
  addChanges(sub);
}

function addChanges(sub: (name: string, summary: string) => Command): void {
  sub('set-context [name]', 'add a context, or change one')
    .option('--current', 'the context in use')
    .option('-n, --namespace <name>', 'its namespace')
    .option('--cluster <name>', 'its cluster')
    .option('--user <name>', 'its user')
    .action(async (name: string | undefined, flags: ContextFlags) => (await run()).setContext(name, flags));
  sub('set-cluster <name>', 'add a cluster, or change one')
    .option('-s, --server <url>', "its API server's address")
    .option('--certificate-authority <file>', 'who signed its certificate')
    .option('--embed-certs', 'keep the file itself rather than its name')
    .option('--insecure-skip-tls-verify', 'do not check its certificate')
    .option('--tls-server-name <name>', 'the name that its certificate is for')
    .action(async (name: string, flags: ClusterFlags) => (await run()).setCluster(name, flags));
  sub('set-credentials <name>', 'add a user, or change one')
    .option('--client-certificate <file>', 'the certificate to show')
    .option('--client-key <file>', 'its key')
    .option('--embed-certs', 'keep the files themselves rather than their names')
    .option('--token <token>', 'a bearer token')
    .option('--username <name>', 'for basic authentication')
    .option('--password <password>', 'for basic authentication')
    .action(async (name: string, flags: UserFlags) => (await run()).setCredentials(name, flags));
  sub('rename-context <old> <new>', 'call a context otherwise').action(
    async (before: string, after: string, flags: ConfigFlags) => (await run()).renameContext(before, after, flags),
  );
  for (const [kind, section] of [
    ['context', 'contexts'],
    ['cluster', 'clusters'],
    ['user', 'users'],
  ] as const)
    sub(`delete-${kind} <name>`, `remove a ${kind}`).action(async (name: string, flags: ConfigFlags) =>
      (await run()).deleteEntry(section, name, flags),
    );
}
