/** The list of the loops. A new one is named here. */
import type { Client } from '../client/client.js';
import type { Controller } from '../client/runtime/controller.js';
import { tokenCleaner } from './bootstraptokens/cleaner.js';
import { bootstrapSigner } from './bootstraptokens/signer.js';
import { certificateController } from './certificates/controller.js';
import type { Authority } from './certificates/sign.js';
import { clusterRoleAggregation } from './clusterroleaggregation/controller.js';
import { cronJobController } from './cronjob/controller.js';
import { daemonSetController } from './daemonset/controller.js';
import { deploymentController } from './deployment/controller.js';
import type { Discovered } from './discovery.js';
import { disruptionController } from './disruption/controller.js';
import { scalesBy } from './disruption/scales.js';
import { staleDisruptionController } from './disruption/stale.js';
import { endpointsController } from './endpoints/controller.js';
import { endpointSliceMirroring } from './endpointslicemirroring/controller.js';
import { endpointSlicesController } from './endpointslices/controller.js';
import { ephemeralVolumeController } from './ephemeralvolume/controller.js';
import { garbageCollector } from './gc/controller.js';
import { jobController } from './job/controller.js';
import { jobPodFinalizers } from './job/finalizer.js';
import { legacyTokenCleaner } from './legacytokens/controller.js';
import { namespaceController } from './namespaces/controller.js';
import { nodeRangeController } from './nodeipam/controller.js';
import { kubernetesPatience, nodeLifecycleController } from './nodelifecycle/controller.js';
import { persistentVolumeBinder } from './persistentvolume/controller.js';
import { podAutoscaler } from './podautoscaler/controller.js';
import { podGarbageCollector } from './podgc/controller.js';
import { policyStatusController } from './policystatus/controller.js';
import { replicaSetController, replicationController } from './replication/controller.js';
import { resourceQuotaController } from './resourcequota/controller.js';
import { rootCaPublisher } from './rootca/controller.js';
import { serviceAccountController } from './serviceaccounts/controller.js';
import { serviceAccountTokens } from './serviceaccounttokens/controller.js';
import type { Sign } from './serviceaccounttokens/sign.js';
import { serviceCidrController } from './servicecidrs/controller.js';
import { statefulSetController } from './statefulset/controller.js';
import { taintEvictionController } from './tainteviction/controller.js';
import { ttlAfterFinishedController } from './ttlafterfinished/controller.js';
import { claimProtection, volumeProtection } from './volumeprotection/controller.js';

export interface Circumstances {
  /** The client of a loop that reads more than its caches have, by the loop's name. */
  clientFor(controller: string): Client;
  /** What the server serves. */
  served: readonly Discovered[];
  /** Signs certificate requests. */
  authority: Authority | undefined;
  /** Signs the tokens of Secrets that ask for one; absent: none do. */
  signToken?: Sign;
  /** The authority of the server's certificate, which every namespace is told; absent: none is. */
  ca?: string;
  /** Of all pods: nodes without a range are given one of it. Absent: they bring their own. */
  clusterCidr?: string;
  /** A node may be silent for so long; Kubernetes' time unless said. */
  graceMs?: number;
}

export function everyController(given: Circumstances): Controller[] {
  const { authority, ca, clientFor, clusterCidr, graceMs = kubernetesPatience.graceMs, served, signToken } = given;
  return [
    replicationController,
    replicaSetController,
    deploymentController,
    statefulSetController,
    daemonSetController(),
    jobController({ tracks: tracksJobs(served) }),
    jobPodFinalizers,
    ttlAfterFinishedController,
    cronJobController,
    podAutoscaler(clientFor('horizontal-pod-autoscaler'), served),
    persistentVolumeBinder,
    claimProtection(clientFor('pvc-protection-controller')),
    volumeProtection,
    ephemeralVolumeController,
    resourceQuotaController(clientFor('resourcequota-controller'), served),
    endpointsController(),
    endpointSlicesController(),
    endpointSliceMirroring,
    clusterRoleAggregation,
    namespaceController(clientFor('namespace-controller')),
    serviceAccountController,
    ...(signToken ? [serviceAccountTokens(signToken, ca)] : []),
    ...(ca ? [rootCaPublisher(ca)] : []),
    garbageCollector(served),
    podGarbageCollector(),
    ...(clusterCidr === undefined ? [] : [nodeRangeController(clusterCidr)]),
    nodeLifecycleController({ ...kubernetesPatience, graceMs }),
    taintEvictionController(),
    bootstrapSigner,
    tokenCleaner,
    legacyTokenCleaner(),
    policyStatusController(clientFor('validatingadmissionpolicy-status-controller')),
    certificateController(authority),
    serviceCidrController,
    disruptionController(scalesBy(clientFor('disruption-controller'), served)),
    staleDisruptionController,
  ];
}

/** Kubernetes counts the pods of jobs by their finalizers since 1.23, which also brought this version of autoscaling. */
const tracksJobs = (served: readonly Discovered[]): boolean =>
  served.some(({ group, version }) => group === 'autoscaling' && version === 'v2');
