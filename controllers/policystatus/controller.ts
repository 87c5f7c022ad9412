/**
 * Policies judge objects of any type, so that an expression with a mistake is found when it is asked. This loop asks it of
 * the types that the policy names, and the policy's status warns of what will not work.
 */
import type { CelType } from '../../api/cel/index.js';
import { splitApiVersion } from '../../api/kinds/index.js';
import type { ValidatingAdmissionPolicy } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { validatingAdmissionPolicies } from '../../client/resources.js';
import type { Controller } from '../../client/runtime/controller.js';
import { nameOf, ownKey } from '../keys.js';
import { except, isConflict, isNotFound } from '../refusals.js';
import { checked, mostTypes, namedBy, type Typed, warningsFor } from './plan.js';
import { typeOf } from './types.js';

/** A kind may be as new as the policy: so long it is asked for again. */
const patienceMs = 10_000;
const retryMs = 1_000;

export const policyStatusController = (client: Pick<Client, 'raw'>): Controller => ({
  name: 'validatingadmissionpolicy-status-controller',
  sources: [{ resource: validatingAdmissionPolicies, keysFor: ownKey }],
  async reconcile(key, { read, write, clock }) {
    const policy = read.get(validatingAdmissionPolicies, nameOf(key));
    if (!policy || policy.metadata.deletionTimestamp) return undefined;
    const { generation = 0, creationTimestamp } = policy.metadata;
    if (policy.status?.observedGeneration === generation) return undefined;
    const named = namedBy(policy);
    const types = await typesOf(named, client);
    const isYoung = clock.now() - Date.parse(String(creationTimestamp)) < patienceMs;
    if (types.length < Math.min(named.length, mostTypes) && isYoung) return { requeueAfterMs: retryMs };
    const status = checked(policy, warningsFor(policy, types, await paramsOf(policy, client)));
    await write.updateStatus(validatingAdmissionPolicies, { ...policy, status }).catch(except(isConflict, isNotFound));
    return undefined;
  },
});

async function typesOf(named: ReturnType<typeof namedBy>, client: Pick<Client, 'raw'>): Promise<Typed[]> {
  const types: Typed[] = [];
  for (const each of named) {
    if (types.length === mostTypes) break;
    const found = await typeOf(each, client);
    if (found && !types.some(({ kind }) => kind === found.kind)) types.push(found);
  }
  return types;
}

/** Undefined where there are none, or nobody knows their type: then anything may be asked of them. */
async function paramsOf(
  { spec }: ValidatingAdmissionPolicy,
  client: Pick<Client, 'raw'>,
): Promise<CelType | undefined> {
  const { apiVersion = '', kind = '' } = spec?.paramKind ?? {};
  if (kind === '') return undefined;
  return (await typeOf({ ...splitApiVersion(apiVersion), kind }, client))?.type;
}
