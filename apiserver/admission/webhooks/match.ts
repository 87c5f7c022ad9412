/** Which webhooks a request concerns: rules, selectors. Pure but for the labels of the namespace, which are looked up. */
import type { Rule } from '../../../api/kinds/admissionregistration/rules.js';
import type { KindRow } from '../../../api/kinds/row.js';
import type { Selector } from '../../../api/selectors/index.js';
import { notFound } from '../../../api/status.js';
import type { AdmissionRequest, Lookup } from '../../contracts.js';

export interface Target {
  operation: string;
  group: string;
  version: string;
  resource: string;
  subresource: string;
  namespaced: boolean;
}

const has = (values: readonly string[] | undefined, value: string): boolean =>
  values?.includes('*') === true || values?.includes(value) === true;

function coversResource(pattern: string, { resource, subresource }: Target): boolean {
  const [wanted, wantedSubresource = ''] = pattern.split('/');
  return (wanted === '*' || wanted === resource) && (wantedSubresource === '*' || wantedSubresource === subresource);
}

export function covers(rule: Rule, target: Target): boolean {
  const { scope = '*' } = rule;
  return (
    (scope === '*' || scope === (target.namespaced ? 'Namespaced' : 'Cluster')) &&
    has(rule.operations, target.operation) &&
    has(rule.apiGroups, target.group) &&
    has(rule.apiVersions, target.version) &&
    (rule.resources ?? []).some(pattern => coversResource(pattern, target))
  );
}

export const targetOf = ({ operation, info }: AdmissionRequest, row: KindRow): Target => ({
  operation,
  group: row.group,
  version: row.version,
  resource: row.plural,
  subresource: info.subresource,
  namespaced: row.namespaced,
});

/**
 * The row in whose version the request is shown to who has these rules: its own, or where none of them names it, another
 * version of the same objects that one of them names. Undefined when the request is none of their business.
 */
export function matchingRow(
  { rules, matchPolicy }: { rules?: Rule[]; matchPolicy?: string },
  request: AdmissionRequest,
  equivalents: readonly KindRow[],
): KindRow | undefined {
  const rows = matchPolicy === 'Exact' ? [request.row] : [request.row, ...equivalents];
  return rows.find(row => (rules ?? []).some(rule => covers(rule, targetOf(request, row))));
}

const namespaces = { group: '', resource: 'namespaces' };

/** Kinds without namespaces are in all of them, but for a namespace, which is in itself. Throws NotFound. */
export function selectsNamespace(selector: Selector, request: AdmissionRequest, lookup: Lookup): boolean {
  if (selector.requirements.length === 0) return true;
  const { row, object, oldObject, info } = request;
  if (row.group === '' && row.plural === 'namespaces') {
    return selector.matches((object ?? oldObject)?.metadata.labels);
  }
  if (!row.namespaced) return true;
  const namespace = lookup.get(namespaces, '', info.namespace);
  if (!namespace) throw notFound({ ...namespaces, name: info.namespace });
  return selector.matches(namespace.metadata.labels);
}

/** The object as it is, or as it was. */
export function selectsObject(selector: Selector, { object, oldObject }: AdmissionRequest): boolean {
  if (selector.requirements.length === 0) return true;
  return [object, oldObject].some(each => each !== undefined && selector.matches(each.metadata.labels));
}
