/** The flags that every verb has, as kubectl names them. */
import { type Command, InvalidArgumentError } from 'commander';

export interface GlobalFlags {
  namespace?: string;
  context?: string;
  cluster?: string;
  user?: string;
  kubeconfig?: string;
  server?: string;
  token?: string;
  as?: string;
  asGroup?: string[];
  insecureSkipTlsVerify?: boolean;
  requestTimeout?: number;
}

/** `userIsOther` is for a verb of which the flag --user means something else, as it does for kubectl. */
export function addGlobalFlags(command: Command, { userIsOther = false } = {}): Command {
  if (!userIsOther) command.option('--user <name>', 'the kubeconfig user to use');
  return command
    .option('-n, --namespace <name>', 'the namespace to look in')
    .option('--context <name>', 'the kubeconfig context to use')
    .option('--cluster <name>', 'the kubeconfig cluster to use')
    .option('--kubeconfig <file>', 'the kubeconfig to use')
    .option('-s, --server <url>', "the API server's address")
    .option('--token <token>', 'a bearer token to show the API server')
    .option('--as <user>', 'act as this user')
    .option('--as-group <group>', 'act as a member of this group (may be repeated)', collect)
    .option('--insecure-skip-tls-verify', "do not check the API server's certificate")
    .option('--request-timeout <duration>', 'give up on a request after this long (10s, 1m; 0 is never)', durationMs);
}

/** For flags that may be repeated. */
export const collect = (value: string, earlier: string[] = []): string[] => [...earlier, value];

/** For flags that may be repeated or hold a list with commas. */
export const collectList = (value: string, earlier: string[] = []): string[] => [...earlier, ...value.split(',')];

export function wholeNumber(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError('a whole number is expected.');
  return Number(text);
}

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** '1h30m', '10s', '500ms', '-1s'; a bare number is seconds. In milliseconds. */
export function durationMs(text: string): number {
  if (text.startsWith('-')) return -durationMs(text.slice(1));
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(part => part[0]).join('') !== text) {
    throw new InvalidArgumentError('a duration is expected, such as 30s, 5m or 1h30m.');
  }
  return parts.reduce((sum, part) => sum + Number(part[1]) * (units[part[2] ?? ''] ?? 0), 0);
}
