/** Gets an image ready for a container: looks for it, pulls it where the policy says so, and reports both. */
import type { Clock } from '../../api/clock.js';
import type { Container, Secret } from '../../api/types.js';
import { type Cri, detailsOf } from '../cri/cri.js';
import type { Image, RegistryAuth } from '../cri/types.js';
import { isLocalImage, localImages } from './local.js';
import { defaultPolicy, imageVerdict, type PullPolicy } from './policy.js';
import { authsFor } from './registry-auth.js';

export type Say = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

/** The image cannot be had now; `reason` is the container's waiting reason. */
export class ImageError extends Error {
  constructor(
    readonly reason: 'ErrImagePull' | 'ErrImageNeverPull' | 'InvalidImageName' | 'ImageInspectError',
    message: string,
  ) {
    super(message);
    this.name = 'ImageError';
  }
}

export interface EnsureOptions {
  cri: Cri;
  clock: Clock;
  say: Say;
  /** Called when it has to be pulled. */
  pulling: () => void;
  /** The secrets that the pod's imagePullSecrets name. */
  pullSecrets: () => Promise<readonly Secret[]>;
}

/** Of a container; a volume that is an image asks in the same way. Throws ImageError. */
export async function ensureImage(
  { image: name = '', imagePullPolicy }: Pick<Container, 'image' | 'imagePullPolicy'>,
  options: EnsureOptions,
): Promise<Image> {
  const { cri, say } = options;
  if (!validName.test(name))
    throw new ImageError(
      'InvalidImageName',
      `Failed to apply default image tag "${name}": couldn't parse image name "${name}": invalid reference format`,
    );
  const policy = (imagePullPolicy ?? defaultPolicy(name)) as PullPolicy;
  const present = await inspect(cri, name);
  switch (imageVerdict(name, policy, present !== undefined)) {
    case 'never':
      throw new ImageError('ErrImageNeverPull', `Container image "${name}" is not present with pull policy of Never`);
    case 'pull':
      return pull(name, options);
    case 'use':
      say('Normal', 'Pulled', `Container image "${name}" already present on machine`);
      return present as Image;
  }
}

/** A registry may be written in capitals, what it holds may not. */
const registry = '(\\[[0-9a-fA-F:]+\\]|[A-Za-z0-9]+([.-]+[A-Za-z0-9]+)*)(:[0-9]+)?';
const part = '[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*';
const digest = '[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
const validName = new RegExp(`^(${registry}/)?${part}(/${part})*(:\\w[\\w.-]{0,127})?(@${digest})?$`);

async function inspect(cri: Cri, name: string): Promise<Image | undefined> {
  try {
    return await cri.imageStatus(name);
  } catch (error) {
    throw new ImageError('ImageInspectError', `Failed to inspect image "${name}": ${detailsOf(error)}`);
  }
}

/** Tries all that may be right; what the last one was told stands for all. */
async function pullWithAny(cri: Cri, name: string, auths: readonly RegistryAuth[]): Promise<void> {
  const [first, ...others] = auths;
  try {
    await cri.pullImage(name, first);
  } catch (error) {
    if (others.length === 0) throw error;
    await pullWithAny(cri, name, others);
  }
}

async function pull(name: string, { cri, clock, say, pulling, pullSecrets }: EnsureOptions): Promise<Image> {
  pulling();
  say('Normal', 'Pulling', `Pulling image "${name}"`);
  const start = clock.now();
  try {
    if (isLocalImage(name)) throw new Error(`it is made on this machine, which has ${localImages.join(' and ')}`);
    await pullWithAny(cri, name, authsFor(name, await pullSecrets()));
    const image = await cri.imageStatus(name);
    if (!image) throw new Error('the runtime does not show the image after its pull');
    const took = clock.now() - start;
    const text = took < 1000 ? `${took}ms` : `${took / 1000}s`;
    say(
      'Normal',
      'Pulled',
      `Successfully pulled image "${name}" in ${text} (${text} including waiting). Image size: ${image.size} bytes.`,
    );
    return image;
  } catch (error) {
    const message = detailsOf(error);
    say('Warning', 'Failed', `Failed to pull image "${name}": ${message}`);
    throw new ImageError('ErrImagePull', message);
  }
}
