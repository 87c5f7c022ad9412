/** The machine's iptables, kept equal to a rule set. */
import type { RuleSet } from '../ruleset/rules.js';
import { run } from './command.js';
import { observe } from './observed.js';
import { type Known, knownAfter, knownFrom, removal, transaction } from './plan.js';

/** The legacy tables have one lock for the whole machine; whoever holds it is given so many seconds. */
const lockSeconds = '5';

export class Tables {
  private known: Known | undefined;
  private applied: RuleSet | undefined;

  /** Makes the rules be these. Answers whether something had to change. Throws CommandFailed; then nothing changed. */
  async apply(desired: RuleSet): Promise<boolean> {
    this.known ??= knownFrom(observe(await run('iptables-save', [])));
    const lines = transaction(desired, this.known);
    // Forgotten until it has worked: after a failure, what stands is asked anew.
    this.known = undefined;
    if (lines.length > 0) await restore(lines);
    this.known = knownAfter(desired);
    this.applied = desired;
    return lines.length > 0;
  }

  /** Puts back what somebody else has taken away. Answers whether that was needed. */
  async repair(): Promise<boolean> {
    const { applied } = this;
    if (!applied) return false;
    this.known = knownFrom(observe(await run('iptables-save', [])), applied);
    return this.apply(applied);
  }
}

/** Removes every rule and chain of the proxy from this network namespace. */
export async function removeRules(): Promise<void> {
  const lines = removal(observe(await run('iptables-save', [])));
  if (lines.length > 0) await restore(lines);
}

async function restore(lines: readonly string[]): Promise<void> {
  await run('iptables-restore', ['-w', lockSeconds, '--noflush'], `${lines.join('\n')}\n`);
}
