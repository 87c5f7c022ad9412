/** Rules of iptables as data: what `rulesetFor` makes, `render` writes and `trace` follows. */
import type { Protocol } from '../model/state.js';

export type TableName = 'nat' | 'filter';
export type BuiltIn = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

export type Target =
  | { jump: string }
  | { verdict: 'ACCEPT' | 'DROP' | 'REJECT' | 'RETURN' | 'MASQUERADE' }
  /** Traffic that carries the mark is masqueraded as it leaves. */
  | { mark: 'set' | 'clear' }
  | { dnat: { ip: string; port: number } };

/** A rule applies to a packet for which all that it names holds. */
export interface Rule {
  comment?: string;
  /** A CIDR. */
  source?: string;
  notSource?: string;
  destination?: string;
  protocol?: Protocol;
  /** The destination port; only together with `protocol`. */
  port?: number;
  /** One of this node's own addresses. */
  sourceIsLocal?: boolean;
  destinationIsLocal?: boolean;
  /** Of the connection, as conntrack has it. */
  state?: readonly ConnectionState[];
  notState?: readonly ConnectionState[];
  marked?: boolean;
  /** Holds for one packet in so many: from 0 to 1. */
  probability?: number;
  /** The source was put on this list, so many seconds ago at most. */
  seenOn?: { list: string; withinSeconds: number };
  /** Always holds, and puts the source on the list. */
  remember?: string;
  target: Target;
}

export type ConnectionState = 'NEW' | 'RELATED' | 'ESTABLISHED' | 'INVALID' | 'DNAT';

export interface Table {
  /** Our own chains, by name. */
  chains: ReadonlyMap<string, readonly Rule[]>;
  /** What stands at the head of the built-in chains, in order. */
  hooks: Readonly<Partial<Record<BuiltIn, readonly Rule[]>>>;
}

export type RuleSet = Readonly<Record<TableName, Table>>;
