/** What is used, in the rows of `top`: processors in thousandths, memory in mebibytes. Pure. */
import * as quantity from '../../api/quantity.js';
import type { KubeObject } from '../../api/types.js';

export interface Usage {
  cpu?: string;
  memory?: string;
}

export interface NodeUsage extends KubeObject {
  usage: Usage;
}

export interface PodUsage extends KubeObject {
  containers: { name: string; usage: Usage }[];
}

export type SortKey = 'cpu' | 'memory';
export const isSortKey = (text: string): text is SortKey => text === 'cpu' || text === 'memory';

/** In billionths. */
type Amounts = Record<SortKey, bigint>;

const nanos = (text: string | undefined): bigint => quantity.tryParse(text)?.nanos ?? 0n;
const amountsOf = ({ cpu, memory }: Usage): Amounts => ({ cpu: nanos(cpu), memory: nanos(memory) });
const sumOf = (list: readonly Amounts[]): Amounts =>
  list.reduce((sum, { cpu, memory }) => ({ cpu: sum.cpu + cpu, memory: sum.memory + memory }), { cpu: 0n, memory: 0n });

const millionths = 1_000_000n;
const mebibyte = 1024n * 1024n * 1_000_000_000n;
const roundedUp = (amount: bigint, unit: bigint): bigint => (amount + unit - 1n) / unit;
const cpuText = ({ cpu }: Amounts): string => `${roundedUp(cpu, millionths)}m`;
const memoryText = ({ memory }: Amounts): string => `${memory / mebibyte}Mi`;

interface Line {
  /** What it is called, by which it stands in its place among equals. */
  cells: string[];
  amounts: Amounts;
}

function inOrder(lines: readonly Line[], key: SortKey | undefined): Line[] {
  const byName = (a: Line, b: Line): number => (a.cells.join('/') < b.cells.join('/') ? -1 : 1);
  if (!key) return [...lines].sort(byName);
  return [...lines].sort((a, b) => Number(b.amounts[key] - a.amounts[key]) || byName(a, b));
}

/** `sizes` is what each node has; of one that is not in it, no shares are known. */
export function nodeRows(
  used: readonly NodeUsage[],
  sizes: ReadonlyMap<string, Usage>,
  key: SortKey | undefined,
): string[][] {
  const lines = used.map(({ metadata, usage }) => ({ cells: [metadata.name ?? ''], amounts: amountsOf(usage) }));
  return inOrder(lines, key).map(({ cells, amounts }) => {
    const size = sizes.get(cells[0] ?? '');
    const share = (field: SortKey): string => {
      const whole = nanos(size?.[field]);
      return whole === 0n ? '<unknown>' : `${(amounts[field] * 100n) / whole}%`;
    };
    return [...cells, cpuText(amounts), share('cpu'), memoryText(amounts), share('memory')];
  });
}

export interface PodRowWishes {
  everywhere: boolean;
  containers: boolean;
  sum: boolean;
  key: SortKey | undefined;
}

export function podRows(used: readonly PodUsage[], { everywhere, containers, sum, key }: PodRowWishes): string[][] {
  const place = ({ metadata }: PodUsage): string[] => [
    ...(everywhere ? [metadata.namespace ?? ''] : []),
    metadata.name ?? '',
  ];
  const pods = used.map(pod => ({
    pod,
    cells: place(pod),
    amounts: sumOf(pod.containers.map(({ usage }) => amountsOf(usage))),
  }));
  const lines = (inOrder(pods, key) as typeof pods).flatMap(({ pod, cells, amounts }): Line[] =>
    containers
      ? inOrder(
          pod.containers.map(({ name, usage }) => ({ cells: [...cells, name], amounts: amountsOf(usage) })),
          key,
        )
      : [{ cells, amounts }],
  );
  const rows = lines.map(({ cells, amounts }) => [...cells, cpuText(amounts), memoryText(amounts)]);
  if (!sum) return rows;
  const total = sumOf(pods.map(({ amounts }) => amounts));
  const blank = (lines[0]?.cells ?? ['']).slice(1).map(() => '');
  return [...rows, [...blank, '', '________', '________'], [...blank, '', cpuText(total), memoryText(total)]];
}
