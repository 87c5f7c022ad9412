/**
 * Follows a packet through a rule set, as the kernel would: what the tests ask instead of sending packets. Only the
 * first packet of a connection meets the nat table, so that is the packet which is followed.
 */
import { BlockList, isIPv4 } from 'node:net';
import type { Protocol } from '../model/state.js';
import type { BuiltIn, ConnectionState, Rule, RuleSet, Table } from './rules.js';

export interface Packet {
  protocol: Protocol;
  source: string;
  destination: string;
  port: number;
  /** From a process of this node, or from a network interface (a pod, another machine). */
  from: 'node' | 'network';
}

/** The node on which the packet meets the rules. */
export interface Machine {
  /** Its own addresses. 127.0.0.0/8 is always among them. */
  addresses: readonly string[];
  /** From 0 to below 1, asked once for each rule with a probability. */
  random(): number;
  /** Seconds; for lists with an age. */
  now(): number;
  /** Who was seen on which list, and when. Kept from one packet to the next. */
  lists: Map<string, Map<string, number>>;
}

export interface Outcome {
  verdict: 'ACCEPT' | 'DROP' | 'REJECT';
  /** Where it goes in the end. */
  destination: string;
  port: number;
  /** It leaves with the node's address as its source. */
  masqueraded: boolean;
  /** The chains it went through, for whoever wants to see why. */
  path: string[];
}

export function trace(rules: RuleSet, packet: Packet, machine: Machine): Outcome {
  const walk = new Walk(packet, machine);
  walk.through(rules.nat, packet.from === 'node' ? 'OUTPUT' : 'PREROUTING');
  // Which way it goes is decided by where it goes now.
  const toNode = walk.isLocal(walk.destination);
  const verdicts: ('ACCEPT' | 'DROP' | 'REJECT' | undefined)[] = [];
  if (packet.from === 'node') verdicts.push(walk.through(rules.filter, 'OUTPUT'));
  else if (!toNode) verdicts.push(walk.through(rules.filter, 'FORWARD'));
  if (toNode) verdicts.push(walk.through(rules.filter, 'INPUT'));
  const refused = verdicts.find(verdict => verdict === 'DROP' || verdict === 'REJECT');
  if (!refused && (packet.from === 'node' || !toNode)) walk.through(rules.nat, 'POSTROUTING');
  const { destination, port, masqueraded, path } = walk;
  return { verdict: refused ?? 'ACCEPT', destination, port, masqueraded, path };
}

type Verdict = 'ACCEPT' | 'DROP' | 'REJECT';

class Walk {
  destination: string;
  port: number;
  masqueraded = false;
  readonly path: string[] = [];
  private marked = false;
  private translated = false;

  constructor(
    private readonly packet: Packet,
    private readonly machine: Machine,
  ) {
    this.destination = packet.destination;
    this.port = packet.port;
  }

  /** The verdict of a built-in chain; undefined when its policy decides. */
  through(table: Table, builtIn: BuiltIn): Verdict | undefined {
    return this.chain(table, table.hooks[builtIn] ?? []);
  }

  isLocal(address: string): boolean {
    return within('127.0.0.0/8', address) || this.machine.addresses.includes(address);
  }

  /** A verdict ends the walk; undefined goes on after the rule that jumped here. */
  private chain(table: Table, rules: readonly Rule[]): Verdict | undefined {
    for (const rule of rules) {
      if (!this.matches(rule)) continue;
      const { target } = rule;
      if ('verdict' in target && target.verdict === 'RETURN') return undefined;
      const verdict = 'jump' in target ? this.jump(table, target.jump) : this.act(target);
      if (verdict) return verdict;
    }
    return undefined;
  }

  private jump(table: Table, name: string): Verdict | undefined {
    const rules = table.chains.get(name);
    if (!rules) throw new Error(`a rule jumps to ${name}, which does not exist`);
    this.path.push(name);
    return this.chain(table, rules);
  }

  private act(target: Exclude<Rule['target'], { jump: string }>): Verdict | undefined {
    if ('mark' in target) {
      this.marked = target.mark === 'set';
      return undefined;
    }
    if ('dnat' in target) {
      this.destination = target.dnat.ip;
      this.port = target.dnat.port;
      this.translated = true;
      return 'ACCEPT';
    }
    if (target.verdict !== 'MASQUERADE') return target.verdict as Verdict;
    this.masqueraded = true;
    return 'ACCEPT';
  }

  private matches(rule: Rule): boolean {
    const { source, protocol } = this.packet;
    return (
      (rule.source === undefined || within(rule.source, source)) &&
      (rule.notSource === undefined || !within(rule.notSource, source)) &&
      (rule.destination === undefined || within(rule.destination, this.destination)) &&
      (rule.protocol === undefined || rule.protocol === protocol) &&
      (rule.port === undefined || rule.port === this.port) &&
      (!rule.sourceIsLocal || this.isLocal(source)) &&
      (!rule.destinationIsLocal || this.isLocal(this.destination)) &&
      (rule.state === undefined || this.isIn(rule.state)) &&
      (rule.notState === undefined || !this.isIn(rule.notState)) &&
      (rule.marked === undefined || rule.marked === this.marked) &&
      (rule.probability === undefined || this.machine.random() < rule.probability) &&
      (rule.seenOn === undefined || this.wasSeen(rule.seenOn)) &&
      (rule.remember === undefined || this.remember(rule.remember))
    );
  }

  private isIn(states: readonly ConnectionState[]): boolean {
    return states.includes('NEW') || (this.translated && states.includes('DNAT'));
  }

  private wasSeen({ list, withinSeconds }: NonNullable<Rule['seenOn']>): boolean {
    const at = this.machine.lists.get(list)?.get(this.packet.source);
    return at !== undefined && this.machine.now() - at <= withinSeconds;
  }

  private remember(list: string): true {
    const seen = this.machine.lists.get(list) ?? new Map<string, number>();
    this.machine.lists.set(list, seen.set(this.packet.source, this.machine.now()));
    return true;
  }
}

function within(cidr: string, address: string): boolean {
  const [network = '', bits = '32'] = cidr.split('/');
  if (!isIPv4(address)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits));
  return list.check(address);
}
