/** DeleteOptions come in the body or, field by field, in the query. */
import { subresourceTypes } from '../../api/kinds/subresources.js';
import { decodeValue } from '../../api/schema/index.js';
import { type FieldError, invalid } from '../../api/status.js';
import type { DeleteOptions } from '../../api/types.js';
import { invalidValue, notSupported } from '../../api/validation/errors.js';
import { type Body, readBody } from '../http/body.js';
import { isTrue } from '../http/request-info.js';
import type { Call } from './call.js';
import { integer } from './list-options.js';

export type Deleting = DeleteOptions & { dryRunAll: boolean };

/** Throws BadRequest or Invalid. */
export async function readDeleteOptions(call: Call): Promise<Deleting> {
  return deleteOptions(await readBody(call.request), call.query);
}

/** A body, where there is one, says all. */
export function deleteOptions(body: Body | undefined, query: URLSearchParams): Deleting {
  if (!body || body.value === null) return checkedOptions(fromQuery(query));
  const { object } = decodeValue(subresourceTypes.deleteOptions, body.value, { fieldValidation: 'Ignore' });
  return checkedOptions(object as unknown as DeleteOptions);
}

function fromQuery(query: URLSearchParams): DeleteOptions {
  const grace = integer(query, 'gracePeriodSeconds');
  const policy = query.get('propagationPolicy');
  const dryRun = query.getAll('dryRun').filter(value => value !== '');
  return {
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(policy ? { propagationPolicy: policy } : {}),
    ...(query.has('orphanDependents') ? { orphanDependents: isTrue(query.get('orphanDependents')) } : {}),
    ...(dryRun.length > 0 ? { dryRun } : {}),
  };
}

const policies = ['Foreground', 'Background', 'Orphan'];

/** Throws Invalid. */
export function checkedOptions(options: DeleteOptions): Deleting {
  const { propagationPolicy: policy, orphanDependents, dryRun } = options;
  const wrong: FieldError[] = [];
  if (policy && orphanDependents !== undefined) {
    const why = 'orphanDependents and deletionPropagation cannot be both set';
    wrong.push(invalidValue('propagationPolicy', policy, why));
  } else if (policy && !policies.includes(policy))
    wrong.push(notSupported('propagationPolicy', policy, [...policies, 'nil']));
  for (const value of dryRun ?? []) if (value !== 'All') wrong.push(notSupported('dryRun', value, ['All']));
  if (wrong.length > 0) throw invalid('DeleteOptions', 'meta.k8s.io', '', wrong);
  return { ...options, dryRunAll: (dryRun?.length ?? 0) > 0 };
}
