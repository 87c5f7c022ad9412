/** One pod as it is wished for, and as it is given: its containers keep their sizes until the node has room for others. */
import type { Pod } from '../../../api/types.js';
import { containerSpec } from '../job.js';
import type { ContainerSeen } from '../seen.js';
import { allocate, type Pending, resourcesInStatus, resourcesOf, type Surroundings } from './allocation.js';
import type { Resources } from './size.js';

export class Allotment {
  /** With the sizes that it was given. */
  pod: Pod;
  pending: Pending | undefined;
  #given: ReadonlyMap<string, Resources | undefined> | undefined;

  /** `wished`: as the API has it. */
  constructor(public wished: Pod) {
    this.pod = wished;
    this.#given = resourcesInStatus(wished);
  }

  wish(pod: Pod): void {
    this.wished = pod;
  }

  /** Looked at again and again: others may have gone. Answers what it waits for, if that is news. */
  renew(surroundings: Surroundings): Pending | undefined {
    const before = this.pending;
    const { pod, pending } = allocate(this.wished, this.#given, surroundings);
    this.pod = pod;
    this.pending = pending;
    this.#given = resourcesOf(pod);
    return pending?.reason === before?.reason ? undefined : pending;
  }

  /** What containers run with that an earlier kubelet has made: the API tells, or they are as they should be. */
  learn(sizes: Map<string, Resources | undefined>, containers: readonly ContainerSeen[]): void {
    const { containerStatuses = [], initContainerStatuses = [] } = this.wished.status ?? {};
    const told = [...containerStatuses, ...initContainerStatuses];
    const ids = new Set(containers.map(c => c.id));
    for (const id of sizes.keys()) if (!ids.has(id)) sizes.delete(id);
    for (const { id, name } of containers)
      if (!sizes.has(id))
        sizes.set(
          id,
          told.find(s => s.containerID?.endsWith(id))?.resources ?? containerSpec(this.pod, name)?.resources,
        );
  }
}
