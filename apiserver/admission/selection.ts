/** Which plug-ins run: `--enable-admission-plugins` and `--disable-admission-plugins`, by Kubernetes' names. */

/** They run unless they are disabled: Kubernetes' own choice, and the two that keep nodes and tenants apart. */
export const usualPlugins: readonly string[] = [
  ...['NamespaceLifecycle', 'NodeRestriction', 'LimitRanger', 'ServiceAccount', 'TaintNodesByCondition'],
  ...['PodTopologyLabels', 'Priority', 'DefaultTolerationSeconds', 'RuntimeClass', 'DefaultStorageClass'],
  ...['StorageObjectInUseProtection', 'PersistentVolumeClaimResize', 'DefaultIngressClass', 'CertificateApproval'],
  ...['CertificateSigning', 'CertificateSubjectRestriction', 'PodSecurity', 'DenyServiceExternalIPs'],
  ...['MutatingAdmissionPolicy', 'MutatingAdmissionWebhook', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionWebhook'],
  'ResourceQuota',
];

/** They run only if they are enabled. */
export const furtherPlugins: readonly string[] = [
  ...['AlwaysAdmit', 'AlwaysDeny', 'AlwaysPullImages', 'EventRateLimit', 'ExtendedResourceToleration'],
  ...['LimitPodHardAntiAffinityTopology', 'NamespaceAutoProvision', 'NamespaceExists'],
  ...['OwnerReferencesPermissionEnforcement', 'PodNodeSelector', 'PodTolerationRestriction'],
];

/** Kubernetes has them, and here is nothing for them to do: what they are about is not served. */
const idlePlugins: readonly string[] = ['ClusterTrustBundleAttest'];

const notBuilt: Readonly<Record<string, string>> = {
  ImagePolicyWebhook: 'a ValidatingWebhookConfiguration can ask another server about images',
};

export interface PluginChoice {
  enable: readonly string[];
  disable: readonly string[];
}

/** The names of those that run. Throws an Error that says what is wrong with the choice. */
export function chosenPlugins({ enable, disable }: PluginChoice): ReadonlySet<string> {
  for (const [flag, names] of Object.entries({ enable, disable })) {
    const unknown = names.find(name => !isKnown(name));
    if (unknown !== undefined)
      throw new Error(`--${flag}-admission-plugins plugin ${JSON.stringify(unknown)} is unknown`);
  }
  const both = enable.filter(name => disable.includes(name));
  if (both.length > 0) {
    throw new Error(`[${both.join(' ')}] in --enable-admission-plugins and --disable-admission-plugins overlapped`);
  }
  const missing = enable.find(name => Object.hasOwn(notBuilt, name));
  if (missing !== undefined) {
    throw new Error(`--enable-admission-plugins: this server has no ${missing}: ${notBuilt[missing]}`);
  }
  return new Set([...usualPlugins, ...enable].filter(name => !disable.includes(name)));
}

const isKnown = (name: string): boolean =>
  [...usualPlugins, ...furtherPlugins, ...idlePlugins].includes(name) || Object.hasOwn(notBuilt, name);
