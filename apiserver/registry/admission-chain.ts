/** Runs the admission plug-ins: first all that change, then all that only judge. */
import type { AdmissionPlugin, AdmissionRequest } from '../contracts.js';
import type { Call } from './call.js';

type About = Pick<AdmissionRequest, 'operation' | 'dryRun' | 'object' | 'oldObject' | 'options'>;

/** The call as admission sees it. */
export function admissionRequest(call: Call, about: About): AdmissionRequest {
  const { row, info, user, warnings, annotations } = call;
  const { operation, dryRun, object, oldObject, options = optionsOf(call, operation) } = about;
  return { operation, row, info, user, dryRun, object, oldObject, options, warnings, annotations };
}

const optionKinds: Record<string, string> = { create: 'CreateOptions', update: 'UpdateOptions', patch: 'PatchOptions' };

/** The options of a write, which come in its query. */
function optionsOf({ info, query }: Call, operation: string): object {
  const kind = operation === 'DELETE' ? 'DeleteOptions' : (optionKinds[info.verb] ?? 'CreateOptions');
  const [fieldManager, fieldValidation] = [query.get('fieldManager'), query.get('fieldValidation')];
  return {
    kind,
    apiVersion: 'meta.k8s.io/v1',
    ...(query.has('dryRun') ? { dryRun: query.getAll('dryRun') } : {}),
    ...(fieldManager ? { fieldManager } : {}),
    ...(fieldValidation ? { fieldValidation } : {}),
  };
}

/** Throws what a plug-in throws: a StatusError that refuses the request. Waited for are only those that have to wait. */
export async function mutate(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): Promise<void> {
  await mutateOnce(plugins, request);
  if (!request.again) return;
  request.again = false;
  await mutateOnce(plugins, request);
}

async function mutateOnce(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): Promise<void> {
  for (const plugin of plugins) {
    const done = plugin.mutate && plugin.handles(request) ? plugin.mutate(request) : undefined;
    if (done) await done;
  }
}

export async function validate(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): Promise<void> {
  for (const plugin of plugins) {
    const done = plugin.validate && plugin.handles(request) ? plugin.validate(request) : undefined;
    if (done) await done;
  }
}
