/** From what stands to what must stand: one transaction for iptables-restore that touches only what differs. */
import { isServiceChain } from '../ruleset/names.js';
import { renderRule } from '../ruleset/render.js';
import type { BuiltIn, RuleSet, Table, TableName } from '../ruleset/rules.js';
import { jumpOf, type Observed } from './observed.js';

const tables: readonly TableName[] = ['nat', 'filter'];

/** A chain's rules as one text: equal texts are equal chains. `unknown` for one whose content is not ours. */
export type ChainText = string;
export const unknown: ChainText = '(unknown)';

export interface KnownTable {
  chains: ReadonlyMap<string, ChainText>;
  /** The jumps that stand in the built-in chains, as saved; absent when they are as they should be. */
  hooks?: ReadonlyMap<BuiltIn, readonly string[]>;
}

export type Known = Readonly<Record<TableName, KnownTable>>;

/** What stands once a plan for this rule set has been applied. */
export function knownAfter(desired: RuleSet): Known {
  return { nat: { chains: texts(desired.nat) }, filter: { chains: texts(desired.filter) } };
}

/** What stands after somebody else was at it: our chains that have their number of rules are taken for whole. */
export function knownFrom(observed: Observed, expected?: RuleSet): Known {
  const table = (name: TableName): KnownTable => {
    const whole = expected ? texts(expected[name]) : new Map<string, ChainText>();
    const chains = new Map<string, ChainText>();
    for (const [chain, rules] of observed[name].chains) {
      if (!isOurs(chain)) continue;
      const isWhole = expected?.[name].chains.get(chain)?.length === rules;
      chains.set(chain, (isWhole ? whole.get(chain) : undefined) ?? unknown);
    }
    return { chains, hooks: observed[name].hooks };
  };
  return { nat: table('nat'), filter: table('filter') };
}

/** Lines for `iptables-restore --noflush`; none when nothing differs. */
export function transaction(desired: RuleSet, known: Known): string[] {
  return tables.flatMap(name => {
    const lines = [...chainLines(desired[name], known[name]), ...hookLines(desired[name], known[name])];
    return lines.length === 0 ? [] : [`*${name}`, ...lines, 'COMMIT'];
  });
}

/** Removes all that the proxy ever makes, and nothing else. */
export function removal(observed: Observed): string[] {
  return tables.flatMap(name => {
    const chains = [...observed[name].chains.keys()].filter(isOurs);
    const hooks = [...observed[name].hooks].flatMap(([builtIn, rules]) =>
      rules.filter(rule => isOurs(jumpOf(rule))).map(rule => `-D ${builtIn} ${rule}`),
    );
    if (chains.length + hooks.length === 0) return [];
    return [`*${name}`, ...chains.map(declare), ...hooks, ...chains.map(chain => `-X ${chain}`), 'COMMIT'];
  });
}

const fixedChains = new Set(
  'SERVICES NODEPORTS MARK-MASQ POSTROUTING EXTERNAL-SERVICES FORWARD FIREWALL'.split(' ').map(name => `KUBE-${name}`),
);

const isOurs = (chain: string): boolean => fixedChains.has(chain) || isServiceChain(chain);

/** Makes a chain, or empties it. */
const declare = (chain: string): string => `:${chain} - [0:0]`;

function texts(table: Table): Map<string, ChainText> {
  return new Map([...table.chains].map(([chain, rules]) => [chain, rules.map(renderRule).join('\n')]));
}

function chainLines(desired: Table, known: KnownTable): string[] {
  const wanted = texts(desired);
  const changed = [...wanted].filter(([chain, text]) => known.chains.get(chain) !== text);
  const gone = [...known.chains.keys()].filter(chain => !wanted.has(chain));
  return [
    ...[...changed.map(([chain]) => chain), ...gone].map(declare),
    ...changed.flatMap(([chain]) => (desired.chains.get(chain) ?? []).map(rule => `-A ${chain} ${renderRule(rule)}`)),
    // Last: nothing refers to these any more, for whatever did has been rewritten or emptied above.
    ...gone.map(chain => `-X ${chain}`),
  ];
}

/** Our jumps come first and in order. A built-in chain in which one is missing gets all of them anew. */
function hookLines(desired: Table, known: KnownTable): string[] {
  const { hooks } = known;
  if (!hooks) return [];
  return (Object.keys(desired.hooks) as BuiltIn[]).flatMap(builtIn => {
    const wanted = desired.hooks[builtIn] ?? [];
    const standing = (hooks.get(builtIn) ?? []).filter(rule => isOurs(jumpOf(rule)));
    const targets = wanted.map(rule => jumpOf(renderRule(rule)));
    if (standing.map(jumpOf).join() === targets.join()) return [];
    return [
      ...standing.map(rule => `-D ${builtIn} ${rule}`),
      ...wanted.map((rule, i) => `-I ${builtIn} ${i + 1} ${renderRule(rule)}`),
    ];
  });
}
