/** The commands that start and stop whole clusters; what they do is loaded only when one is called. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { Failure } from '../failure.js';
import { durationMs } from '../flags.js';
import { isJoined } from '../nodes/member.js';
import { nodeName, portNumber, steps, withDataDir } from './flags.js';
import { type ClusterConfig, controlPlaneCounts, dataDirFlag, isDatastore, layoutOf } from './layout.js';
import { kubeadmProbe, type LivenessProbe } from './liveness/probe.js';

interface ClusterFlags extends Partial<ClusterConfig> {
  dataDir: string;
  foreground?: boolean;
  apiserverArg?: string[];
  /** Milliseconds. */
  nodeMonitorGrace?: number;
  hollow?: number;
  hollowScript?: string;
}

function hollowCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > mostHollow)
    throw new InvalidArgumentError(`a number of nodes is from 1 to ${mostHollow}.`);
  return count;
}

/** As many as there are addresses for (kubelet/hollow/addresses.ts). */
const mostHollow = 16_384;

function nodeCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 100)
    throw new InvalidArgumentError('a machine can have 1 to 100 nodes.');
  return count;
}

function controlPlanes(text: string): number {
  const count = Number(text);
  if (!controlPlaneCounts.includes(count))
    throw new InvalidArgumentError('1, 3 or 5 are possible: most must live on, and an even number spares no more.');
  return count;
}

/** Shorter, and a node whose report is a second late would be given up. */
const leastGraceMs = 15_000;

function grace(text: string): number {
  const ms = durationMs(text);
  if (ms < leastGraceMs) throw new InvalidArgumentError('at least 15s are needed: nodes report every ten seconds.');
  return ms;
}

/** 'periodSeconds=2,timeoutSeconds=2,failureThreshold=3': what is left out is as usual. */
function livenessProbe(text: string): LivenessProbe {
  const fields = text.split(',').map(field => /^(\w+)=([1-9]\d*)$/.exec(field));
  const probe = { ...kubeadmProbe };
  for (const field of fields) {
    const [, name = '', value] = field ?? [];
    if (!(name in probe))
      throw new InvalidArgumentError(`it is made of ${Object.keys(probe).join(', ')}, as in periodSeconds=2.`);
    probe[name as keyof LivenessProbe] = Number(value);
  }
  return probe;
}

function onOrOff(text: string): boolean {
  if (!/^(on|off|true|false)$/.test(text)) throw new InvalidArgumentError('it is on or off.');
  return text === 'on' || text === 'true';
}

function existingFile(text: string): string {
  if (!existsSync(text)) throw new InvalidArgumentError('there is no such file.');
  return resolve(text);
}

function datastore(text: string): string {
  if (!isDatastore(text))
    throw new InvalidArgumentError('a datastore is lmdb, memory, etcd, or etcd://host:port,host:port...');
  return text;
}

function apiserverArg(text: string, before: string[] = []): string[] {
  if (!/^(--)?[a-z][a-z0-9-]*(=.*)?$/s.test(text))
    throw new InvalidArgumentError('it looks like name=value, as in anonymous-auth=false.');
  return [...before, text.startsWith('--') ? text : `--${text}`];
}

/** The flags that describe a cluster, without what only this call needs. */
function configFlags({
  dataDir: _,
  foreground: __,
  nodeMonitorGrace,
  hollow: ___,
  hollowScript: ____,
  apiserverArg,
  ...flags
}: ClusterFlags): Partial<ClusterConfig> {
  return {
    ...flags,
    ...(nodeMonitorGrace === undefined ? {} : { nodeMonitorGraceMs: nodeMonitorGrace }),
    ...(apiserverArg ? { apiserverArgs: apiserverArg } : {}),
  };
}

const withClusterFlags = (command: Command): Command =>
  withDataDir(command)
    .option('--address <ip>', "the node's address (default: the machine's first)")
    .option('--node-name <name>', "the node's name (default: the machine's)", nodeName)
    .option('--port <number>', "the API server's port (default 6443)", portNumber)
    .option('--kubelet-port <number>', "the kubelet's port (default 10250)", portNumber)
    .option('--nodes <number>', 'how many nodes on this machine, itself included (default 1)', nodeCount)
    .option('--control-planes <number>', 'how many stand in for each other: 1, 3 or 5 (default 1)', controlPlanes)
    .option('--node-monitor-grace <duration>', 'how long a node may be silent (default 40s)', grace)
    .option('--datastore <where>', 'lmdb (default of one control plane), etcd, or etcd://host:2379,...', datastore)
    .option('--etcd-port <number>', "the port of etcd's members, if they are the cluster's (default 2379)", portNumber)
    .option(
      '--liveness-probe <fields>',
      'when a process that hangs is killed (default periodSeconds=10,timeoutSeconds=15,failureThreshold=8)',
      livenessProbe,
    )
    .option('--cluster-dns <on|off>', 'whether pods are told of a DNS of the cluster (default on)', onOrOff)
    .option('--resolv-conf <file>', "names the servers for names outside (default: the machine's)", existingFile)
    .option(
      '--apiserver-arg <name=value>',
      "a flag of Kubernetes' API server, as in oidc-issuer-url=https://...; may be repeated",
      apiserverArg,
    );

