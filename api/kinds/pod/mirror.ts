import type { Pod } from '../../types.js';

/** On what a kubelet shows of a pod that it runs from a file. */
export const mirrorAnnotation = 'kubernetes.io/config.mirror';

export const isMirror = ({ metadata }: Pod): boolean => metadata.annotations?.[mirrorAnnotation] !== undefined;
