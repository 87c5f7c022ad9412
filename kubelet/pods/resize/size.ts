/** The part of a container's resources that may change while it runs. Pure. */
import * as quantity from '../../../api/quantity.js';
import type { Container } from '../../../api/types.js';

export type Resources = NonNullable<Container['resources']>;

/** Each as one text, so that 1 and 1000m are the same. */
export interface Size {
  cpu: string;
  memory: string;
}

const exact = (amount: string | undefined): string =>
  amount === undefined ? 'none' : String(quantity.parse(amount).nanos);

export function sizeOf(resources: Resources | undefined): Size {
  const of = (name: string): string => {
    const limit = resources?.limits?.[name];
    return `${exact(resources?.requests?.[name] ?? limit)} to ${exact(limit)}`;
  };
  return { cpu: of('cpu'), memory: of('memory') };
}

/** What of the two differs. */
export const changed = (a: Size, b: Size): (keyof Size)[] =>
  (['cpu', 'memory'] as const).filter(name => a[name] !== b[name]);

/** The resources whose change takes a restart of the container. */
export const restartsFor = ({ resizePolicy = [] }: Container): (keyof Size)[] =>
  resizePolicy.filter(p => p.restartPolicy === 'RestartContainer').map(p => p.resourceName as keyof Size);
