/** Node selector terms (node affinity): requirements on a node's labels and name. */
import type { V1NodeSelectorRequirement, V1NodeSelectorTerm } from '@kubernetes/client-node';
import type { Wire } from '../types.js';

export type NodeSelectorTerm = Wire<V1NodeSelectorTerm>;
type Requirement = Wire<V1NodeSelectorRequirement>;

/** What terms can ask for. */
export interface SelectableNode {
  name: string;
  labels: Readonly<Record<string, string>>;
}

/** All its requirements hold. A term without any matches no node. */
export function matchesTerm(term: NodeSelectorTerm, node: SelectableNode): boolean {
  const labels = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (labels.length === 0 && fields.length === 0) return false;
  return (
    labels.every(requirement => holds(requirement, node.labels[requirement.key])) &&
    fields.every(requirement => requirement.key === 'metadata.name' && holds(requirement, node.name))
  );
}

function holds({ operator, values = [] }: Requirement, actual: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return actual !== undefined && values.includes(actual);
    case 'NotIn':
      return actual === undefined || !values.includes(actual);
    case 'Exists':
      return actual !== undefined;
    case 'DoesNotExist':
      return actual === undefined;
    case 'Gt':
      return compares(actual, values, (a, b) => a > b);
    case 'Lt':
      return compares(actual, values, (a, b) => a < b);
    default:
      return false;
  }
}

function compares(actual = '', values: readonly string[], is: (a: bigint, b: bigint) => boolean): boolean {
  const [bound = ''] = values;
  const integer = /^-?\d+$/;
  return values.length === 1 && integer.test(actual) && integer.test(bound) && is(BigInt(actual), BigInt(bound));
}
