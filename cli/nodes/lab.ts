/** `orrery node stop|start|cut|heal NAME`: what can happen to a machine, done to a further node. Each can be said twice. */
import { exclusively } from '../cluster/exclusive.js';
import { heeding } from '../cluster/interrupted.js';
import { type ClusterConfig, dataDirFlag, layoutOf, readConfig } from '../cluster/layout.js';
import { noCluster } from '../cluster/neighbours.js';
import { runningIn } from '../cluster/processes.js';
import { asRoot } from '../cluster/root.js';
import type { Steps } from '../cluster/steps.js';
import { Failure } from '../failure.js';
import { endNode, type FurtherNode, furtherNodeNamed, isRunning, usualLab } from './further.js';
import { type LabState, type NodeConfig, writeMember } from './member.js';
import { bringUpFurther } from './up.js';
import { setPlug } from './wire.js';

export interface LabOptions {
  dataDir: string;
  /** Of the node. */
  name: string;
  steps: Steps;
}

interface Subject extends LabOptions {
  cluster: ClusterConfig;
  node: FurtherNode;
  state: LabState;
  /** Writes down what the node's state is from now on. */
  keep(change: Partial<LabState>): void;
}

/** The machine is switched off: nothing of the node runs any more, and nobody was told. */
export const stopLabNode = (options: LabOptions): Promise<void> =>
  onNode('switch a node off', options, async ({ node, dataDir, name, state, keep, steps }) => {
    if (state.power === 'off') return steps.say(`node ${name} is switched off already`);
    await steps.run(`switching ${name} off`, async () => {
      // First the cable: a machine that loses its power says no farewell.
      if (isRunning(node)) await setPlug(node.n, false);
      keep({ power: 'off' });
      await endNode(node, dataDir);
    });
  });

export const startLabNode = (options: LabOptions): Promise<void> =>
  onNode('switch a node on', options, async ({ node, dataDir, name, cluster, state, keep, steps }) => {
    const layout = layoutOf(dataDir);
    if (runningIn(layout).length === 0)
      throw new Failure(`the cluster does not run: start it with 'sudo ./orrery up${dataDirFlag(dataDir)}' first.`);
    if (state.power === 'on' && isRunning(node)) return steps.say(`node ${name} is switched on already`);
    keep({ power: 'on' });
    await heeding(signal => bringUpFurther({ layout, config: cluster, steps, signal, only: node.n }));
  });

/** The node goes on behind a cable that is pulled: its pods run, and nobody hears of them. */
export const cutLabNode = (options: LabOptions): Promise<void> => plug(options, false);
export const healLabNode = (options: LabOptions): Promise<void> => plug(options, true);

const plug = (options: LabOptions, plugged: boolean): Promise<void> =>
  onNode(plugged ? 'plug a cable in' : 'pull a cable', options, async ({ node, name, state, keep, steps }) => {
    const cable = plugged ? 'plugged' : 'pulled';
    const done = plugged ? 'plugged in' : 'pulled';
    if (state.cable === cable) return steps.say(`the cable of ${name} is ${done} already`);
    if (isRunning(node)) await setPlug(node.n, plugged);
    keep({ cable });
    steps.say(`the cable of ${name} is ${done}${state.power === 'off' ? '; it is switched off all the same' : ''}`);
  });

function onNode(toDo: string, options: LabOptions, work: (subject: Subject) => Promise<void>): Promise<void> {
  const { dataDir, name } = options;
  asRoot(toDo);
  return exclusively(dataDir, async () => {
    const layout = layoutOf(dataDir);
    const cluster = readConfig(layout);
    if (!cluster) throw new Failure(`${noCluster(dataDir)}.`);
    if (name === cluster.nodeName)
      throw new Failure(
        `${name} is this machine itself, with the control plane: 'sudo ./orrery down${dataDirFlag(dataDir)}' stops it.`,
      );
    const { node, config } = furtherNodeNamed(layout, name);
    await work({ ...options, cluster, node, ...stateOf(node, config) });
  });
}

function stateOf({ layout }: FurtherNode, config: NodeConfig): Pick<Subject, 'state' | 'keep'> {
  const state = config.lab ?? usualLab;
  return { state, keep: change => writeMember(layout, { ...config, lab: { ...state, ...change } }) };
}
