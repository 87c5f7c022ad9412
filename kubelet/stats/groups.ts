/** What every control group uses now: the machine's, the pods', their sandboxes' and containers'. */
import type { Pod } from '../../api/types.js';
import type { Cri } from '../cri/cri.js';
import { podName } from '../directories.js';
import { pauseImage } from '../images/local.js';
import type { Cgroups } from '../pods/cgroups.js';
import { readySandbox, type Seen } from '../pods/seen.js';
import type { Group } from './cadvisor.js';
import type { SandboxPids } from './sandbox-pids.js';
import { readCgroup, readInterfaceCounts, readMachineUsage } from './usage.js';

export interface GroupOptions {
  cri: Cri;
  cgroups: Cgroups;
  pids: SandboxPids;
  pods: () => readonly { pod: Pod; seen: Seen }[];
}

const nobody = { container: '', image: '', name: '', namespace: '', pod: '' };

/** Throws when the runtime does not answer. */
export async function readGroups({ cri, cgroups, pids, pods }: GroupOptions): Promise<Group[]> {
  const stats = await cri.listContainerStats();
  const layers = new Map(stats.map(one => [one.attributes.id, one.writableLayer?.usedBytes?.value]));
  const group = async (id: string, more: Partial<Group>): Promise<Group> => ({
    ...nobody,
    id,
    ...more,
    usage: await readCgroup(id, cgroups.version),
  });
  const ofPod = async ({ pod, seen }: { pod: Pod; seen: Seen }): Promise<Group[]> => {
    const sandbox = readySandbox(seen);
    if (!sandbox) return [];
    const path = cgroups.path(pod);
    const { namespace, name } = podName(pod);
    const mine = { namespace, pod: name };
    const running = seen.containers.filter(c => c.state === 'running');
    return Promise.all([
      group(path, mine),
      networkOf(pod, sandbox.id, pids).then(network =>
        group(`${path}/${sandbox.id}`, { ...mine, ...network, name: sandbox.id, image: pauseImage }),
      ),
      ...running.map(({ id, name: container, image, startedAt }) => {
        const layerBytes = layers.get(id);
        const known = layerBytes === undefined ? {} : { layerBytes };
        return group(`${path}/${id}`, { ...mine, ...known, container, image, name: id, startedAt });
      }),
    ]);
  };
  const machine: Group = { ...nobody, id: '/', usage: await readMachineUsage() };
  return [machine, ...(await Promise.all(pods().map(ofPod))).flat()];
}

/** The node's own network is nobody's in particular. */
async function networkOf({ spec }: Pod, sandbox: string, pids: SandboxPids): Promise<Pick<Group, 'interfaces'>> {
  const pid = spec?.hostNetwork ? undefined : await pids.of(sandbox);
  return pid === undefined ? {} : { interfaces: await readInterfaceCounts(pid) };
}
