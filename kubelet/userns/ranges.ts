/**
 * Which of the machine's users those of a pod are that has users of its own (hostUsers: false): 65,536 for each pod, which no
 * other pod has. Pure.
 */

/** As many as Kubernetes gives a pod: all that 16 bits can name. */
export const idsPerPod = 65_536;

/** The ids that this node gives to pods: `pods` ranges, the first of which begins at `first`. */
export interface Pool {
  first: number;
  pods: number;
}

/** The machine's own users are below. Room for as many pods as a node may have. */
export const usualPool: Pool = { first: idsPerPod, pods: 110 };

/** The beginning of a range that nobody has; undefined when there is none left. */
export function freeRange(taken: ReadonlySet<number>, { first, pods }: Pool): number | undefined {
  for (let begin = first; begin < first + pods * idsPerPod; begin += idsPerPod) if (!taken.has(begin)) return begin;
  return undefined;
}

const owner = 'kubelet';

/**
 * What the machine's owner sets aside for the kubelet, in the words of /etc/subuid and /etc/subgid: `kubelet:65536:7208960`.
 * The usual pool where there is no word of it. Throws for what cannot be used.
 */
export function poolFrom(subuid: string, subgid: string): Pool {
  const [users, groups] = [subuid, subgid].map(linesOf);
  if (users?.length === 0 && groups?.length === 0) return usualPool;
  const [line = ''] = users ?? [];
  if (users?.length !== 1 || groups?.length !== 1 || groups[0] !== line)
    throw new Error(`/etc/subuid and /etc/subgid must have one and the same line for ${owner}`);
  const [, first = 0, count = 0] = line.split(':').map(Number);
  const pods = Math.floor(count / idsPerPod);
  if (!(first >= idsPerPod) || first % idsPerPod !== 0 || !(pods > 0))
    throw new Error(`"${line}" in /etc/subuid must begin at a multiple of ${idsPerPod} and hold as many ids`);
  return { first, pods };
}

const linesOf = (text: string): string[] => text.split('\n').filter(line => line.startsWith(`${owner}:`));
