/** Puts up and takes down what wiring.ts says. Doing it twice changes nothing; what is not there is not missed. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Failure } from '../failure.js';
import {
  bridge,
  bridgeSettings,
  bridgeSteps,
  cableSettings,
  cableSteps,
  chain,
  freeRange,
  jumps,
  namespaceOf,
  plugOf,
  plugSetting,
  rules,
  type WiringStep,
} from './wiring.js';

/** Answers what it said; undefined when it ended with an error. */
function attempt(command: string, args: readonly string[], input = ''): Promise<{ ok: boolean; said: string }> {
  return new Promise(resolve => {
    const child = spawn(command, args, { stdio: 'pipe' });
    let said = '';
    const hear = (chunk: Buffer): void => {
      said += String(chunk);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', error => resolve({ ok: false, said: error.message }));
    child.once('close', code => resolve({ ok: code === 0, said }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** Throws a Failure with what the program complained of. */
async function run(command: string, args: readonly string[], input?: string): Promise<string> {
  const { ok, said } = await attempt(command, args, input);
  if (!ok)
    throw new Failure(
      `the network of the further nodes cannot be made (${command} ${args.join(' ')}: ${said.trim()}): mend that, and say the same again.`,
    );
  return said;
}

const ip = (...args: readonly string[]): Promise<string> => run('ip', args);
const iptables = (...args: readonly string[]) => attempt('iptables', ['-w', '5', ...args]);

async function ensure(steps: readonly WiringStep[]): Promise<void> {
  for (const step of steps) if (!(await attempt('ip', step.done)).ok) await ip(...step.run);
}

interface Row {
  dst?: string;
  dev?: string;
}

/** The range of an earlier life when nothing else has it by now, else another. Throws a Failure when none is free. */
export async function chooseRange(earlier: string | undefined, others: readonly string[]): Promise<string> {
  const rows = JSON.parse((await ip('-j', '-4', 'route', 'show', 'table', 'all')) || '[]') as Row[];
  const used = [...others, ...rows.filter(({ dev }) => dev !== bridge).map(({ dst = '' }) => dst)];
  const range = (earlier && freeRange(used, [earlier])) ?? freeRange(used);
  if (range === undefined)
    throw new Failure(
      "all private ranges that further nodes could have are in use ('ip route' lists them): take one back.",
    );
  return range;
}

export async function wireMachine(range: string, clusterCidr: string): Promise<void> {
  await ensure(bridgeSteps);
  for (const words of bridgeSettings(range)) await ip(...words);
  // Packets between nodes are forwarded here, and so are those that they send into the world.
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
  await run('iptables-restore', ['-w', '5', '--noflush'], rules(range, clusterCidr));
  for (const { table, from } of jumps) {
    const standing = await iptables('-t', table, '-C', from, '-j', chain);
    if (!standing.ok) await run('iptables', ['-w', '5', '-t', table, '-A', from, '-j', chain]);
  }
}

export async function unwireMachine(): Promise<void> {
  for (const { table, from } of jumps) {
    await iptables('-t', table, '-D', from, '-j', chain);
    await iptables('-t', table, '-F', chain);
    await iptables('-t', table, '-X', chain);
  }
  await attempt('ip', ['link', 'delete', bridge]);
}

export async function wireNode(dataDir: string, n: number, range: string, plugged: boolean): Promise<void> {
  await ensure(cableSteps(dataDir, n));
  for (const words of cableSettings(dataDir, n, range, plugged)) await ip(...words);
}

/** With it goes all that is in its namespace: cables, bridges, rules. */
export async function unwireNode(dataDir: string, n: number): Promise<void> {
  await attempt('ip', ['link', 'delete', plugOf(n)]);
  await attempt('ip', ['netns', 'delete', namespaceOf(dataDir, n)]);
}

/** For what has to be ended in there, when a restart of the machine has taken the namespace away. */
export const ensureNamespace = (dataDir: string, n: number): Promise<void> =>
  ensure(cableSteps(dataDir, n).slice(0, 1));

export const setPlug = (n: number, plugged: boolean): Promise<string> => ip(...plugSetting(n, plugged));
