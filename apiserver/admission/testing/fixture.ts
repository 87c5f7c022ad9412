/** Admission requests in few words, for tables of tests. */
import assert from 'node:assert/strict';
import type { KindRow } from '../../../api/kinds/row.js';
import type { AnyObject } from '../../../api/types.js';
import { ask, someone } from '../../auth/testing/requests.js';
import type { AdmissionPlugin, AdmissionRequest, User } from '../../contracts.js';

export interface Case {
  /** 'pods', 'pods/status', 'leases.coordination.k8s.io' */
  resource: string;
  operation?: AdmissionRequest['operation'];
  /** Where the request's verb is not the operation's own: a PUT that creates. */
  verb?: string;
  user?: User;
  /** '' is for kinds without namespaces. */
  namespace?: string;
  object?: unknown;
  oldObject?: unknown;
}

const verbs = { CREATE: 'create', UPDATE: 'update', DELETE: 'delete', CONNECT: 'connect' };

export function admissionRequest(described: Case): AdmissionRequest {
  const { resource, operation = 'CREATE', user = someone('alice'), namespace = 'shop' } = described;
  const [object, oldObject] = [described.object, described.oldObject] as (AnyObject | undefined)[];
  const name = (object ?? oldObject)?.metadata.name ?? '';
  const verb = described.verb ?? verbs[operation];
  const info = ask(`${verb} ${resource}`, namespace, verb === 'create' ? '' : name);
  const row = { group: info.group, plural: info.resource, namespaced: namespace !== '' } as KindRow;
  return {
    operation,
    row,
    info,
    user,
    dryRun: false,
    ...(object ? { object } : {}),
    ...(oldObject ? { oldObject } : {}),
  };
}

/** Runs the plug-in on a copy of the object, and returns what became of it. */
export async function admit(plugin: AdmissionPlugin, described: Case): Promise<AnyObject | undefined> {
  const request = admissionRequest(structuredClone(described));
  if (!plugin.handles(request)) return request.object;
  await plugin.mutate?.(request);
  await plugin.validate?.(request);
  return request.object;
}

/** Each case is let through, or refused with the message (a part of it, where it is an expression). */
export function judges(plugin: AdmissionPlugin, table: readonly [string, Case, (string | RegExp)?][]): void {
  for (const [what, described, message] of table) {
    const operation = described.operation ?? 'CREATE';
    it(`${message === undefined ? 'lets through' : 'refuses'} ${operation} ${described.resource}: ${what}`, async () => {
      if (message === undefined) await admit(plugin, described);
      else await assert.rejects(admit(plugin, described), { name: 'StatusError', message });
    });
  }
}

export const pod = (fields: { metadata?: object; spec?: object; status?: object } = {}): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  ...fields,
  metadata: { name: 'web', namespace: 'shop', ...fields.metadata },
  spec: { containers: [{ name: 'c', image: 'i' }], ...fields.spec },
});
