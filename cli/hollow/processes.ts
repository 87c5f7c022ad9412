/** The processes of a cluster of hollow nodes. */
import { type ProcessSpec, processSpecs } from '../cluster/processes.js';

export const hollowSpecs: readonly ProcessSpec[] = [
  ...processSpecs.filter(({ name }) => name === 'apiserver' || name === 'controllers'),
  { name: 'hollow', components: ['hollow'] },
];
