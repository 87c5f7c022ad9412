/** Getting ready what a container is made from: its image, and the images that it has mounted as volumes. */
import type { Container } from '../../api/types.js';
import { detailsOf } from '../cri/cri.js';
import type { Image } from '../cri/types.js';
import { ensureImage, ImageError } from '../images/ensure.js';
import { pullDelay } from '../images/policy.js';
import { containerSpec, type Job, say } from './job.js';

/** Between the failure itself and the report that it is not being tried again for a while. */
const showFailureMs = 1000;

type Wanted = Pick<Container, 'image' | 'imagePullPolicy'>;

class FetchFailure extends Error {
  constructor(
    readonly reason: ImageError['reason'] | 'CreateContainerError',
    /** The image's name. */
    readonly reference: string,
    cause: unknown,
  ) {
    super(detailsOf(cause), { cause });
  }
}

/** Goes on beside the worker: a pull can take minutes. */
export function fetchImage(job: Job, name: string): void {
  const { progress } = job;
  const container = containerSpec(job.pod, name);
  if (!container) return;
  progress.images.set(name, 'checking');
  const pulling = (): void => {
    progress.images.set(name, 'pulling');
    job.resume(`the image of container ${name} is being pulled`);
  };
  const work = async (): Promise<void> => {
    try {
      const image = await ensure(job, container, pulling, name);
      await fetchVolumes(job, container, pulling);
      progress.failures.delete(`image ${name}`);
      progress.foundImages.set(name, image);
      progress.images.set(name, 'ready');
      job.resume(`the image of container ${name} is there`);
    } catch (error) {
      await fetchFailed(job, name, error as FetchFailure);
    }
  };
  void work();
}

/** Throws FetchFailure. The events are about the container where one is named, and else about the pod. */
async function ensure(job: Job, wanted: Wanted, pulling: () => void, container?: string): Promise<Image> {
  const { cri, clock } = job.context;
  try {
    return await ensureImage(wanted, {
      pulling,
      cri,
      clock,
      say: (type, reason, message) => say(job, type, reason, message, container),
      pullSecrets: () => pullSecrets(job),
    });
  } catch (error) {
    throw new FetchFailure(error instanceof ImageError ? error.reason : 'ErrImagePull', wanted.image ?? '', error);
  }
}

async function pullSecrets({ pod, context }: Job) {
  const names = (pod.spec?.imagePullSecrets ?? []).flatMap(s => s.name ?? []);
  const found = await Promise.all(names.map(context.objects.of(pod).secret));
  return found.filter(secret => secret !== undefined);
}

/** What the container is to see of other images is mounted before it is made. Throws FetchFailure. */
async function fetchVolumes(job: Job, container: Container, pulling: () => void): Promise<void> {
  const { pod, context, running } = job;
  const mounted = new Set((container.volumeMounts ?? []).map(({ name }) => name));
  for (const volume of pod.spec?.volumes ?? []) {
    if (!volume.image || !mounted.has(volume.name)) continue;
    const { reference = '', pullPolicy } = volume.image;
    const wanted: Wanted = { image: reference, ...(pullPolicy === undefined ? {} : { imagePullPolicy: pullPolicy }) };
    const find = async (): Promise<string> => (await ensure(job, wanted, pulling)).id;
    await context.volumes.mountImage(pod, volume, find, running).catch(error => {
      if (error instanceof FetchFailure) throw error;
      const why = `failed to mount image volume "${volume.name}" (${reference}): ${detailsOf(error)}`;
      throw new FetchFailure('CreateContainerError', reference, why);
    });
  }
}

async function fetchFailed(job: Job, name: string, { reason, message, reference }: FetchFailure): Promise<void> {
  const { progress, context } = job;
  progress.images.delete(name);
  if (job.running.aborted) return;
  const delay = pullDelay(progress.failed(`image ${name}`));
  progress.notBefore.containers.set(name, context.clock.now() + delay);
  progress.problems.set(name, { reason, message });
  say(job, 'Warning', 'Failed', `Error: ${reason === 'CreateContainerError' ? message : reason}`, name);
  job.resume(`the image of container ${name}: ${reason}`);
  if (reason !== 'ErrImagePull') return;
  await context.clock.sleep(showFailureMs, job.running);
  if (job.running.aborted || progress.problems.get(name)?.reason !== reason) return;
  const backoff = `Back-off pulling image "${reference}"`;
  progress.problems.set(name, { reason: 'ImagePullBackOff', message: `${backoff}: ${reason}: ${message}` });
  say(job, 'Normal', 'BackOff', backoff, name);
  say(job, 'Warning', 'Failed', 'Error: ImagePullBackOff', name);
  job.resume(`the image of container ${name}: ImagePullBackOff`);
}
