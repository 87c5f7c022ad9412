/** Whether a policy, or a binding, is about a request. */
import type { KindRow } from '../../../api/kinds/row.js';
import type { MatchResources } from '../../../api/types.js';
import type { AdmissionRequest, Lookup } from '../../contracts.js';
import { nameOf } from '../request.js';
import { covers, selectsNamespace, selectsObject, targetOf } from '../webhooks/match.js';
import type { Constraints } from './policies.js';

type NamedRule = NonNullable<MatchResources['resourceRules']>[number];

const coversNamed = (rule: NamedRule, request: AdmissionRequest, row: KindRow): boolean =>
  covers(rule, targetOf(request, row)) && (!rule.resourceNames?.length || rule.resourceNames.includes(nameOf(request)));

/**
 * The row in whose version the request is shown; undefined when it is no business of theirs. Without rules (bindings may
 * have none) all is.
 */
export function concernedRow(
  { match, namespaces, objects }: Constraints,
  request: AdmissionRequest,
  equivalents: readonly KindRow[],
  lookup: Lookup,
): KindRow | undefined {
  const rows = match.matchPolicy === 'Exact' ? [request.row] : [request.row, ...equivalents];
  const { resourceRules: rules, excludeResourceRules: excluded } = match;
  if (rows.some(row => excluded?.some(rule => coversNamed(rule, request, row)))) return undefined;
  const row = rules?.length ? rows.find(each => rules.some(rule => coversNamed(rule, request, each))) : request.row;
  if (!row || !selectsNamespace(namespaces, request, lookup) || !selectsObject(objects, request)) return undefined;
  return row;
}
