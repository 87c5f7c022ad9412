/**
 * Prefers nodes that have the pod's images already: by their size, and less for images that few nodes have, so that not all
 * pods gather where an image happens to be.
 */
import { imageName } from '../model/images.js';
import type { NodeState } from '../model/node-state.js';
import type { View } from '../view.js';
import { most, type Score } from './score.js';

const megabyte = 1024 * 1024;
/** Less is pulled in no time; more than so much an image makes no further difference. */
const smallest = 23 * megabyte;
const largest = 1000 * megabyte;

export const imageLocality: Score = {
  name: 'ImageLocality',
  rate: ({ pod }, nodes, view) => {
    const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    const names = containers.flatMap(({ image }) => (image ? [imageName(image)] : []));
    if (!names.some(name => view.nodesWithImage(name) > 0)) return undefined;
    const limit = largest * containers.length;
    const rateOf = (node: NodeState): number => {
      const bytes = Math.min(
        limit,
        Math.max(
          smallest,
          names.reduce((sum, name) => sum + worth(name, node, view), 0),
        ),
      );
      return Math.floor((most * (bytes - smallest)) / (limit - smallest));
    };
    return nodes.map(rateOf);
  },
};

const worth = (name: string, { images }: NodeState, view: View): number =>
  Math.floor((images.get(name) ?? 0) * (view.nodesWithImage(name) / view.nodes().length));
