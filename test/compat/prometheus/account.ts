/** A service account for a program that monitors: it may do what its rules say, and nothing else. */
import assert from 'node:assert/strict';
import type { RawClient } from '../raw-client.js';

const accounts = '/api/v1/namespaces/default/serviceaccounts';
const rbac = '/apis/rbac.authorization.k8s.io/v1';

/** Its token, for an hour. */
export async function tokenOf(raw: RawClient, name: string, rules: readonly unknown[]): Promise<string> {
  const metadata = { name };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
  const subjects = [{ kind: 'ServiceAccount', name, namespace: 'default' }];
  await raw.ask(`POST ${accounts}`, { metadata });
  await raw.ask(`POST ${rbac}/clusterroles`, { metadata, rules });
  await raw.ask(`POST ${rbac}/clusterrolebindings`, { metadata, roleRef, subjects });
  const answer = await raw.ask(`POST ${accounts}/${name}/token`, { spec: {} });
  assert.equal(answer.code, 201, answer.text);
  return answer.json.status.token;
}
