import assert from 'node:assert/strict';
import { factsFrom, joiners, objectsForJoining } from './cluster-facts.js';

const facts = { serviceCidr: '10.96.0.0/16', clusterCidr: '10.244.0.0/16' };

describe('what machines that join find in a cluster', () => {
  it("are the cluster's ranges, which they read as they were written", () => {
    const map = objectsForJoining(facts).find(({ kind }) => kind === 'ConfigMap');
    assert.deepEqual(factsFrom(map?.data as Record<string, string>), facts);
    assert.throws(() => factsFrom({ serviceCidr: '10.96.0.0/16' }), /does not tell the cluster's ranges/);
    assert.throws(() => factsFrom(undefined), /does not tell/);
  });

  it('are rights for groups of nodes and for who approves their certificates, and none to write but requests for those', () => {
    for (const object of objectsForJoining(facts)) {
      const subjects = (object.subjects as { name: string }[] | undefined) ?? [];
      const known = [joiners, 'system:nodes', 'certificate-controller'];
      assert.ok(subjects.every(({ name }) => known.includes(name)));
      const rules = (object.rules as { verbs: string[]; resources: string[] }[] | undefined) ?? [];
      for (const { verbs, resources } of rules)
        assert.ok(verbs.every(verb => verb === 'get') || resources[0] === 'certificatesigningrequests/selfnodeserver');
    }
  });
});
