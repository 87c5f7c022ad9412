/** Doing the same to each object of the manifests: in order, each reported, an error not keeping the rest from it. */
import type { AnyObject } from '../../api/types.js';
import { report } from '../exit.js';
import { Failure } from '../failure.js';
import type { Session } from '../session.js';
import type { ServerResource } from './discovery.js';
import type { Manifest } from './files.js';
import { resourceFor, typedName } from './resolve.js';

export type DryRun = 'none' | 'client' | 'server';
export type Validation = 'strict' | 'warn' | 'ignore' | 'true' | 'false';

const validations = { strict: 'Strict', warn: 'Warn', ignore: 'Ignore', true: 'Strict', false: 'Ignore' } as const;
export const fieldValidation = (flag: Validation | undefined): 'Strict' | 'Warn' | 'Ignore' =>
  validations[flag ?? 'strict'];

/** '', ' (dry run)' or ' (server dry run)', as kubectl ends its messages. */
export const dryRunSuffix = (flag: DryRun | undefined): string => {
  if (flag === 'client') return ' (dry run)';
  return flag === 'server' ? ' (server dry run)' : '';
};

/** The object with the namespace it goes to: its own, or the session's. A --namespace that differs is refused. */
export function placed(
  object: AnyObject,
  resource: ServerResource,
  namespace: string,
  flag: string | undefined,
): AnyObject {
  if (!resource.namespaced) return object;
  const own = object.metadata.namespace;
  if (own !== undefined && flag !== undefined && own !== flag) {
    throw new Failure(
      `the namespace from the provided object "${own}" does not match the namespace "${flag}". You must pass '--namespace=${own}' to perform this operation.`,
    );
  }
  return { ...object, metadata: { ...object.metadata, namespace: own ?? namespace } };
}

export interface Done {
  object: AnyObject;
  resource: ServerResource;
  /** 'pod/web created' */
  line: string;
}

/** What a verb does to one object. */
export type Work = (object: AnyObject, resource: ServerResource) => Promise<{ object: AnyObject; said: string }>;

/**
 * Does the work for each manifest in order. An error is reported, and does not keep the rest from being done; `when`
 * says what failed: 'when creating "web.yaml"'.
 */
export async function forEachManifest(
  session: Session,
  manifests: readonly Manifest[],
  namespaceFlag: string | undefined,
  work: Work,
  onDone: (done: Done) => void,
  when: (source: string) => string | undefined = source => `when applying "${source}"`,
): Promise<void> {
  if (manifests.length === 0) throw new Failure('no objects passed: the files hold none');
  const known = await session.resources();
  for (const { object, source } of manifests) {
    try {
      const resource = resourceFor(object, known, source);
      const result = await work(placed(object, resource, session.namespace, namespaceFlag), resource);
      onDone({ ...result, resource, line: `${typedName(resource, result.object.metadata.name ?? '')} ${result.said}` });
    } catch (error) {
      report(error, when(source));
    }
  }
}
