import assert from 'node:assert/strict';
import { parseAdmissionConfig } from './index.js';

const head = 'apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n';
const parse = (plugins: string, files: Record<string, string> = {}) =>
  parseAdmissionConfig(head + plugins, 'f.yaml', async path => files[path] ?? Promise.reject(new Error(`no ${path}`)));

describe('an AdmissionConfiguration', () => {
  it('may say nothing', async () => {
    assert.deepEqual(await parse(''), {});
  });

  it('says what holds where namespaces say nothing, and for whom nothing holds', async () => {
    const { podSecurity } = await parse(`
- name: PodSecurity
  configuration:
    apiVersion: pod-security.admission.config.k8s.io/v1
    kind: PodSecurityConfiguration
    defaults: {enforce: baseline, enforce-version: v1.30, warn: restricted, warn-version: latest}
    exemptions: {usernames: [boss], runtimeClasses: [], namespaces: [kube-system]}
`);
    assert.deepEqual(podSecurity?.defaults, {
      enforce: { level: 'baseline', minor: 30 },
      audit: { level: 'privileged' },
      warn: { level: 'restricted' },
    });
    assert.deepEqual([...(podSecurity?.exempt.users ?? [])], ['boss']);
    assert.deepEqual([...(podSecurity?.exempt.namespaces ?? [])], ['kube-system']);
  });

  it('says the limits of events, here or in another file', async () => {
    const { eventLimits } = await parse('- {name: EventRateLimit, path: events.yaml}', {
      'events.yaml':
        'apiVersion: eventratelimit.admission.k8s.io/v1alpha1\nkind: Configuration\n' +
        'limits: [{type: Namespace, qps: 5, burst: 10, cacheSize: 20}, {type: Server, qps: 50, burst: 100}]',
    });
    assert.deepEqual(eventLimits, [
      { type: 'Namespace', qps: 5, burst: 10, cacheSize: 20 },
      { type: 'Server', qps: 50, burst: 100, cacheSize: 4096 },
    ]);
  });

  it('says what needs a quota, and where pods may go', async () => {
    const found = await parse(`
- name: ResourceQuota
  configuration:
    apiVersion: apiserver.config.k8s.io/v1
    kind: ResourceQuotaConfiguration
    limitedResources:
    - resource: pods
      matchScopes: [{scopeName: PriorityClass, operator: In, values: [high]}]
    - {resource: persistentvolumeclaims, matchContains: [gold.storageclass.storage.k8s.io/]}
- name: PodNodeSelector
  configuration: {podNodeSelectorPluginConfig: {clusterDefaultNodeSelector: env=prod, shop: "env=test,zone=a"}}
- name: PodTolerationRestriction
  configuration:
    apiVersion: podtolerationrestriction.admission.k8s.io/v1alpha1
    kind: Configuration
    default: [{key: a, operator: Exists}]
`);
    assert.deepEqual(found.limitedResources, [
      {
        group: '',
        resource: 'pods',
        contains: [],
        scopes: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }],
      },
      { group: '', resource: 'persistentvolumeclaims', contains: ['gold.storageclass.storage.k8s.io/'], scopes: [] },
    ]);
    assert.equal(found.nodeSelectors?.get('shop')?.get('zone'), 'a');
    assert.deepEqual(found.tolerations, { default: [{ key: 'a', operator: 'Exists' }], whitelist: [] });
  });

  const refused: [what: string, plugins: string, message: RegExp][] = [
    [
      'an unknown plug-in',
      '- name: Nothing',
      /^f\.yaml: plugins\[0\]\.name: Invalid value: "Nothing": it must be one of/,
    ],
    ['one that asks webhooks as somebody', '- name: MutatingAdmissionWebhook', /it must be one of/],
    ['one twice', '- name: PodSecurity\n- name: PodSecurity', /plugins\[1\]\.name.*it is configured twice$/],
    ['a misspelt field', '- {name: PodSecurity, configration: {}}', /unknown field "configration"/],
    ['a file that is not there', '- {name: PodSecurity, path: x}', /^no x$/],
    [
      'another kind',
      '- {name: PodSecurity, configuration: {kind: Pod, apiVersion: v1}}',
      /must be a PodSecurityConfiguration/,
    ],
    [
      'an unknown level',
      '- {name: PodSecurity, configuration: {defaults: {enforce: x}}}',
      /defaults\.enforce: Invalid value: "x"/,
    ],
    [
      'an unknown mode',
      '- {name: PodSecurity, configuration: {defaults: {force: x}}}',
      /unknown field "defaults.force"/,
    ],
    [
      'a wrong version',
      '- {name: PodSecurity, configuration: {defaults: {warn-version: "1"}}}',
      /defaults\.warn-version/,
    ],
    ['no limits of events', '- name: EventRateLimit', /limits: Invalid value: \[\]: must not be empty/],
    [
      'a limit of nothing',
      '- {name: EventRateLimit, configuration: {limits: [{type: Server, qps: 0, burst: 1}]}}',
      /limits\[0\]\.qps: Invalid value: 0: must be positive/,
    ],
    [
      'a limit of an unknown type',
      '- {name: EventRateLimit, configuration: {limits: [{type: All, qps: 1, burst: 1}]}}',
      /limits\[0\]\.type: Invalid value: "All": must be one of Server, Namespace/,
    ],
    [
      'labels that are none',
      '- {name: PodNodeSelector, configuration: {podNodeSelectorPluginConfig: {shop: a}}}',
      /podNodeSelectorPluginConfig\.shop: Invalid value: "a"/,
    ],
  ];
  for (const [what, plugins, message] of refused)
    it(`is refused for ${what}`, () => assert.rejects(parse(plugins), { message }));

  it('is refused for being something else', () =>
    assert.rejects(
      parseAdmissionConfig('kind: Pod', 'f', async () => ''),
      /f: it must be an AdmissionConfiguration/,
    ));
});
