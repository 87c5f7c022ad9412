/** `orrery component NAME...`: the components themselves, in the foreground of this process. `up` starts three of these. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { pino } from 'pino';
import { systemClock } from '../../api/clock.js';
import { Failure } from '../failure.js';
import { isHollow } from '../hollow/file.js';
import { type NodeConfig, readMember } from '../nodes/member.js';
import { rotateCredentials } from '../nodes/rotation.js';
import { apiServerPlan, loopsPlan } from './control-planes.js';
import { type ClusterConfig, type Layout, layoutOf, readConfig } from './layout.js';
import { beatFile, startBeating } from './liveness/beat.js';
import { watchProcesses } from './liveness/watch.js';
import { keepLogsSmall } from './log-rotation.js';
import { machinesResolvConf } from './resolv-conf.js';

interface Running {
  stop(): Promise<void>;
}

interface Setting {
  layout: Layout;
  /** Of the node that is run here. */
  node: NodeConfig | ClusterConfig;
  /** Throws a Failure where only a node is kept. */
  cluster(): ClusterConfig;
  /** Which of several, from 1. */
  controlPlane: number;
  log: pino.Logger;
  /** For the API server. */
  flags: readonly string[];
  /** Stops the whole process: a component that cannot go on must not pretend to. */
  fatal: (component: string, error: unknown) => void;
}

/** Loaded only when asked for, so that each process holds no more than what it runs. */
const starters: Record<string, (setting: Setting) => Promise<Running>> = {
  async apiserver({ layout, cluster, controlPlane, log, flags, fatal }) {
    const config = cluster();
    const { flags: own, ...plan } = apiServerPlan(layout, config, controlPlane);
    const { settingsOf, startApiServer } = await import('../../apiserver/main.js');
    return startApiServer({
      dataDir: layout.dataDir,
      ...plan,
      bindAddress: '0.0.0.0',
      advertiseAddress: config.address,
      serviceCidr: config.serviceCidr,
      localVolumes: join(layout.dataDir, 'local-volumes'),
      // What this call says comes last, and so counts.
      settings: settingsOf([...own, ...(config.apiserverArgs ?? []), ...flags]),
      log,
      clock: systemClock,
      onFatal: error => fatal('apiserver', error),
    });
  },
  async controllers({ layout, cluster, controlPlane, log }) {
    const config = cluster();
    const { startControllers } = await import('../../controllers/main.js');
    return startControllers({
      kubeconfig: join(layout.kubeconfigs, 'controllers.conf'),
      ...loopsPlan(config, controlPlane),
      // Hollow nodes have no pods that anybody must route to.
      ...(isHollow(layout) ? {} : { clusterCidr: config.clusterCidr }),
      ...(config.nodeMonitorGraceMs === undefined ? {} : { nodeMonitorGraceMs: config.nodeMonitorGraceMs }),
      serviceAccountPrivateKeyFile: join(layout.pki, 'sa.key'),
      clusterSigningCertFile: join(layout.pki, 'ca.crt'),
      clusterSigningKeyFile: join(layout.pki, 'ca.key'),
      log,
      clock: systemClock,
    });
  },
  async scheduler({ layout, cluster, controlPlane, log }) {
    const config = cluster();
    const { startScheduler } = await import('../../scheduler/main.js');
    const written = readYamlIfThere(join(layout.dataDir, 'scheduler.yaml'));
    return startScheduler({
      ...(written === undefined ? {} : { config: written }),
      kubeconfig: join(layout.kubeconfigs, 'scheduler.conf'),
      ...loopsPlan(config, controlPlane),
      log,
      clock: systemClock,
    });
  },
  async kubelet({ layout, node: config, log }) {
    const { startKubelet } = await import('../../kubelet/main.js');
    const written = readYamlIfThere(join(layout.dataDir, 'kubelet.yaml'));
    return startKubelet({
      kubeconfig: join(layout.kubeconfigs, 'kubelet.conf'),
      nodeName: config.nodeName,
      nodeIP: config.address,
      dataDir: layout.node,
      port: config.kubeletPort,
      podCidr: config.podCidr,
      clusterCidr: config.clusterCidr,
      pkiDir: layout.pki,
      ...(written === undefined ? {} : { configuration: written }),
      resolvConf: config.resolvConf ?? machinesResolvConf(),
      ...('cgroupParent' in config ? { cgroupParent: config.cgroupParent } : {}),
      log,
      clock: systemClock,
    });
  },
  async hollow({ layout, log }) {
    const [{ startHollow }, { readHollow }] = await Promise.all([
      import('../../kubelet/hollow/main.js'),
      import('../hollow/file.js'),
    ]);
    const { count, read: script } = readHollow(layout);
    const kubeconfig = join(layout.kubeconfigs, 'admin.conf');
    return startHollow({ kubeconfig, count, script, log, clock: systemClock });
  },
  async proxy({ layout, node: config, log }) {
    const { startProxy } = await import('../../proxy/main.js');
    return startProxy({
      kubeconfig: join(layout.kubeconfigs, 'proxy.conf'),
      nodeName: config.nodeName,
      podCidr: config.podCidr,
      clusterCidr: config.clusterCidr,
      serviceRoute: { cidr: config.serviceCidr, source: config.address },
      routesToNodes: true,
      dns: {
        resolvConf: config.resolvConf ?? machinesResolvConf(),
        serviceCidr: config.serviceCidr,
        ...domainOf(readYamlIfThere(join(layout.dataDir, 'kubelet.yaml'))),
      },
      log,
      clock: systemClock,
    });
  },
};

