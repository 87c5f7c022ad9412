/** POST: a new object, or a question that code answers. */
import { validateMeta } from '../../api/meta/validate.js';
import { invalid, StatusError, statusError } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import { admissionRequest, mutate, validate } from './admission-chain.js';
import { type Answer, type Call, type Environment, json, namespaceOf, shown } from './call.js';
import { dryRunOf, readObject } from './decode.js';
import { beginLife, generateName, placeObject, suffixLength } from './metadata.js';
import { ownCreated, withOwners } from './ownership.js';
import { reserve } from './reserve.js';
import { insert, type Outcome } from './write.js';

/** A generated name that is taken is drawn again, so often. */
const nameAttempts = 8;

export async function create(env: Environment, call: Call): Promise<Answer> {
  const { row, info } = call;
  const dryRun = dryRunOf(call.query, 'CreateOptions');
  const object = await readObject(call, 'CreateOptions');
  placeObject(row, info, object);
  const handler = env.createHandlers.get(row.plural);
  if (handler) {
    refuseInvalid(call, row.validate?.(object) ?? [], object);
    return json(201, await handler({ row, info, user: call.user, object, dryRun }));
  }
  ownCreated(withOwners(env, call, 'CreateOptions'), object);
  const outcome = await createObject(env, call, object, dryRun);
  const answer = shown(call, 201, outcome.entry, outcome.revision);
  answer.created = outcome.entry.name;
  return answer;
}

/** Everything between a decoded object and the store. Takes `object` over. */
export async function createObject(env: Environment, call: Call, object: AnyObject, dryRun: boolean): Promise<Outcome> {
  const { row } = call;
  const prefix = object.metadata.name ? undefined : object.metadata.generateName;
  generateName(object, env.randomSuffix(suffixLength));
  const request = admissionRequest(call, { operation: 'CREATE', dryRun, object });
  await mutate(env.admission, request);
  beginLife(row, object, env.uid(), env.clock.now());
  row.prepareCreate?.(object);
  const complaints = [validateMeta(row, object), row.validate?.(object) ?? [], row.validateCreate?.(object) ?? []];
  refuseInvalid(call, complaints.flat(), object);
  await validate(env.admission, request);
  return insertNamed(env, call, object, prefix, dryRun);
}

async function insertNamed(
  env: Environment,
  call: Call,
  object: AnyObject,
  prefix: string | undefined,
  dryRun: boolean,
): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const reservation = await reserve(env, call.row, object, undefined, dryRun);
    try {
      const place = { row: call.row, namespace: namespaceOf(call), name: object.metadata.name as string, dryRun };
      return await insert(env, place, object);
    } catch (error) {
      await reservation.undo();
      const taken = error instanceof StatusError && error.reason === 'AlreadyExists';
      if (prefix === undefined || !taken) throw error;
      if (attempt === nameAttempts) throw noNameLeft(error);
      delete object.metadata.name;
      generateName(object, env.randomSuffix(suffixLength));
    }
  }
}

/** Chance was against it: the same request may do better. */
function noNameLeft({ message, status }: StatusError): StatusError {
  const said = `${message}, the server was not able to generate a unique name for the object`;
  return statusError('AlreadyExists', said, { ...status.details, retryAfterSeconds: 1 });
}

export function refuseInvalid(call: Call, errors: Parameters<typeof invalid>[3], object: AnyObject): void {
  if (errors.length > 0) throw invalid(call.row.kind, call.row.group, object.metadata.name ?? '', errors);
}
