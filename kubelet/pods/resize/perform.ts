/** Gives the running containers of a pod the sizes that it was allocated. A failure is shown, and tried again later. */
import * as quantity from '../../../api/quantity.js';
import type { Container } from '../../../api/types.js';
import { exponential } from '../../../client/queue/backoff.js';
import { type Cri, detailsOf } from '../../cri/cri.js';
import { linuxResources } from '../config/resources.js';
import { containerSpec, type Job, say } from '../job.js';
import { changed, sizeOf } from './size.js';

const backoff = { baseMs: 1000, maxMs: 60_000 };

export async function resizePod(job: Job): Promise<void> {
  const { context, pod, progress, seen } = job;
  const { cgroups, cri, clock, node } = context;
  try {
    // The group around them must hold the old sizes as well as the new ones, until all have changed.
    await cgroups.widen(pod);
    for (const { id, name, state } of seen.containers) {
      const container = containerSpec(pod, name);
      const has = progress.sizes.get(id);
      if (state !== 'running' || !container || !progress.sizes.has(id)) continue;
      if (changed(sizeOf(has), sizeOf(container.resources)).length === 0) continue;
      await refuseTooLittle(cri, id, container);
      const machine = { nodeMemoryBytes: node.memoryBytes, cgroupVersion: cgroups.version };
      await cri.updateContainerResources(id, linuxResources(pod, container, machine));
      progress.sizes.set(id, container.resources);
    }
    await cgroups.create(pod);
    progress.failures.delete('resize');
    delete progress.resizeProblem;
    say(job, 'Normal', 'ResizeCompleted', 'Pod resize completed');
  } catch (error) {
    progress.resizeProblem = detailsOf(error);
    progress.notBefore.resize = clock.now() + exponential(backoff, progress.failed('resize'));
    say(job, 'Warning', 'ResizeError', `Pod resize error: ${progress.resizeProblem}`);
  }
}

/** Where the kernel takes a limit below what is used, it kills for it. */
async function refuseTooLittle(cri: Cri, id: string, { name, resources }: Container): Promise<void> {
  const limit = resources?.limits?.memory;
  if (limit === undefined) return;
  const used = (await cri.containerStats(id)).memory?.workingSetBytes?.value ?? 0;
  const bytes = quantity.toNumber(quantity.parse(limit));
  if (used > bytes)
    throw new Error(
      `attempting to set the memory limit of container ${name} (${bytes}) below its current usage (${used})`,
    );
}
