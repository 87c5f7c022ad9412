/** The kubelet over a Client: everything but its connection and its HTTPS server. main.ts puts the three together. */
import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Clock } from '../api/clock.js';
import { parseResolvConf } from '../api/network/resolv-conf.js';
import type { Pod } from '../api/types.js';
import type { Client } from '../client/client.js';
import { type Informer, startInformer } from '../client/informer/informer.js';
import { pods as podResource, services as serviceResource } from '../client/resources.js';
import { EventRecorder } from '../client/runtime/events.js';
import { type Runtime, startRuntime } from './containerd/runtime.js';
import type { KubeletContext } from './context.js';
import { Announced } from './cri/announced.js';
import type { Cri } from './cri/cri.js';
import { followEvents } from './cri/events.js';
import { Directories } from './directories.js';
import { Evictions } from './eviction/evict.js';
import { observeMachine } from './eviction/observe.js';
import { type Thresholds, usualThresholds } from './eviction/thresholds.js';
import { collectImages, ImageCollector } from './images/collect.js';
import { usualLimits as usualImageLimits } from './images/collect-plan.js';
import { containerdViews } from './images/views.js';
import { Limit } from './limit.js';
import { usualLimits as usualLogLimits } from './logs/plan.js';
import { keepLogsShort } from './logs/rotation.js';
import { type KubeletMetrics, openMetrics } from './metrics.js';
import { keepLease } from './node/lease.js';
import { readMachine } from './node/machine.js';
import { allocatable, type NodeFacts } from './node/node.js';
import { keepStatus, register } from './node/registration.js';
import type { NodeOptions } from './node-options.js';
import { Cgroups } from './pods/cgroups.js';
import { Pods, podsView } from './pods/index.js';
import { ProbeMetrics } from './probes/metrics.js';
import type { Figures, PodsView } from './server/contracts.js';
import { systemLogind } from './shutdown/logind.js';
import { NodeShutdown } from './shutdown/shutdown.js';
import { cadvisorMetrics, type Group } from './stats/cadvisor.js';
import { NodeStatistics } from './stats/collect.js';
import { readGroups } from './stats/groups.js';
import { resourceMetrics } from './stats/resource-metrics.js';
import { SandboxPids } from './stats/sandbox-pids.js';
import type { Summary } from './stats/summary-types.js';
import { UserNamespaces } from './userns/namespaces.js';
import { ImageVolumes } from './volumes/images.js';
import { FollowedObjects } from './volumes/objects.js';
import { tokenSource } from './volumes/tokens.js';
import { PodVolumes } from './volumes/volumes.js';

/** Serves what the API server asks kubelets for; answers the port. */
export type Serve = (seam: {
  cri: Cri;
  podsView: PodsView;
  figures: Figures;
}) => Promise<{ port: number; stop(): Promise<void> }>;

export const defaultBridge = 'orrery0';
const relistMs = { withEvents: 10_000, without: 1_000 };
const stopMs = 3_000;
/** More than the cores, as starting a container is a good deal of waiting. */
export const startsPerCore = 5;
/** A call of the runtime that hangs for one pod must not keep the others from starting. */
const startPatienceMs = 20_000;

