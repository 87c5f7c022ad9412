/** Rules in the words of iptables-restore. */
import type { Rule, Target } from './rules.js';

/** The bit that kube-proxy uses, so that other programs leave it alone. */
const mark = '0x4000/0x4000';
/** iptables allows 255; a name that is longer than all Kubernetes allows is cut. */
const longestComment = 240;

/** What stands behind `-A CHAIN `. */
export function renderRule(rule: Rule): string {
  return [...matches(rule), ...action(rule.target)].join(' ');
}

function matches(rule: Rule): string[] {
  const { comment, protocol, source, notSource, destination, port, probability, seenOn, remember } = rule;
  const states = rule.state ?? rule.notState;
  return [
    comment === undefined ? '' : `-m comment --comment ${quoted(comment)}`,
    source === undefined ? '' : `-s ${source}`,
    notSource === undefined ? '' : `! -s ${notSource}`,
    destination === undefined ? '' : `-d ${destination}`,
    protocol === undefined ? '' : `-p ${protocol.toLowerCase()}`,
    protocol === undefined || port === undefined ? '' : `-m ${protocol.toLowerCase()} --dport ${port}`,
    rule.sourceIsLocal ? '-m addrtype --src-type LOCAL' : '',
    rule.destinationIsLocal ? '-m addrtype --dst-type LOCAL' : '',
    states === undefined ? '' : `-m conntrack ${rule.notState ? '! ' : ''}--ctstate ${states.join(',')}`,
    rule.marked === undefined ? '' : `-m mark ${rule.marked ? '' : '! '}--mark ${mark}`,
    probability === undefined ? '' : `-m statistic --mode random --probability ${probability.toFixed(10)}`,
    seenOn === undefined ? '' : `-m recent --name ${seenOn.list} --rcheck --seconds ${seenOn.withinSeconds} --reap`,
    remember === undefined ? '' : `-m recent --name ${remember} --set`,
  ].filter(part => part !== '');
}

function action(target: Target): string[] {
  if ('jump' in target) return ['-j', target.jump];
  if ('dnat' in target) return ['-j', 'DNAT', '--to-destination', `${target.dnat.ip}:${target.dnat.port}`];
  if ('mark' in target) return ['-j', 'MARK', target.mark === 'set' ? '--or-mark' : '--xor-mark', '0x4000'];
  // Another source port is tried at random, so that connections made at the same moment do not collide.
  return target.verdict === 'MASQUERADE' ? ['-j', 'MASQUERADE', '--random-fully'] : ['-j', target.verdict];
}

/** A name cannot hold a quotation mark or a line break; whatever says otherwise must not add a rule. */
const quoted = (text: string): string => `"${text.slice(0, longestComment).replace(/["\\\p{Cc}]/gu, '?')}"`;
