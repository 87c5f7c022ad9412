import assert from 'node:assert/strict';
import { clusterAuthorizer } from '../auth/authorizer.js';
import { FakeLookup } from '../auth/testing/fake-lookup.js';
import { builtinAdmission } from './index.js';
import { chosenPlugins, furtherPlugins, usualPlugins } from './selection.js';

describe('the choice of admission plug-ins', () => {
  const lookup = new FakeLookup([]);
  const names = (enable: string[] = [], disable: string[] = []): string[] =>
    builtinAdmission({
      lookup,
      authorizer: clusterAuthorizer(lookup),
      plugins: { enable, disable },
      spendQuota: async () => {},
      createNamespace: async () => {},
      webhooks: { caller: undefined as never, rows: () => [] },
    }).map(({ name }) => name);
  /** They are no choice. */
  const always = ['AdmissionExpressions', 'CertificateRequest', 'CreateOnUpdate', 'RBACEscalation'];

  it('is the usual ones, where nothing is said', () => {
    assert.deepEqual(names().sort(), [...usualPlugins, ...always].sort());
  });
  it('can be of all that there are, and of none', () => {
    assert.deepEqual(names([...furtherPlugins]).sort(), [...usualPlugins, ...furtherPlugins, ...always].sort());
    assert.deepEqual(names([], [...usualPlugins]).sort(), always);
  });

  const refused: [what: string, enable: string[], disable: string[], message: RegExp][] = [
    ['an unknown name', ['Nothing'], [], /^--enable-admission-plugins plugin "Nothing" is unknown$/],
    ['an unknown name', [], ['Nothing'], /^--disable-admission-plugins plugin "Nothing" is unknown$/],
    ['both at once', ['PodSecurity'], ['PodSecurity'], /^\[PodSecurity\] in --enable-.* overlapped$/],
    ['what is not built', ['ImagePolicyWebhook'], [], /this server has no ImagePolicyWebhook: a Validating/],
  ];
  for (const [what, enable, disable, message] of refused)
    it(`is refused for ${what}`, () => assert.throws(() => chosenPlugins({ enable, disable }), { message }));
});
