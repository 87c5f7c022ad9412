/**
 * metrics.k8s.io, so that `kubectl top` and autoscaling work without another server: asked for what pods or nodes use,
 * the API server asks the kubelets that have them, and keeps each one's answer for a few seconds. A kubelet that does not
 * answer is left out: what is not known is not shown.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import type { AnyObject, Node, Pod } from '../../api/types.js';
import type { Lookup } from '../contracts.js';
import type { Asked, Computed } from '../registry/call.js';
import { type KubeletCredentials, Kubelets } from '../streaming/kubelets.js';
import { kubeletOf } from '../streaming/target.js';
import { nodeMetrics, podMetrics, type Summary } from './figures.js';

const keptMs = 5_000;
const patienceMs = 5_000;
/** Of a summary. */
const longest = 64 * 1024 * 1024;

export interface UsageSources {
  lookup: Lookup;
  clock: Clock;
  log: Logger;
  /** A node's summary. Throws when it cannot be had. */
  ask(nodeName: string): Promise<Summary>;
}

/** The kinds of metrics.k8s.io, by the names that the registry has for them. */
export function usageKinds(sources: UsageSources): [string, Computed][] {
  const summaries = new Summaries(sources);
  return [
    ['metrics.k8s.io/nodes', asked => ofNodes(sources, summaries, asked)],
    ['metrics.k8s.io/pods', asked => ofPods(sources, summaries, asked)],
  ];
}

async function ofNodes({ lookup }: UsageSources, summaries: Summaries, asked: Asked): Promise<AnyObject[]> {
  const all = [...lookup.list({ group: '', resource: 'nodes' })] as unknown as Node[];
  const wanted = all.filter(
    ({ metadata }) => asked.matches(metadata.labels) && (asked.name === '' || metadata.name === asked.name),
  );
  const answers = await Promise.all(
    wanted.map(async ({ metadata: { name = '', labels } }) => {
      const summary = await summaries.of(name);
      return summary ? nodeMetrics(name, labels, summary) : [];
    }),
  );
  return answers.flat();
}

async function ofPods({ lookup }: UsageSources, summaries: Summaries, asked: Asked): Promise<AnyObject[]> {
  const all = [...lookup.list({ group: '', resource: 'pods' }, asked.namespace || undefined)] as unknown as Pod[];
  const wanted = all.filter(
    ({ metadata, spec }) =>
      spec?.nodeName && asked.matches(metadata.labels) && (asked.name === '' || metadata.name === asked.name),
  );
  const nodes = new Set(wanted.map(({ spec }) => spec?.nodeName ?? ''));
  const found = new Map<string, Summary | undefined>();
  await Promise.all([...nodes].map(async node => found.set(node, await summaries.of(node))));
  const byUid = new Map(
    [...found.values()].flatMap(summary => (summary?.pods ?? []).map(pod => [keyOf(pod.podRef), pod] as const)),
  );
  return wanted.flatMap(pod => {
    const figures = byUid.get(keyOf(pod.metadata));
    return figures ? podMetrics(pod, figures) : [];
  });
}

const keyOf = ({ name, namespace }: { name?: string; namespace?: string }): string => `${namespace}/${name}`;

/** Each node's last answer, which those who ask shortly after one another share. */
class Summaries {
  readonly #kept = new Map<string, { since: number; summary: Promise<Summary | undefined> }>();

  constructor(private readonly sources: UsageSources) {}

  of(node: string): Promise<Summary | undefined> {
    const now = this.sources.clock.now();
    for (const [name, { since }] of this.#kept) if (now - since > keptMs) this.#kept.delete(name);
    const known = this.#kept.get(node);
    if (known) return known.summary;
    const summary = this.sources.ask(node).catch((error: unknown) => {
      this.sources.log.debug({ node, reason: (error as Error).message }, 'a node does not say what it uses');
      return undefined;
    });
    this.#kept.set(node, { since: now, summary });
    return summary;
  }
}

export function askKubelets(lookup: Lookup, credentials: KubeletCredentials): UsageSources['ask'] {
  const kubelets = new Kubelets(credentials);
  return async nodeName => {
    const target = { kubelet: kubeletOf(lookup, nodeName), path: '/stats/summary' };
    const answer = await kubelets.get(target, AbortSignal.timeout(patienceMs));
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of answer as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > longest) throw new Error(`the summary of node ${nodeName} is longer than ${longest} bytes`);
      parts.push(part);
    }
    return JSON.parse(Buffer.concat(parts).toString('utf8')) as Summary;
  };
}