/** Throws when the runtime cannot be had. Stopping it leaves the runtime and the pods as they are. */
export async function startNode(
  client: Client,
  options: NodeOptions,
  serve: Serve,
): Promise<{ stop(): Promise<void> }> {
  const { nodeName, dataDir, log, clock } = options;
  const stop = new AbortController();
  const signal = stop.signal;
  // Every worker and every request listens to it.
  setMaxListeners(0, signal);
  const directories = new Directories(dataDir);
  const untimed = await startRuntime({
    ...options,
    directories,
    bridge: options.bridge ?? defaultBridge,
    clusterCidr: options.clusterCidr ?? options.podCidr,
  });
  const statistics = (): NodeStatistics => figures.statistics;
  const metrics = openMetrics({
    nodeName,
    clock,
    pods: () => pods.workers(),
    summary: () =>
      statistics()
        .summary()
        .catch(() => undefined),
  });
  const runtime = { ...untimed, cri: metrics.timed(untimed.cri) };
  const events = new EventRecorder({ client, component: 'kubelet', host: nodeName, clock, log });
  const context = await contextOf(
    client,
    options,
    runtime,
    directories,
    events,
    () => evictions.pressures(),
    () => shutdown.isNear,
    signal,
  );
  const informer = followPods(client, options, signal);
  const hasEvents = runtime.name === 'containerd';
  const pods = new Pods({ context, informer, relistMs: hasEvents ? relistMs.withEvents : relistMs.without });
  const figures = figuresOf(context, pods, metrics);
  const collector = imageCollector(options, context);
  const shutdown = shutdownOf(options, context, pods, metrics);
  const evictions = evictionsOf(options, context, pods, figures.statistics, collector, metrics);
  const server = await serve({ cri: runtime.cri, podsView: podsView(pods), figures });
  const tasks = [
    pods.run(),
    keepNode(client, options, runtime, server.port, context, shutdown),
    shutdown.keep(),
    runtime.keep(signal),
    evictions.keep(),
    ...housekeeping(options, context, pods, collector),
  ];
  if (hasEvents) tasks.push(followContainerd(runtime, pods, clock, signal));
  return {
    async stop() {
      stop.abort();
      await server.stop();
      // A call to the runtime that does not end is left to end by itself.
      await Promise.race([Promise.all(tasks), clock.sleep(stopMs)]);
      await events.close();
      runtime.cri.close();
    },
  };
}

function figuresOf(context: KubeletContext, pods: Pods, { registry }: KubeletMetrics) {
  const { log, node, clock, probes, directories } = context;
  const measured = { ...context, pids: new SandboxPids(context.cri), pods: () => pods.workers() };
  const statistics = new NodeStatistics({ ...measured, nodeName: node.name });
  const groups = (): Promise<Group[] | undefined> =>
    readGroups(measured).catch(error => {
      log.warn({ reason: (error as Error).message }, 'what the control groups use could not be found out');
      return undefined;
    });
  const tried = (): Promise<Summary | undefined> =>
    statistics.summary().catch(error => {
      log.warn({ reason: (error as Error).message }, 'what the pods use could not be found out');
      return undefined;
    });
  return {
    statistics,
    summary: () => statistics.summary(),
    metrics: () => registry.metrics(),
    resourceMetrics: async () => resourceMetrics(await tried()),
    cadvisorMetrics: async () => cadvisorMetrics(await groups(), await readMachine(directories.root), clock.now()),
    probeMetrics: () => probes.registry.metrics(),
  };
}

/** What keeps the disk from filling up. */
function housekeeping(
  { logs, images }: NodeOptions,
  context: KubeletContext,
  pods: Pods,
  collector: ImageCollector,
): Promise<void>[] {
  const { cri, clock, log, signal } = context;
  return [
    keepLogsShort({ limits: usualLogLimits, ...logs, cri, clock, log, signal, logs: () => pods.logs() }),
    collectImages(collector, { ...(images?.lookMs ? { lookMs: images.lookMs } : {}), clock, log, signal }),
  ];
}

const thresholdsOf = ({ eviction }: NodeOptions): Thresholds => eviction?.thresholds ?? usualThresholds;

function imageCollector({ images, nodeName }: NodeOptions, { cri, clock, log, events, volumes }: KubeletContext) {
  const mounted = () => volumes.imagesInUse();
  return new ImageCollector({ limits: usualImageLimits, ...images, cri, clock, log, events, nodeName, mounted });
}

/** Kubernetes' own period of looking, and how long its conditions hold on. */
const evictionTimes = { lookMs: 10_000, transitionMs: 5 * 60_000, maxPodGraceSeconds: 0 };

function evictionsOf(
  { eviction, dataDir }: NodeOptions,
  { cri, clock, log, events, signal, node }: KubeletContext,
  pods: Pods,
  statistics: NodeStatistics,
  collector: ImageCollector,
  { evicted }: KubeletMetrics,
): Evictions {
  return new Evictions({
    thresholds: usualThresholds,
    ...evictionTimes,
    observe: () => observeMachine(cri, dataDir, node.memoryBytes),
    ...eviction,
    ...{ clock, log, events, signal, statistics, evicted, nodeName: node.name },
    pods: () => pods.workers(),
    freeImages: () => collector.free(),
  });
}

