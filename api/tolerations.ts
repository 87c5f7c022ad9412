/** Which taints a pod puts up with. */
import type { Taint, Toleration } from './types.js';

/** An absent effect tolerates all effects; an absent key (with Exists) all taints. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { effect, key, operator, value = '' } = toleration;
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  switch (operator || 'Equal') {
    case 'Exists':
      return true;
    case 'Equal':
      return !!key && value === (taint.value ?? '');
    case 'Lt':
      return compares(taint.value, value, (a, b) => a < b);
    case 'Gt':
      return compares(taint.value, value, (a, b) => a > b);
    default:
      return false;
  }
}

export const anyTolerates = (tolerations: readonly Toleration[], taint: Taint): boolean =>
  tolerations.some(toleration => tolerates(toleration, taint));

/** Numeric tolerations: the taint's value against the toleration's; what is no integer is not tolerated. */
function compares(taint = '', toleration: string, holds: (taint: bigint, toleration: bigint) => boolean): boolean {
  const integer = /^-?\d+$/;
  return integer.test(taint) && integer.test(toleration) && holds(BigInt(taint), BigInt(toleration));
}
