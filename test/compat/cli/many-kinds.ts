/** The objects of many-kinds.yaml, each with the status that stands there: no controller runs that would change it. */
import { join } from 'node:path';
import type { AnyObject } from '../../../api/types.js';
import { discover } from '../../../cli/objects/discovery.js';
import { readManifests } from '../../../cli/objects/files.js';
import { resourceFor } from '../../../cli/objects/resolve.js';
import type { RestClient } from '../../../client/rest/index.js';
import { root } from '../../../tools/sources.js';
import { makeNamespace } from './fixture.js';

const namespace = 'kinds';
const file = join(root, 'test/compat/cli/many-kinds.yaml');

export async function makeManyKinds(client: RestClient): Promise<void> {
  await makeNamespace(client, namespace);
  const known = await discover(client);
  const uids = new Map<string, string>();
  for (const { object } of readManifests({ filename: [file] })) {
    const resource = resourceFor(object, known, file);
    const { status, ...wanted } = object;
    const place = resource.namespaced ? { namespace } : {};
    // Ids are the server's to give: an owner stands before what it owns.
    const owners = (object.metadata.ownerReferences ?? []).map(owner => ({
      ...owner,
      uid: uids.get(`${owner.kind}/${owner.name}`) ?? '',
    }));
    const metadata = { ...object.metadata, ...place, ...(owners.length > 0 ? { ownerReferences: owners } : {}) };
    const made: AnyObject = await client.create(resource, { ...wanted, metadata } as AnyObject);
    uids.set(`${object.kind}/${metadata.name}`, made.metadata.uid ?? '');
    if (status !== undefined) await client.update(resource, { ...made, status }, { subresource: 'status' });
  }
}
