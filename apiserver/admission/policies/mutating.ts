/**
 * MutatingAdmissionPolicy: expressions change what is written, each after the other, by a JSON Patch or by a configuration
 * that is applied. When webhooks change the object later, those that ask for it (reinvocationPolicy: IfNeeded) run again.
 */

import { mergeApplied } from '../../../api/apply/merge.js';
import { typesOf } from '../../../api/apply/model-types.js';
import { RuleError, toJson } from '../../../api/cel/index.js';
import { clone, deepEqual, isObject, put } from '../../../api/json.js';
import type { KindRow } from '../../../api/kinds/row.js';
import { applyJsonPatch } from '../../../api/patch/json-patch.js';
import { decodeValue } from '../../../api/schema/index.js';
import { StatusError, statusError } from '../../../api/status.js';
import type { AnyObject } from '../../../api/types.js';
import type { AdmissionPlugin, AdmissionRequest } from '../../contracts.js';
import { nameOf } from '../request.js';
import { isExempt } from '../webhooks/hooks.js';
import { convert, equivalentsOf } from '../webhooks/versions.js';
import { bind, policyEnvironment } from './environment.js';
import { meetsAll, Questions } from './expressions.js';
import { concernedRow } from './match.js';
import { ParamError, paramsFor } from './params.js';
import { type Binding, type Mutation, Policies } from './policies.js';
import { type PolicyOptions, shownAs } from './validating.js';

export function mutatingPolicies(options: PolicyOptions): AdmissionPlugin {
  const policies = new Policies(options.lookup, 'mutating');
  const seen = new WeakSet<AdmissionRequest>();
  return {
    name: 'MutatingAdmissionPolicy',
    handles: request =>
      !isExempt(request.row) &&
      (request.operation === 'CREATE' || request.operation === 'UPDATE') &&
      request.object !== undefined &&
      policies.all().length > 0,
    async mutate(request) {
      const again = seen.has(request);
      seen.add(request);
      for (const binding of policies.all()) {
        if (again && binding.policy.spec.reinvocationPolicy !== 'IfNeeded') continue;
        await carryOut(binding, request, options).catch(error => refuse(error, binding, request));
      }
    },
  };
}

/** What cannot be worked out refuses the request, or is left out, as the policy says (failurePolicy). */
function refuse(error: unknown, { name, policy }: Binding, request: AdmissionRequest): void {
  const known = error instanceof RuleError || error instanceof ParamError || error instanceof StatusError;
  if (!known) throw error;
  if (policy.spec.failurePolicy === 'Ignore') return;
  const about = `policy '${policy.name}' with binding '${name}' denied request: ${error.message}`;
  throw statusError('Invalid', `${request.row.plural} "${nameOf(request)}" is invalid: ${about}`, {
    name: nameOf(request),
    kind: request.row.plural,
    ...(request.row.group === '' ? {} : { group: request.row.group }),
    causes: [{ message: about }],
  });
}

async function carryOut(binding: Binding, request: AdmissionRequest, options: PolicyOptions): Promise<void> {
  const { lookup, rows } = options;
  const { policy } = binding;
  const equivalents = equivalentsOf(request.row, rows());
  const row = concernedRow(policy.constraints, request, equivalents, lookup);
  const bound = row && (!binding.constraints || concernedRow(binding.constraints, request, equivalents, lookup));
  if (!row || !bound) return;
  if (policy.broken !== undefined) throw new RuleError(policy.broken);
  for (const params of paramsFor(binding, request, lookup, rows())) {
    let shown = await shownAs(row, request);
    let questions = new Questions(bind(policyEnvironment(), { request, shown }, options, params), policy.variables);
    if (!meetsAll(policy.conditions, questions)) continue;
    for (const mutation of policy.mutations) {
      const changed = mutated(shown.object as AnyObject, row, mutation, questions);
      if (deepEqual(changed, shown.object)) continue;
      // The next mutation sees what this one made of it.
      shown = { ...shown, object: changed };
      questions = new Questions(bind(policyEnvironment(), { request, shown }, options, params), policy.variables);
    }
    replaceBy(request.object as AnyObject, await convert(shown.object as AnyObject, row, request.row));
  }
}

function mutated(object: AnyObject, row: KindRow, { type, program }: Mutation, questions: Questions): AnyObject {
  const answer = toJson(questions.ask(program));
  const { apiVersion, kind } = object;
  const next = type === 'JSONPatch' ? applyJsonPatch(clone(object), answer) : applied(object, row, answer);
  const { object: decoded } = decodeValue(
    row,
    { ...(next as object), apiVersion, kind },
    { fieldValidation: 'Ignore' },
  );
  row.defaults?.(decoded);
  return decoded;
}

function applied(object: AnyObject, row: KindRow, configuration: unknown): unknown {
  if (!isObject(configuration)) throw new RuleError('an apply configuration must be an Object');
  return clone(mergeApplied(typesOf(row), object, configuration));
}

function replaceBy(object: AnyObject, next: AnyObject): void {
  for (const key of Object.keys(object)) delete object[key];
  for (const [key, value] of Object.entries(next)) put(object, key, value);
}
