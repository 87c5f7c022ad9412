/** How much of a resource pods ask for, and how much of a node that is. Pure. */
import * as quantity from '../../api/quantity.js';
import type { Container, Pod } from '../../api/types.js';

export type ResourceKind = 'requests' | 'limits';

const zero = quantity.parse('0');

const amountOf = (container: Container, kind: ResourceKind, resource: string): quantity.Quantity =>
  quantity.tryParse(container.resources?.[kind]?.[resource]) ?? zero;

export const sumOf = (list: readonly quantity.Quantity[]): quantity.Quantity => list.reduce(quantity.add, zero);

/** Init containers run one after the other and before the others: the largest of them counts where it is more. */
export function podAmounts({ spec }: Pod, kind: ResourceKind, resource: string): quantity.Quantity {
  const together = sumOf((spec?.containers ?? []).map(container => amountOf(container, kind, resource)));
  const alone = (spec?.initContainers ?? []).map(container => amountOf(container, kind, resource));
  return alone.reduce((most, amount) => (quantity.compare(amount, most) > 0 ? amount : most), together);
}

/** In whole percent, rounded down; 0 of what is not known. */
export function percentOf(amount: quantity.Quantity, whole: string | undefined): number {
  const all = quantity.tryParse(whole);
  return all && all.nanos > 0n ? Number((amount.nanos * 100n) / all.nanos) : 0;
}
