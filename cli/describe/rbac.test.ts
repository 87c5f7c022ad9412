import assert from 'node:assert/strict';
import { ruleLines } from './rbac.js';

describe('the lines of a role', () => {
  it('are one for each thing, with the verbs of all rules about it, by verbs and then by name', () => {
    const lines = ruleLines([
      { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['list', 'get'] },
      { apiGroups: ['', 'apps'], resources: ['things'], resourceNames: ['a', 'b'], verbs: ['get'] },
      { nonResourceURLs: ['/healthz'], verbs: ['get'] },
    ]);
    assert.deepEqual(
      lines.map(({ verbs, group, resource, name, path }) => [verbs.join(' '), group, resource, name, path].join('|')),
      [
        'get list||pods||',
        'get||||/healthz',
        'get||pods/log||',
        'get||things|a|',
        'get||things|b|',
        'get|apps|things|a|',
        'get|apps|things|b|',
      ],
    );
  });
});