/** Throws the reason why a file that is there cannot be read. */
function readYamlIfThere(file: string): unknown {
  return existsSync(file) ? load(readFileSync(file, 'utf8')) : undefined;
}

/** Pods ask for names of the domain that their kubelet says, which is who reads the file as a whole. */
function domainOf(kubeletConfiguration: unknown): { domain?: string } {
  const { clusterDomain } = (kubeletConfiguration ?? {}) as { clusterDomain?: unknown };
  return typeof clusterDomain === 'string' && clusterDomain !== '' ? { domain: clusterDomain.toLowerCase() } : {};
}

function lookAfterOthers(layout: Layout, config: ClusterConfig, name: string, log: pino.Logger): Running {
  const stopping = new AbortController();
  const { signal } = stopping;
  const watching = watchProcesses({ layout, config, name, clock: systemClock, log, signal });
  return {
    stop() {
      stopping.abort();
      return watching;
    },
  };
}

/** Of a node that has joined: those of a cluster's own machine are renewed by `up`. */
function keepCredentials(layout: Layout, { nodeName }: NodeConfig, log: pino.Logger): Running {
  const stopping = new AbortController();
  const { signal } = stopping;
  const rotating = rotateCredentials({ layout, nodeName, clock: systemClock, chance: Math.random(), log, signal });
  return {
    stop() {
      stopping.abort();
      return rotating;
    },
  };
}

export interface RunOptions {
  dataDir: string;
  /** Which of several, from 1. */
  controlPlane: number;
  /** For the API server. */
  flags: readonly string[];
  /** The name under which `up` keeps it. */
  process?: string;
}

export async function runComponents(
  names: readonly string[],
  { dataDir, controlPlane, flags, process: keptAs }: RunOptions,
): Promise<void> {
  if (flags.length > 0 && !names.includes('apiserver'))
    throw new Failure(`${flags[0]} is a flag of the API server, and it is not among what is to run.`);
  const layout = layoutOf(dataDir);
  const config = readConfig(layout);
  const missing = (): never => {
    throw new Failure(`${layout.config} is missing: start the cluster with 'sudo ./orrery up' first.`);
  };
  const node = config ?? readMember(layout) ?? missing();
  const log = pino({
    level: process.env.ORRERY_LOG ?? 'info',
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
  });
  const running: Running[] = [];
  let stopping = false;
  const stop = async (code: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    for (const component of running.reverse()) await component.stop();
    process.exit(code);
  };
  const fatal = (component: string, error: unknown): void => {
    log.fatal({ component, err: error }, 'cannot go on; stopping');
    process.exit(1);
  };
  process.on('SIGTERM', () => void stop(0));
  process.on('SIGINT', () => void stop(0));
  // The channel to a keeper in Node: without one, nobody would start it again, and it would hold its port against the next `up`.
  process.on('disconnect', () => void stop(0));
  if (keptAs !== undefined && !names.includes('apiserver')) {
    startBeating(beatFile(layout, keptAs));
    if (config) running.push(lookAfterOthers(layout, config, keptAs, log));
  }
  const member = config ? undefined : (node as NodeConfig);
  if (member && !member.lab && names.includes('kubelet')) running.push(keepCredentials(layout, member, log));
  // The smallest process does it for all of them.
  if ((names.includes('controllers') && controlPlane === 1) || !config) await keepLogsSmall(layout.logs);
  for (const name of names) {
    const start = starters[name];
    if (!start)
      throw new Failure(`there is no component "${name}": the components are ${Object.keys(starters).join(', ')}.`);
    const setting = {
      layout,
      node,
      cluster: () => config ?? missing(),
      controlPlane,
      flags,
      log: log.child({ component: name }),
      fatal,
    };
    try {
      running.push(await start(setting));
    } catch (error) {
      // Into the log, where `up` looks for the reason.
      const { message: reason, stack } = error as Error;
      log.fatal({ component: name, reason, stack }, 'cannot start');
      process.exit(1);
    }
  }
}