async function upWithHollowNodes(count: number, flags: ClusterFlags): Promise<void> {
  if (flags.foreground) throw new Failure('hollow nodes run in the background: leave --foreground out.');
  if (flags.nodes !== undefined) throw new Failure('--nodes are nodes with containers: give it or --hollow, not both.');
  const [{ upHollow }, { sayWhenInterrupted }] = await Promise.all([
    import('../hollow/up.js'),
    import('./interrupted.js'),
  ]);
  sayWhenInterrupted();
  const { dataDir, hollowScript: script } = flags;
  const asked = { dataDir, count, flags: configFlags(flags), ...(script === undefined ? {} : { script }) };
  const own = await steps();
  await upHollow({ ...asked, steps: own });
  own.say(`\nThe cluster is up. Try './orrery get nodes'; stop it with './orrery down${dataDirFlag(dataDir)}'.`);
}

async function upWithJoinedNode({ dataDir, ...flags }: ClusterFlags): Promise<void> {
  if (Object.keys(flags).length > 0)
    throw new Failure("this machine has joined a cluster: its 'up' has no flags but --data-dir.");
  const [{ upMember }, { exclusively }, { asRoot }, { sayWhenInterrupted }] = await Promise.all([
    import('../nodes/member-life.js'),
    import('./exclusive.js'),
    import('./root.js'),
    import('./interrupted.js'),
  ]);
  asRoot('start a node');
  sayWhenInterrupted();
  const own = await steps();
  await exclusively(dataDir, () => upMember(layoutOf(dataDir), own));
}

export function addClusterCommands(program: Command): void {
  withClusterFlags(program.command('up'))
    .summary('start a cluster on this machine')
    .option('--foreground', 'show the logs, and stop the cluster on Ctrl-C')
    .option('--hollow <number>', 'nodes without containers, so many, instead of this machine (no root)', hollowCount)
    .option('--hollow-script <file>', 'how their pods live: delays, failures, silent nodes (YAML)')
    .action(async (flags: ClusterFlags) => {
      if (flags.hollow !== undefined) return upWithHollowNodes(flags.hollow, flags);
      if (flags.hollowScript !== undefined)
        throw new Failure('--hollow-script is about the nodes of --hollow: give both.');
      if (isJoined(layoutOf(flags.dataDir))) return upWithJoinedNode(flags);
      const options = { dataDir: flags.dataDir, flags: configFlags(flags), steps: await steps() };
      if (flags.foreground) {
        const { upInForeground } = await import('./foreground.js');
        return upInForeground(options);
      }
      const [{ up }, { sayWhenInterrupted }] = await Promise.all([import('./up.js'), import('./interrupted.js')]);
      sayWhenInterrupted();
      await up(options);
      options.steps.say(
        `\nThe cluster is up. Try './orrery get nodes' (kubectl works the same way); stop it with 'sudo ./orrery down${dataDirFlag(flags.dataDir)}'.`,
      );
    });

  withDataDir(program.command('down'))
    .summary('stop the cluster; its data stays')
    .action(async ({ dataDir }: { dataDir: string }) => {
      const [{ down }, { sayWhenInterrupted }] = await Promise.all([import('./down.js'), import('./interrupted.js')]);
      sayWhenInterrupted();
      await down({ dataDir, steps: await steps() });
    });

  withDataDir(program.command('reset'))
    .summary('stop the cluster and remove all it ever stored')
    .action(async ({ dataDir }: { dataDir: string }) => {
      const [{ reset }, { sayWhenInterrupted }] = await Promise.all([import('./down.js'), import('./interrupted.js')]);
      sayWhenInterrupted();
      await reset({ dataDir, steps: await steps() });
    });

  withDataDir(program.command('status'))
    .summary('what runs, and whether it is well (exit code 0; 1 when it is not, 3 when nothing runs)')
    .action(async ({ dataDir }: { dataDir: string }) => {
      const { status } = await import('./status.js');
      process.exitCode = await status(dataDir, line => process.stdout.write(`${line}\n`));
    });

  withClusterFlags(program.command('demo'))
    .summary('a cluster that runs pods, heals them and balances a service over them')
    .action(async (flags: ClusterFlags) => {
      const [{ demo }, { sayWhenInterrupted }] = await Promise.all([import('./demo.js'), import('./interrupted.js')]);
      sayWhenInterrupted();
      await demo({ dataDir: flags.dataDir, flags: configFlags(flags), steps: await steps() });
    });

  withDataDir(program.command('end-node', { hidden: true }))
    .summary('end what a node of this network namespace runs (down does this)')
    .action(async ({ dataDir }: { dataDir: string }) => {
      const { endNodeHere } = await import('../nodes/end-here.js');
      await endNodeHere(dataDir);
    });

  withDataDir(program.command('component <names...>', { hidden: true }))
    .option('--control-plane <number>', 'which of several', Number, 1)
    .option('--process <name>', 'the name under which it is kept')
    .summary("run components in this process (up does this); flags of Kubernetes' API server may follow apiserver")
    .allowUnknownOption()
    .action(async (words: string[], options: { dataDir: string; controlPlane: number; process?: string }) => {
      const { runComponents } = await import('./run.js');
      const flagsAt = words.findIndex(word => word.startsWith('-'));
      const [names, flags] = flagsAt < 0 ? [words, []] : [words.slice(0, flagsAt), words.slice(flagsAt)];
      await runComponents(names, { ...options, flags });
    });
}
