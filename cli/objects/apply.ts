/**
 * Client-side apply: what the manifest said last time is kept in an annotation on the object, so that this time's
 * manifest can take away what it no longer says and leave alone what others have set.
 */
import { clone, deepEqual } from '../../api/json.js';
import { createThreeWayPatch, type MergeSchema } from '../../api/patch/index.js';
import type { AnyObject } from '../../api/types.js';
import type { Client, Name, WriteCallOptions } from '../../client/client.js';
import { Failure } from '../failure.js';
import { goJson } from '../output/json.js';
import type { ServerResource } from './discovery.js';
import { isNotFound } from './fetch.js';

export const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

export type Applied = 'created' | 'configured' | 'unchanged' | 'serverside-applied';

export interface ApplyOptions {
  /** 'client' sends nothing. */
  dryRun?: 'client' | 'server';
  serverSide?: boolean;
  force?: boolean;
  fieldManager?: string;
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** Hears what the user should know of, though it is mended at once. */
  warn?(text: string): void;
  /** How kinds merge; undefined for kinds that are not built in (their lists are replaced whole). */
  schemaOf: (object: AnyObject) => MergeSchema | undefined;
}

/** The object as it is stored afterwards, and what became of it. */
export async function applyObject(
  client: Client,
  resource: ServerResource,
  object: AnyObject,
  options: ApplyOptions,
): Promise<{ result: Applied; object: AnyObject }> {
  const name = nameOf(resource, object);
  const write = writeOptions(options);
  if (options.serverSide) {
    const stored = await client.patch(resource, name, 'apply', object, {
      ...write,
      force: options.force ?? false,
    });
    return { result: 'serverside-applied', object: stored };
  }
  const wanted = annotated(object);
  const current = await currentObject(client, resource, name);
  if (!current) {
    const stored = options.dryRun === 'client' ? wanted : await client.create(resource, wanted, write);
    return { result: 'created', object: stored };
  }
  if (current.metadata.annotations?.[lastApplied] === undefined) options.warn?.(missingMemory(resource, name.name));
  const schema = options.schemaOf(object);
  const patch = createThreeWayPatch(lastAppliedOf(current), wanted, current, schema);
  if (isNothing(patch)) return { result: 'unchanged', object: current };
  if (options.dryRun === 'client') return { result: 'configured', object: current };
  const stored = await client.patch(resource, name, schema ? 'strategic' : 'merge', patch, write);
  return { result: isSame(stored, current, options.dryRun) ? 'unchanged' : 'configured', object: stored };
}

/** A write that changes nothing keeps the version; a dry run always does, and is compared by content. */
function isSame(stored: AnyObject, current: AnyObject, dryRun: ApplyOptions['dryRun']): boolean {
  if (!dryRun) return stored.metadata.resourceVersion === current.metadata.resourceVersion;
  const content = ({ metadata: { resourceVersion, managedFields, generation, ...metadata }, ...rest }: AnyObject) => ({
    ...rest,
    metadata,
  });
  return deepEqual(content(stored), content(current));
}

function nameOf(resource: ServerResource, object: AnyObject): Name {
  const { name, namespace } = object.metadata;
  if (!name) {
    const hint = object.metadata.generateName
      ? `cannot use generate name with apply: use 'create'`
      : 'resource name may not be empty';
    throw new Failure(`${object.kind}: ${hint}`);
  }
  return resource.namespaced && namespace !== undefined ? { name, namespace } : { name };
}

const writeOptions = (options: ApplyOptions): WriteCallOptions => ({
  fieldManager: options.fieldManager ?? (options.serverSide ? 'kubectl' : 'kubectl-client-side-apply'),
  ...(options.dryRun === 'server' ? { dryRun: true } : {}),
  ...(options.fieldValidation ? { fieldValidation: options.fieldValidation } : {}),
});

async function currentObject(client: Client, resource: ServerResource, name: Name): Promise<AnyObject | undefined> {
  try {
    return await client.get(resource, name);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

const missingMemory = (resource: ServerResource, name: string): string =>
  `resource ${resource.plural}/${name} is missing the ${lastApplied} annotation, which apply needs to know what it may remove: ` +
  'it was created without apply. The annotation is added now.';

/** The manifest with itself as an annotation. */
export function annotated(object: AnyObject): AnyObject {
  const said = clone(object);
  if (said.metadata.annotations) delete said.metadata.annotations[lastApplied];
  said.metadata.annotations ??= {};
  const { status: _, ...manifest } = said;
  const text = `${goJson(manifest)}\n`;
  return {
    ...said,
    metadata: { ...said.metadata, annotations: { ...said.metadata.annotations, [lastApplied]: text } },
  };
}

function lastAppliedOf(current: AnyObject): unknown {
  const text = current.metadata.annotations?.[lastApplied];
  try {
    return text === undefined ? {} : JSON.parse(text);
  } catch {
    return {};
  }
}

/** Orders are sent with every merged list; alone they change nothing. */
function isNothing(patch: unknown): boolean {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return false;
  return Object.entries(patch).every(([field, value]) => field.startsWith('$setElementOrder/') || isNothing(value));
}
