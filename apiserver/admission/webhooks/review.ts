/** AdmissionReview: what a webhook is asked, and what it answers. Pure. */
import { isObject } from '../../../api/json.js';
import { splitApiVersion } from '../../../api/kinds/index.js';
import type { KindRow } from '../../../api/kinds/row.js';
import { StatusError } from '../../../api/status.js';
import type { AnyObject, Status } from '../../../api/types.js';
import type { AdmissionRequest } from '../../contracts.js';
import { nameOf } from '../request.js';

const group = 'admission.k8s.io';
const versions = ['v1', 'v1beta1'];

export interface Shown {
  row: KindRow;
  object?: AnyObject;
  oldObject?: AnyObject;
}

/** The first of the webhook's versions that is spoken here. */
export const reviewVersion = (accepted: readonly string[]): string =>
  accepted.find(version => versions.includes(version)) ?? 'v1';

export function reviewOf(version: string, uid: string, request: AdmissionRequest, shown: Shown): object {
  const { info, row, user, operation, dryRun, options } = request;
  const resourceOf = (of: KindRow) => ({ group: of.group, version: of.version, resource: of.plural });
  const subresource = (name: string) => (info.subresource === '' ? {} : { [name]: info.subresource });
  return {
    kind: 'AdmissionReview',
    apiVersion: `${group}/${version}`,
    request: {
      uid,
      kind: kindOf(shown.object ?? shown.oldObject, shown.row),
      resource: resourceOf(shown.row),
      ...subresource('subResource'),
      requestKind: kindOf(request.object ?? request.oldObject, row),
      requestResource: resourceOf(row),
      ...subresource('requestSubResource'),
      ...(nameOf(request) ? { name: nameOf(request) } : {}),
      ...(info.namespace ? { namespace: info.namespace } : {}),
      operation,
      userInfo: {
        username: user.name,
        ...(user.uid ? { uid: user.uid } : {}),
        groups: user.groups,
        ...(user.extra ? { extra: user.extra } : {}),
      },
      object: shown.object ?? null,
      oldObject: shown.oldObject ?? null,
      dryRun,
      options: options ?? null,
    },
  };
}

/** Of subresources the body may be of another kind (Binding, Scale). */
function kindOf(object: AnyObject | undefined, row: KindRow) {
  if (!object?.kind) return { group: row.group, version: row.version, kind: row.kind };
  return { ...splitApiVersion(object.apiVersion), kind: object.kind };
}

export interface Judgement {
  allowed: boolean;
  status?: Status;
  /** JSON Patch. */
  patch?: unknown;
  auditAnnotations: Record<string, string>;
  warnings: string[];
}

/** Throws an Error for an answer that is none. */
export function judgementOf(answer: unknown, version: string, uid: string): Judgement {
  if (!isObject(answer) || answer.kind !== 'AdmissionReview' || answer.apiVersion !== `${group}/${version}`) {
    const got = isObject(answer) ? `${answer.apiVersion}, Kind=${answer.kind}` : JSON.stringify(answer);
    throw new Error(`expected webhook response of ${group}/${version}, Kind=AdmissionReview, got ${got}`);
  }
  const { response } = answer;
  if (!isObject(response)) throw new Error('webhook response was absent');
  if (version === 'v1' && response.uid !== uid) {
    throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`);
  }
  const patch = patchOf(response, version);
  return {
    allowed: response.allowed === true,
    ...(isObject(response.status) ? { status: response.status as unknown as Status } : {}),
    ...(patch === undefined ? {} : { patch }),
    auditAnnotations: isObject(response.auditAnnotations) ? texts(response.auditAnnotations) : {},
    warnings: Array.isArray(response.warnings) ? response.warnings.filter(each => typeof each === 'string') : [],
  };
}

const texts = (fields: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter((field): field is [string, string] => typeof field[1] === 'string'));

function patchOf({ patch, patchType }: Record<string, unknown>, version: string): unknown {
  if (patch === undefined || patch === null || patch === '') {
    if (patchType) throw new Error('webhook returned response.patchType but not response.patch');
    return undefined;
  }
  if (!patchType && version === 'v1') throw new Error('webhook returned response.patch but not response.patchType');
  if (patchType && patchType !== 'JSONPatch') {
    throw new Error(`webhook returned invalid response.patchType of ${JSON.stringify(patchType)}`);
  }
  if (typeof patch !== 'string') throw new Error('webhook returned a response.patch that is not base64');
  try {
    return JSON.parse(Buffer.from(patch, 'base64').toString());
  } catch (error) {
    throw new Error(`webhook returned a response.patch that is not JSON: ${(error as Error).message}`);
  }
}

/** The refusal that the client sees: the webhook's own status, and who said it. */
export function denial(name: string, { status }: Judgement): StatusError {
  const who = `admission webhook ${JSON.stringify(name)} denied the request`;
  const said = status?.message || status?.reason;
  const code = typeof status?.code === 'number' && status.code >= 400 ? status.code : 400;
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    ...(status?.reason ? { reason: status.reason } : {}),
    ...(status?.details ? { details: status.details } : {}),
    status: 'Failure',
    message: said ? `${who}: ${said}` : `${who} without explanation`,
    code,
  });
}
