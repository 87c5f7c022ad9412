/** pods/eviction: a deletion that asks the pod's PodDisruptionBudget first. */
import { isObject } from '../../../api/json.js';
import { subresourceTypes } from '../../../api/kinds/subresources.js';
import { badRequest } from '../../../api/status.js';
import type { AnyObject, DeleteOptions, Pod, PodDisruptionBudget } from '../../../api/types.js';
import { readBody } from '../../http/body.js';
import { admissionRequest, mutate, validate } from '../admission-chain.js';
import { type Answer, type Call, type Environment, json } from '../call.js';
import { decodeBody, dryRunOf } from '../decode.js';
import { checkedOptions, type Deleting } from '../delete-options.js';
import { planDeletion } from '../deletion-plan.js';
import { nameAgrees, success } from '../subresources.js';
import { change, type Decision } from '../write.js';
import { judgeEviction, spend, withDisruption } from './judge.js';

const budgets = { group: 'policy', resource: 'poddisruptionbudgets' };

export async function evict(env: Environment, call: Call): Promise<Answer> {
  const object = await readEviction(call);
  nameAgrees(call, object);
  const options = checkedOptions((object.deleteOptions ?? {}) as DeleteOptions);
  const dryRun = options.dryRunAll || dryRunOf(call.query, 'CreateOptions');
  const { row, info } = call;
  const request = admissionRequest(call, { operation: 'CREATE', dryRun, object });
  await mutate(env.admission, request);
  await validate(env.admission, request);
  await env.cache.fresh();
  const allowed = permission(env, call, dryRun);
  const outcome = await change(env, { row, namespace: info.namespace, name: info.name, dryRun }, async current => {
    const pod = current.object as unknown as Pod;
    await allowed(pod);
    return decide(env, call, options, pod);
  });
  return json(201, success, outcome.revision);
}

/** Both versions of the body say the same. */
async function readEviction(call: Call): Promise<AnyObject> {
  const body = await readBody(call.request);
  if (!body) throw badRequest('the request has no body');
  const former = isObject(body.value) && body.value.apiVersion === 'policy/v1beta1';
  const type = former ? subresourceTypes.evictionV1beta1 : subresourceTypes.eviction;
  return decodeBody(call, type, body, 'CreateOptions');
}

/** Asks the pod's budget, and takes from it once, however often the pod changes meanwhile. */
function permission(env: Environment, call: Call, dryRun: boolean): (pod: Pod) => Promise<void> {
  let spent = false;
  return async pod => {
    if (spent) return;
    const { namespace } = call.info;
    const all = env.lookup.list(budgets, namespace) as Iterable<unknown> as Iterable<PodDisruptionBudget>;
    const verdict = judgeEviction(pod, all);
    if (verdict.kind === 'free') return;
    const row = env.kinds.find('policy', 'v1', budgets.resource);
    if (!row) throw new TypeError('budgets are found, but not served');
    const place = { row, namespace, name: verdict.budget.metadata.name ?? '', dryRun };
    await change(env, place, current => {
      const budget = spend(current.object as unknown as PodDisruptionBudget, call.info.name, env.clock.now());
      return { kind: 'write', object: budget as unknown as AnyObject };
    });
    spent = true;
  };
}

function decide(env: Environment, { row }: Call, options: Deleting, pod: Pod): Decision {
  const now = env.clock.now();
  const plan = planDeletion(row, withDisruption(pod, now) as unknown as AnyObject, options, now);
  if (plan.kind === 'mark') return { kind: 'write', object: plan.object };
  return plan.kind === 'remove' ? { kind: 'remove' } : { kind: 'keep' };
}
