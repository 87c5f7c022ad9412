/** The ServiceCIDR `kubernetes`: the range of this server's flags, which is always ready. */
import { timestamp } from '../../api/clock.js';
import type { AnyObject, ServiceCIDR } from '../../api/types.js';
import type { Environment } from '../registry/call.js';
import { canonicalRange } from '../registry/services/addresses.js';
import { change } from '../registry/write.js';
import { ensureExists, exists, rowOf } from './ensure.js';
import { type Advertised, serviceCidrObject } from './objects.js';

/** A range that others wrote (this server was started with another one) is left. */
export async function ensureServiceCidr(env: Environment, advertised: Pick<Advertised, 'serviceCidr'>): Promise<void> {
  const wanted = serviceCidrObject(advertised);
  if (!exists(env, wanted)) await ensureExists(env, wanted);
  const place = { row: rowOf(env, wanted), namespace: '', name: 'kubernetes', dryRun: false };
  await change(env, place, current => {
    const { spec, status } = current.object as unknown as ServiceCIDR;
    const isReady = status?.conditions?.some(({ type }) => type === 'Ready');
    if (isReady || spec?.cidrs?.[0] !== canonicalRange(advertised.serviceCidr)) return { kind: 'keep' };
    const object = current.decode();
    object.status = { conditions: [ready(env.clock.now())] };
    return { kind: 'write', object: object as AnyObject };
  });
}

const ready = (now: number) => ({
  type: 'Ready',
  status: 'True',
  reason: '',
  message: 'Kubernetes default Service CIDR is ready',
  lastTransitionTime: timestamp(now),
});
