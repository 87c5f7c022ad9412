/** Builds the local images and puts them into a containerd, unless exactly these are there already. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '../../api/clock.js';
import type { Cri } from '../cri/cri.js';
import { buildImages } from './local.js';
import type { BuiltImage } from './oci.js';

const run = promisify(execFile);

export interface ImportOptions {
  cri: Cri;
  ctr: string;
  /** For the archives while they are imported. */
  workDir: string;
  clock: Clock;
}

const busyboxPaths = ['/bin/busybox', '/usr/bin/busybox'];

/** Go's name of this machine's architecture. */
export const architecture = (): string => ({ x64: 'amd64', ia32: '386' })[process.arch as string] ?? process.arch;

/** Throws when there is no busybox, or the runtime refuses an image. */
export async function importLocalImages(options: ImportOptions): Promise<void> {
  const path = busyboxPaths.find(existsSync);
  if (!path)
    throw new Error(`no busybox in ${busyboxPaths.join(' or ')}; install with: apt-get install busybox-static`);
  const [program, { stdout }] = await Promise.all([readFile(path), run(path, ['--list'])]);
  const images = buildImages({ program, applets: stdout.split('\n').filter(Boolean), architecture: architecture() });
  await Promise.all(images.map(image => importImage(image, options)));
}

async function importImage(image: BuiltImage, { cri, ctr, workDir, clock }: ImportOptions): Promise<void> {
  if ((await cri.imageStatus(image.name))?.id === image.id) return;
  await mkdir(workDir, { recursive: true });
  const file = join(workDir, `${image.id.replace('sha256:', '')}.tar`);
  await writeFile(file, image.archive);
  try {
    await run(ctr, ['--address', cri.socket, '--namespace', 'k8s.io', 'images', 'import', file]);
  } finally {
    await rm(file, { force: true });
  }
  await untilListed(image, cri, clock);
}

/** The CRI learns of an imported image by an event of its own, a moment later. */
async function untilListed(image: BuiltImage, cri: Cri, clock: Clock): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if ((await cri.imageStatus(image.name))?.id === image.id) return;
    await clock.sleep(10);
  }
  throw new Error(`the container runtime at ${cri.socket} does not show the image ${image.name} after its import`);
}