const shutdownOf = (
  { shutdownGroups: groups = [] }: NodeOptions,
  { clock, log, events, signal, node }: KubeletContext,
  pods: Pods,
  metrics: KubeletMetrics,
): NodeShutdown =>
  new NodeShutdown({
    ...{ groups, clock, log, events, signal, nodeName: node.name, measured: metrics.shutdown },
    logind: systemLogind(),
    pods: () => pods.workers(),
  });

const followPods = (client: Client, { nodeName, clock, log }: NodeOptions, signal: AbortSignal): Informer<Pod> =>
  startInformer({
    client,
    resource: podResource,
    selection: { fieldSelector: `spec.nodeName=${nodeName}` },
    clock,
    random: Math.random,
    log,
    signal,
  });

const followContainerd = ({ cri, revive }: Runtime, pods: Pods, clock: Clock, signal: AbortSignal): Promise<void> =>
  followEvents(
    cri.socket,
    {
      onExit: id => pods.exited(id),
      onOom: id => pods.ranOutOfMemory(id),
      onGap: () => void pods.missedEvents(),
      onLost: revive,
    },
    clock,
    signal,
  );

async function keepNode(
  client: Client,
  node: NodeOptions,
  { cri, name, version }: Runtime,
  port: number,
  { pressures, isShuttingDown, signal, node: self }: KubeletContext,
  shutdown: NodeShutdown,
): Promise<void> {
  const { nodeName, nodeIP, podCidr, dataDir, clock, log } = node;
  const machine = await readMachine(dataDir);
  const facts: NodeFacts = {
    name: nodeName,
    ip: nodeIP,
    podCidr,
    port,
    machine,
    thresholds: thresholdsOf(node),
    runtimeVersion: `${name}://${version}`,
    abilities: self.runtime,
  };
  const onNews = (listener: () => void): void => shutdown.onChange(listener);
  const options = { facts, cri, client, clock, log, pressures, isShuttingDown, onNews, signal };
  const registered = await register(options);
  if (registered) await Promise.all([keepStatus(options), keepLease(registered, options)]);
}

async function contextOf(
  client: Client,
  options: NodeOptions,
  { cri, name: runtimeName }: Runtime,
  directories: Directories,
  events: EventRecorder,
  pressures: KubeletContext['pressures'],
  isShuttingDown: () => boolean,
  signal: AbortSignal,
): Promise<KubeletContext> {
  const { nodeName, nodeIP, dataDir, clock, log, clusterDns, clusterDomain, resolvConf } = options;
  const [machine, abilities] = await Promise.all([readMachine(dataDir), cri.abilities()]);
  const services = startInformer({ client, resource: serviceResource, clock, random: Math.random, log, signal });
  const dnsService = async (): Promise<string | undefined> => {
    await services.synced;
    return services.get({ namespace: 'kube-system', name: 'kube-dns' })?.spec?.clusterIP;
  };
  const objects = new FollowedObjects({ client, clock, log, signal });
  const images = runtimeName === 'containerd' ? new ImageVolumes(directories, containerdViews(cri)) : undefined;
  const tokens = tokenSource(client, clock);
  return {
    cri,
    exits: new Announced(),
    ooms: new Announced(),
    runtimeName,
    client,
    clock,
    log,
    events,
    directories,
    objects,
    volumes: new PodVolumes({ directories, objects, tokens, client, nodeName, images }),
    userNamespaces: new UserNamespaces(directories),
    cgroups: new Cgroups(options.cgroupParent, undefined, options.podPidsLimit),
    starts: new Limit(startsPerCore * availableParallelism(), clock, startPatienceMs),
    node: {
      name: nodeName,
      ip: nodeIP,
      memoryBytes: machine.memoryBytes,
      allocatable: allocatable(machine, thresholdsOf(options)),
      selinux: machine.selinux,
      apparmor: machine.apparmor,
      runtime: abilities,
    },
    nodeDns: parseResolvConf(await readFile(resolvConf ?? '/etc/resolv.conf', 'utf8').catch(() => '')),
    clusterDns: async () => ({ server: clusterDns ?? (await dnsService()), domain: clusterDomain ?? 'cluster.local' }),
    pressures,
    isShuttingDown,
    probes: new ProbeMetrics(),
    services: async () => {
      await services.synced;
      return services.list();
    },
    signal,
  };
}
