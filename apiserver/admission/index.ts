/** The plug-ins that every write passes, in their order. Each is one file, and says which requests it handles. */
import { randomInt } from 'node:crypto';
import { builtinKinds } from '../../api/kinds/index.js';
import type { KindRow } from '../../api/kinds/row.js';
import type { ClusterAuthorizer } from '../auth/authorizer.js';
import type { AdmissionPlugin, Lookup } from '../contracts.js';
import { certificateApproval, certificateSigning } from './certificates/decision.js';
import { certificateRequest, certificateSubject } from './certificates/request.js';
import type { AdmissionConfiguration } from './configuration/index.js';
import { createOnUpdate } from './create-on-update.js';
import { defaultIngressClass, defaultStorageClass } from './default-class.js';
import {
  defaultTolerationSeconds,
  kubernetesTolerations,
  type TolerationDefaults,
} from './default-toleration-seconds.js';
import { denyServiceExternalIPs } from './deny-service-external-ips.js';
import { limitRanger } from './limit-ranger/index.js';
import { namespaceLifecycle } from './namespace-lifecycle.js';
import { nodeRestriction } from './node-restriction/index.js';
import { alwaysAdmit, alwaysDeny } from './optional/always.js';
import { alwaysPullImages } from './optional/always-pull-images.js';
import { eventRateLimit } from './optional/event-rate-limit.js';
import { namespaceAutoProvision, namespaceExists } from './optional/namespaces.js';
import { ownerReferences } from './optional/owner-references.js';
import { podNodeSelector } from './optional/pod-node-selector.js';
import { podTolerationRestriction } from './optional/pod-toleration-restriction.js';
import { extendedResourceToleration, limitAntiAffinity } from './optional/pods.js';
import { podSecurity } from './pod-security/index.js';
import { expressionsCompile } from './policies/check.js';
import { mutatingPolicies } from './policies/mutating.js';
import { validatingPolicies } from './policies/validating.js';
import { priority } from './priority.js';
import { rbacEscalation } from './rbac-escalation.js';
import { resourceQuota, type SpendQuota } from './resource-quota/index.js';
import { runtimeClass } from './runtime-class.js';
import { chosenPlugins, furtherPlugins, type PluginChoice, usualPlugins } from './selection.js';
import { serviceAccount } from './service-account.js';
import { taintNodes } from './taint-nodes.js';
import { topologyLabels } from './topology-labels.js';
import { persistentVolumeClaimResize, storageObjectInUseProtection } from './volumes.js';
import { Hooks, mutatingWebhooks, validatingWebhooks, type WebhookCaller } from './webhooks/index.js';

export interface AdmissionOptions {
  lookup: Lookup;
  authorizer: ClusterAuthorizer;
  /** Kubernetes' unless given. */
  tolerations?: TolerationDefaults;
  /** Kubernetes' choice unless given. */
  plugins?: PluginChoice;
  configuration?: AdmissionConfiguration;
  /** Makes a namespace unless there is one of that name: what NamespaceAutoProvision does. */
  createNamespace?: (name: string) => Promise<void>;
  /** Absent: quotas limit nothing. */
  spendQuota?: SpendQuota;
  /** A random string of lower-case letters and digits, for the names of injected volumes. */
  randomSuffix?: (length: number) => string;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Absent: no webhooks are asked. */
  webhooks?: { caller: WebhookCaller; rows(): readonly KindRow[] };
}

/** Those that were chosen, and those that are no choice: without them requests would not be what they should be. */
export function builtinAdmission(options: AdmissionOptions): AdmissionPlugin[] {
  const chosen = chosenPlugins(options.plugins ?? { enable: [], disable: [] });
  const isChoice = new Set([...usualPlugins, ...furtherPlugins]);
  return allPlugins(options).filter(({ name }) => chosen.has(name) || !isChoice.has(name));
}

/** What ServiceAccount adds, the later ones judge; none depends on more than this order. */
function allPlugins(options: AdmissionOptions): AdmissionPlugin[] {
  const { lookup, authorizer, randomSuffix = suffix, now = Date.now, spendQuota } = options;
  const { tolerations = kubernetesTolerations, configuration = {}, createNamespace, webhooks } = options;
  const { limitedResources, nodeSelectors = new Map(), eventLimits = [] } = configuration;
  return [
    createOnUpdate(authorizer),
    alwaysAdmit,
    ...(createNamespace ? [namespaceAutoProvision(lookup, createNamespace)] : []),
    namespaceLifecycle(lookup),
    namespaceExists(lookup),
    nodeRestriction(lookup),
    limitAntiAffinity,
    limitRanger(lookup),
    serviceAccount(lookup, randomSuffix),
    taintNodes,
    alwaysPullImages,
    podNodeSelector(lookup, nodeSelectors),
    topologyLabels(lookup),
    priority(lookup),
    defaultTolerationSeconds(tolerations),
    podTolerationRestriction(lookup, configuration.tolerations ?? { default: [], whitelist: [] }),
    extendedResourceToleration,
    eventRateLimit(eventLimits, now),
    runtimeClass(lookup),
    defaultStorageClass(lookup),
    storageObjectInUseProtection,
    ownerReferences(authorizer, webhooks?.rows ?? (() => builtinKinds)),
    persistentVolumeClaimResize(lookup),
    defaultIngressClass(lookup),
    certificateRequest,
    certificateApproval(authorizer, now),
    certificateSigning(authorizer, now),
    certificateSubject,
    podSecurity(lookup, configuration.podSecurity),
    denyServiceExternalIPs(authorizer),
    rbacEscalation(authorizer),
    ...dynamicAdmission(options),
    // The last: what another plug-in refuses costs nothing.
    ...(spendQuota ? [resourceQuota(lookup, spendQuota, limitedResources)] : []),
    alwaysDeny,
  ];
}

/** Last, so that webhooks see what will be stored. */
function dynamicAdmission({ lookup, authorizer, webhooks }: AdmissionOptions): AdmissionPlugin[] {
  if (!webhooks) return [];
  const { caller, rows } = webhooks;
  return [
    expressionsCompile,
    mutatingPolicies({ lookup, authorizer, rows }),
    mutatingWebhooks(new Hooks(lookup, 'mutatingwebhookconfigurations'), caller, rows),
    validatingPolicies({ lookup, authorizer, rows }),
    validatingWebhooks(new Hooks(lookup, 'validatingwebhookconfigurations'), caller),
  ];
}

/** Without vowels and look-alikes, as generateName: no word comes of it. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

const suffix = (length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)] ?? '').join('');
