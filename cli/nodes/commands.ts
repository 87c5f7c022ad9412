/** The commands about single nodes of a cluster, and machines that become one; loaded only when one is called. */
import { type Command, InvalidArgumentError } from 'commander';
import { nodeName, portNumber, steps, withDataDir } from '../cluster/flags.js';
import { collectList, durationMs } from '../flags.js';
import type { LabOptions } from './lab.js';

type Lab = typeof import('./lab.js');

const experiments: [name: string, summary: string, act: (lab: Lab) => (options: LabOptions) => Promise<void>][] = [
  ['stop', 'switch it off: its pods and processes end, and nobody is told', lab => lab.stopLabNode],
  ['start', 'switch it on again', lab => lab.startLabNode],
  ['cut', 'pull its cable: it goes on, and nobody hears of it', lab => lab.cutLabNode],
  ['heal', 'plug its cable in again', lab => lab.healLabNode],
];

export function addNodeCommands(program: Command): void {
  addExperiments(program);
  addToken(program);
  addJoin(program);
}

function addExperiments(program: Command): void {
  const node = program.command('node').summary("what can happen to a machine, done to a node that 'up --nodes' made");
  for (const [word, summary, act] of experiments)
    withDataDir(node.command(`${word} <name>`))
      .summary(summary)
      .action(async (name: string, { dataDir }: { dataDir: string }) => {
        const [lab, { sayWhenInterrupted }] = await Promise.all([
          import('./lab.js'),
          import('../cluster/interrupted.js'),
        ]);
        sayWhenInterrupted();
        await act(lab)({ dataDir, name, steps: await steps() });
      });
}

interface TokenFlags {
  dataDir: string;
  ttl: number;
  description?: string;
  printJoinCommand?: boolean;
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

function addToken(program: Command): void {
  const token = program.command('token').summary('what machines join the cluster with (as kubeadm has it)');
  withDataDir(token.command('create [token]'))
    .summary('make one, and print it')
    .option('--ttl <duration>', 'how long it is good for; 0 is for ever', durationMs, 24 * 3_600_000)
    .option('--description <text>', 'what it is for')
    .option('--print-join-command', 'print the whole command that a machine joins with')
    .action(async (given: string | undefined, { dataDir, ttl, description, printJoinCommand }: TokenFlags) => {
      const { createToken } = await import('./token.js');
      const said = await createToken(
        {
          ...{ dataDir, ttlMs: ttl, printJoinCommand: printJoinCommand ?? false },
          ...(given === undefined ? {} : { token: given }),
          ...(description === undefined ? {} : { description }),
        },
        Date.now(),
      );
      print(said);
    });
  withDataDir(token.command('list'))
    .summary('those that there are')
    .action(async ({ dataDir }: { dataDir: string }) => {
      const [{ listTokens }, { ColumnWriter }] = await Promise.all([
        import('./token.js'),
        import('../output/columns.js'),
      ]);
      for (const line of new ColumnWriter().lines(await listTokens(dataDir))) print(line);
    });
  withDataDir(token.command('delete <token>'))
    .summary('one, by its first six characters')
    .action(async (given: string, { dataDir }: { dataDir: string }) => {
      const { deleteToken } = await import('./token.js');
      print(await deleteToken(dataDir, given));
    });
}

interface JoinFlags {
  dataDir: string;
  token: string;
  discoveryTokenCaCertHash: string[];
  nodeName?: string;
  address?: string;
  kubeletPort?: number;
}

/** 'sha256:' and the hash in hexadecimal digits, one or several. */
function caHash(text: string, earlier?: string[]): string[] {
  const hashes = collectList(text, earlier);
  if (!hashes.every(hash => /^sha256:[0-9a-fA-F]{64}$/.test(hash)))
    throw new InvalidArgumentError(
      "it looks like sha256:0f3a...: 'orrery token create --print-join-command' tells it.",
    );
  return hashes;
}

function addJoin(program: Command): void {
  withDataDir(program.command('join <host:port>'))
    .summary('make this machine a node of the cluster whose API server is there')
    .requiredOption('--token <token>', "of 'orrery token create'")
    .requiredOption('--discovery-token-ca-cert-hash <hash>', "of the cluster's CA; may be repeated", caHash)
    .option('--node-name <name>', "the node's name (default: the machine's)", nodeName)
    .option('--address <ip>', "the node's address (default: that which reaches the API server)")
    .option('--kubelet-port <number>', "the kubelet's port (default 10250)", portNumber)
    .action(async (endpoint: string, { discoveryTokenCaCertHash: hashes, ...flags }: JoinFlags) => {
      const [{ join }, { sayWhenInterrupted }] = await Promise.all([
        import('./join.js'),
        import('../cluster/interrupted.js'),
      ]);
      sayWhenInterrupted();
      const own = await steps();
      await join({ ...flags, endpoint, hashes, steps: own });
      own.say("\nThis machine is a node now. 'sudo ./orrery down' stops it, 'up' starts it again, 'reset' removes it.");
    });
}
