/** Which images a node has, and how large they are. */
import type { Node } from '../../api/types.js';

/** Bytes by name. */
export function imageSizes(node: Node | undefined): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { names, sizeBytes = 0 } of node?.status?.images ?? [])
    for (const name of names ?? []) sizes.set(name, sizeBytes);
  return sizes;
}

/** As nodes tell their images: a name without a tag or digest is the latest. */
export function imageName(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  return last.includes(':') || last.includes('@') ? image : `${image}:latest`;
}
