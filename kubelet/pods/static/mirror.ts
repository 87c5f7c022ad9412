/** What the API shows of a static pod: a mirror, that nobody runs. Pure. */
import { mirrorAnnotation } from '../../../api/kinds/pod/mirror.js';
import type { Node, Pod } from '../../../api/types.js';
import { hashOf } from './manifest.js';

/** It goes with its node. */
export function mirrorOf(pod: Pod, node: Node): Pod {
  const { uid: _, ...metadata } = pod.metadata;
  const owner = {
    apiVersion: 'v1',
    kind: 'Node',
    name: node.metadata.name ?? '',
    uid: node.metadata.uid ?? '',
    controller: true,
  };
  const annotations = { ...metadata.annotations, [mirrorAnnotation]: hashOf(pod) };
  return { ...pod, metadata: { ...metadata, annotations, ownerReferences: [owner] } };
}

/** `pod`: as the file has it now, or while what is left of it is ending. */
export function mirrorStep(pod: Pod | undefined, mirror: Pod | undefined): 'create' | 'delete' | 'nothing' {
  if (!mirror) return pod ? 'create' : 'nothing';
  const isOld = !pod || mirror.metadata.annotations?.[mirrorAnnotation] !== hashOf(pod);
  // Whoever has deleted a mirror has not deleted its pod: it comes back.
  return isOld || mirror.metadata.deletionTimestamp !== undefined ? 'delete' : 'nothing';
}
