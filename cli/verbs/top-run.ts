/** What `top` does (see top.ts for its flags). */
import type { KubeObject } from '../../api/types.js';
import type { Client, Resource } from '../../client/client.js';
import { nodes } from '../../client/resources.js';
import { Failure } from '../failure.js';
import { alignedText } from '../output/columns.js';
import { isSortKey, type NodeUsage, nodeRows, type PodUsage, podRows, type SortKey } from '../output/usage.js';
import { withSession } from '../session.js';
import type { TopFlags, TopNodesFlags, TopPodsFlags } from './top.js';

const metrics = <T extends KubeObject>(plural: string, kind: string, namespaced: boolean): Resource<T> => ({
  ...{ group: 'metrics.k8s.io', version: 'v1beta1' },
  ...{ plural, kind, namespaced },
});
const nodeMetrics = metrics<NodeUsage>('nodes', 'NodeMetrics', false);
const podMetrics = metrics<PodUsage>('pods', 'PodMetrics', true);

function sortKey({ sortBy }: TopFlags): SortKey | undefined {
  if (sortBy === undefined || isSortKey(sortBy)) return sortBy;
  throw new Failure('--sort-by accepts only cpu or memory');
}

function refuseBoth(name: string | undefined, { selector }: TopFlags): void {
  if (name !== undefined && selector !== undefined) throw new Failure('only one of NAME or --selector can be provided');
}

/** One, or those that are selected. */
async function found<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  name: string | undefined,
  namespace: string | undefined,
  { selector, fieldSelector }: TopFlags & { fieldSelector?: string },
): Promise<T[]> {
  const place = namespace === undefined ? {} : { namespace };
  if (name !== undefined) return [await client.get(resource, { name, ...place })];
  const filter = {
    ...(selector === undefined ? {} : { labelSelector: selector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
  return (await client.list(resource, { ...place, ...filter })).items;
}

export function topNodes(name: string | undefined, flags: TopNodesFlags): Promise<void> {
  const key = sortKey(flags);
  refuseBoth(name, flags);
  return withSession(flags, async ({ client }) => {
    const used = await found(client, nodeMetrics, name, undefined, flags);
    if (used.length === 0) throw new Failure('metrics not available yet');
    const all = await found(client, nodes, name, undefined, flags);
    const sizes = new Map(
      all.map(({ metadata, status }) => [
        metadata.name ?? '',
        (flags.showCapacity ? status?.capacity : status?.allocatable) ?? {},
      ]),
    );
    const headings = ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)'];
    const rows = nodeRows(used, sizes, key);
    process.stdout.write(alignedText(flags.headers === false ? rows : [headings, ...rows]));
  });
}

export function topPods(name: string | undefined, flags: TopPodsFlags): Promise<void> {
  const key = sortKey(flags);
  refuseBoth(name, flags);
  return withSession(flags, async ({ client, namespace }) => {
    const everywhere = flags.allNamespaces ?? false;
    const used = await found(client, podMetrics, name, everywhere ? undefined : namespace, flags);
    if (used.length === 0) {
      process.stderr.write(everywhere ? 'No resources found\n' : `No resources found in ${namespace} namespace.\n`);
      return;
    }
    const wishes = { everywhere, containers: flags.containers ?? false, sum: flags.sum ?? false, key };
    const headings = [
      ...(everywhere ? ['NAMESPACE'] : []),
      ...(wishes.containers ? ['POD', 'NAME'] : ['NAME']),
      'CPU(cores)',
      'MEMORY(bytes)',
    ];
    const rows = podRows(used, wishes);
    process.stdout.write(alignedText(flags.headers === false ? rows : [headings, ...rows]));
  });
}
