/** Each pod asks its registry anew, with its own secrets: what another tenant's pod left on a node is nobody else's. */
import { invalid } from '../../../api/status.js';
import type { Container, Pod } from '../../../api/types.js';
import { notSupported } from '../../../api/validation/errors.js';
import type { AdmissionPlugin, AdmissionRequest } from '../../contracts.js';
import { nameOf, newPod, writesPod } from '../request.js';

type WithImages = NonNullable<Pod['spec']>;

const lists = ['initContainers', 'containers', 'ephemeralContainers'] as const;

export const alwaysPullImages: AdmissionPlugin = {
  name: 'AlwaysPullImages',
  handles: request => writesPod(request) && hasNewImages(request),
  mutate(request) {
    const { spec } = newPod(request);
    if (!spec) return;
    for (const list of lists) for (const container of containersIn(spec, list)) container.imagePullPolicy = 'Always';
    for (const { image } of spec.volumes ?? []) if (image) image.pullPolicy = 'Always';
  },
  // Once more, for what other plug-ins made of the pod since.
  validate(request) {
    const { spec } = newPod(request);
    if (!spec) return;
    const errors = lists.flatMap(list =>
      containersIn(spec, list).flatMap(({ imagePullPolicy }, index) =>
        imagePullPolicy === 'Always'
          ? []
          : [notSupported(`spec.${list}[${index}].imagePullPolicy`, imagePullPolicy ?? '', ['Always'])],
      ),
    );
    if (errors.length > 0) throw invalid('Pod', '', nameOf(request), errors);
  },
};

const containersIn = (spec: WithImages, list: (typeof lists)[number]): Container[] => (spec[list] ?? []) as Container[];

/** An update that keeps the images is nobody's business here: what is stored may be older than this rule. */
function hasNewImages({ object, oldObject }: AdmissionRequest): boolean {
  const before = oldObject && imagesOf(oldObject as unknown as Pod);
  return !before || imagesOf(object as unknown as Pod).some(image => !before.includes(image));
}

const imagesOf = ({ spec }: Pod): string[] =>
  spec ? lists.flatMap(list => containersIn(spec, list).map(({ image }) => image ?? '')) : [];
