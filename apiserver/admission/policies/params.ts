/** The parameters that a binding gives its policy: objects of a kind that the policy names. */
import { kindOf } from '../../../api/kinds/index.js';
import type { KindRow } from '../../../api/kinds/row.js';
import { labelSelectorOf } from '../../../api/selectors/index.js';
import type { AnyObject } from '../../../api/types.js';
import type { AdmissionRequest, Lookup } from '../../contracts.js';
import type { Binding } from './policies.js';

/** A binding without parameters that it needs, or that names some which cannot be. The policy fails. */
export class ParamError extends Error {}

/**
 * What the policy is asked with, each in its turn: parameters, or nothing where the policy takes none. None at all where
 * there are no parameters, and the binding allows that. Throws ParamError.
 */
export function paramsFor(
  { spec, policy }: Binding,
  request: AdmissionRequest,
  lookup: Lookup,
  rows: readonly KindRow[],
): (AnyObject | undefined)[] {
  const { paramKind } = policy.spec;
  const { paramRef } = spec;
  if (!paramKind) return [undefined];
  if (!paramRef) return [undefined];
  const row = kindOf({ apiVersion: paramKind.apiVersion ?? '', kind: paramKind.kind ?? '' }, rows);
  if (!row)
    throw new ParamError(
      `failed to find resource referenced by paramKind: '${paramKind.apiVersion}, Kind=${paramKind.kind}'`,
    );
  const namespace = row.namespaced ? paramRef.namespace || request.info.namespace : '';
  if (row.namespaced && namespace === '') {
    throw new ParamError("can't use namespaced paramRef to match cluster-scoped resources that are not in a namespace");
  }
  if (!row.namespaced && paramRef.namespace) {
    throw new ParamError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  }
  const resource = { group: row.group, resource: row.plural };
  const { name } = paramRef;
  const found = name
    ? [lookup.get(resource, namespace, name)].filter(object => object !== undefined)
    : selected(lookup.list(resource, namespace === '' ? undefined : namespace), paramRef.selector);
  if (found.length === 0 && paramRef.parameterNotFoundAction !== 'Allow') {
    throw new ParamError('no params found for policy binding with `Deny` parameterNotFoundAction');
  }
  return found;
}

function selected(objects: Iterable<AnyObject>, selector: Parameters<typeof labelSelectorOf>[0]): AnyObject[] {
  const chosen = labelSelectorOf(selector);
  return [...objects].filter(({ metadata }) => chosen.matches(metadata.labels));
}
