/** What `iptables-save` says is there: as much of it as tells whether our rules still stand. */
import type { BuiltIn, TableName } from '../ruleset/rules.js';

export interface ObservedTable {
  /** Chains and how many rules they hold. The kernel words rules differently than we do, but it counts the same. */
  chains: Map<string, number>;
  /** The rules of the built-in chains that jump to KUBE- chains, as saved, without '-A CHAIN '. */
  hooks: Map<BuiltIn, string[]>;
}

export type Observed = Record<TableName, ObservedTable>;

const builtIns = new Set<string>(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']);

/** `saved` is the output of iptables-save for all tables. A table that is not in it is empty. */
export function observe(saved: string): Observed {
  const observed: Observed = { nat: emptyTable(), filter: emptyTable() };
  let table: ObservedTable | undefined;
  for (const line of saved.split('\n')) {
    if (line.startsWith('*')) table = observed[line.slice(1) as TableName];
    else if (line.startsWith(':')) table?.chains.set(line.slice(1, line.indexOf(' ')), 0);
    else if (line.startsWith('-A ') && table) countRule(table, line);
  }
  return observed;
}

const emptyTable = (): ObservedTable => ({ chains: new Map(), hooks: new Map() });

function countRule(table: ObservedTable, line: string): void {
  const end = line.indexOf(' ', 3);
  const chain = line.slice(3, end);
  table.chains.set(chain, (table.chains.get(chain) ?? 0) + 1);
  if (!builtIns.has(chain) || !/ -j KUBE-/.test(line)) return;
  const rules = table.hooks.get(chain as BuiltIn) ?? [];
  table.hooks.set(chain as BuiltIn, [...rules, line.slice(end + 1)]);
}

/** The chain that a hook jumps to. */
export const jumpOf = (rule: string): string => /-j (\S+)/.exec(rule)?.[1] ?? '';
