import assert from 'node:assert/strict';
import { innerPath } from './inner-path.js';

describe('the part of a volume that is mounted', () => {
  const env = new Map([
    ['POD', 'web-1'],
    ['EMPTY', ''],
    ['ROOT', '/etc'],
    ['UP', '../x'],
  ]);
  const mount = { name: 'v', mountPath: '/m' };
  const cases: [what: string, more: object, string | RegExp][] = [
    ['is all of it', {}, ''],
    ['has a name', { subPath: 'a/b' }, 'a/b'],
    ['has a name that is not looked into', { subPath: '$(POD)' }, '$(POD)'],
    ['follows from the environment', { subPathExpr: 'logs/$(POD)/$$(POD)' }, 'logs/web-1/$(POD)'],
    ['cannot follow from what is not there', { subPathExpr: '$(B)$(A)$(POD)' }, /^missing value for A, B$/],
    ['nor from what is empty', { subPathExpr: 'x/$(EMPTY)' }, /^missing value for EMPTY$/],
    ['does not begin elsewhere', { subPathExpr: '$(ROOT)' }, /^error SubPath `\/etc` must not be an absolute path$/],
    ['nor lead out', { subPathExpr: 'a/$(UP)' }, /^unable to provision SubPath `a\/\.\.\/x`: must not contain '\.\.'$/],
  ];
  for (const [what, more, expected] of cases)
    it(what, () => {
      const path = () => innerPath({ ...mount, ...more }, env);
      if (typeof expected === 'string') assert.equal(path(), expected);
      else assert.throws(path, { message: expected });
    });
});
