/** ValidatingAdmissionPolicy: expressions judge what is written, and bindings say what follows. */
import type { KindRow } from '../../../api/kinds/row.js';
import { forbidden, StatusError } from '../../../api/status.js';
import type { AdmissionPlugin, AdmissionRequest, Authorizer, Lookup } from '../../contracts.js';
import { nameOf } from '../request.js';
import { isExempt } from '../webhooks/hooks.js';
import type { Shown } from '../webhooks/review.js';
import { convert, equivalentsOf } from '../webhooks/versions.js';
import { failed, type Judged, judge, type Refusal } from './decisions.js';
import { bind, policyEnvironment } from './environment.js';
import { Questions } from './expressions.js';
import { concernedRow } from './match.js';
import { ParamError, paramsFor } from './params.js';
import { type Binding, Policies } from './policies.js';

export interface PolicyOptions {
  lookup: Lookup;
  authorizer: Authorizer;
  /** All that are served now. */
  rows(): readonly KindRow[];
}

const codes: Record<string, number> = { Forbidden: 403, Invalid: 422, RequestEntityTooLarge: 413, Unauthorized: 401 };

export function validatingPolicies(options: PolicyOptions): AdmissionPlugin {
  const policies = new Policies(options.lookup, 'validating');
  return {
    name: 'ValidatingAdmissionPolicy',
    handles: request => !isExempt(request.row) && policies.all().length > 0,
    async validate(request) {
      const denials: StatusError[] = [];
      const audited: object[] = [];
      for (const binding of policies.all()) {
        const judged = await judgeBinding(binding, request, options);
        const { validationActions: actions = [] } = binding.spec;
        for (const refusal of judged.refusals) {
          if (actions.includes('Deny')) denials.push(denial(request, binding, refusal));
          if (actions.includes('Warn')) request.warnings?.push(warning(binding, refusal));
          if (actions.includes('Audit')) audited.push(auditOf(binding, refusal));
        }
        for (const [key, value] of Object.entries(judged.annotations)) annotate(request, binding, key, value);
      }
      if (audited.length > 0 && request.annotations) {
        request.annotations['validation.policy.admission.k8s.io/validation_failure'] = JSON.stringify(audited);
      }
      if (denials[0]) throw denials[0];
    },
  };
}

async function judgeBinding(binding: Binding, request: AdmissionRequest, options: PolicyOptions): Promise<Judged> {
  const { lookup, rows } = options;
  const { policy } = binding;
  const equivalents = equivalentsOf(request.row, rows());
  const row = concernedRow(policy.constraints, request, equivalents, lookup);
  const bound = row && (!binding.constraints || concernedRow(binding.constraints, request, equivalents, lookup));
  const all: Judged = { refusals: [], annotations: {} };
  if (!row || !bound) return all;
  const shown = await shownAs(row, request);
  try {
    for (const params of paramsFor(binding, request, lookup, rows())) {
      const values = bind(policyEnvironment(), { request, shown }, options, params);
      const { refusals, annotations } = judge(policy, new Questions(values, policy.variables));
      all.refusals.push(...refusals);
      for (const [key, value] of Object.entries(annotations)) {
        all.annotations[key] = key in all.annotations ? `${all.annotations[key]}, ${value}` : value;
      }
    }
  } catch (error) {
    if (!(error instanceof ParamError)) throw error;
    all.refusals.push(...failed(policy, `failed to configure binding: ${error.message}`));
  }
  return all;
}

export async function shownAs(row: KindRow, { row: own, object, oldObject }: AdmissionRequest): Promise<Shown> {
  return {
    row,
    ...(object ? { object: await convert(object, own, row) } : {}),
    ...(oldObject ? { oldObject: await convert(oldObject, own, row) } : {}),
  };
}

function denial(request: AdmissionRequest, { name, policy }: Binding, { message, reason }: Refusal): StatusError {
  const why = `ValidatingAdmissionPolicy '${policy.name}' with binding '${name}' denied request: ${message}`;
  const about = { group: request.row.group, resource: request.row.plural, name: nameOf(request) };
  const { status } = forbidden(about, why);
  const causes = [...(status.details?.causes ?? []), { message: why }];
  return new StatusError({ ...status, reason, code: codes[reason] ?? 422, details: { ...status.details, causes } });
}

const warning = ({ name, policy }: Binding, { message }: Refusal): string =>
  `Validation failed for ValidatingAdmissionPolicy '${policy.name}' with binding '${name}': ${message}`;

const auditOf = ({ name, policy, spec }: Binding, { message, index }: Refusal): object => ({
  message,
  policy: policy.name,
  binding: name,
  expressionIndex: index ?? 0,
  validationActions: spec.validationActions,
});

/** Of several bindings of one policy, each value once. */
function annotate({ annotations }: AdmissionRequest, { policy }: Binding, key: string, value: string): void {
  if (!annotations) return;
  const name = `${policy.name}/${key}`;
  const known = annotations[name];
  if (known === undefined) annotations[name] = value;
  else if (!known.split(', ').includes(value)) annotations[name] = `${known}, ${value}`;
}
