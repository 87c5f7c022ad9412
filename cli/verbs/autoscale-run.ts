/** What `autoscale` does (see autoscale.ts for its flags). */
import { apiVersionOf } from '../../api/kinds/row.js';
import type { AnyObject } from '../../api/types.js';
import { Failure } from '../failure.js';
import { createAll, inWords } from '../objects/create.js';
import { type NamedTarget, namedTargets, objectOf } from '../objects/targets.js';
import { withSession } from '../session.js';
import type { AutoscaleFlags } from './autoscale.js';

export function autoscale(args: readonly string[], flags: AutoscaleFlags): Promise<void> {
  const { max, min } = flags;
  if (max < 1) throw new Failure(`--max=MAXPODS is required and must be at least 1, max: ${max}`);
  if (min !== undefined && max < min)
    throw new Failure(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`);
  return withSession(flags, async session => {
    const targets = await namedTargets(session, args, flags);
    for (const target of targets) {
      const { kind, group, version, plural, subresources } = target.resource;
      if (!subresources.includes('scale'))
        throw new Failure(
          `cannot autoscale a ${kind}: could not find scale subresource for ${group}/${version}, Resource=${plural} in discovery information`,
        );
      // It is refused here, in the words for what is not there, rather than made for nothing.
      await objectOf(session, target);
    }
    const autoscalers = targets.map(target => inWords(autoscalerFor(target, flags)));
    await createAll(session, autoscalers, flags, { said: 'autoscaled', fieldManager: 'kubectl-autoscale' });
  });
}

const autoscalerFor = ({ resource, name }: NamedTarget, flags: AutoscaleFlags): AnyObject => ({
  apiVersion: 'autoscaling/v1',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: flags.name ?? name },
  spec: {
    maxReplicas: flags.max,
    ...(flags.min === undefined ? {} : { minReplicas: flags.min }),
    scaleTargetRef: { apiVersion: apiVersionOf(resource), kind: resource.kind, name },
    ...(flags.cpuPercent === undefined ? {} : { targetCPUUtilizationPercentage: flags.cpuPercent }),
  },
});
