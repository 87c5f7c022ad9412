/** Tolerations that say what others say already. */
import { semanticEqual } from '../../api/json.js';
import type { Toleration } from '../../api/types.js';

/** Without those that another one includes; of equal ones the first stays. */
export const mergeTolerations = (all: readonly Toleration[]): Toleration[] =>
  all.filter(
    (toleration, index) =>
      !all.some((other, place) => {
        if (place === index) return false;
        if (semanticEqual(other, toleration)) return place < index;
        return includes(other, toleration);
      }),
  );

/** Does `wide` tolerate everything that `narrow` does? */
export function includes(wide: Toleration, narrow: Toleration): boolean {
  const anyKey = !wide.key && wide.operator === 'Exists';
  if ((narrow.key ?? '') !== (wide.key ?? '') && !anyKey) return false;
  if (wide.effect && narrow.effect !== wide.effect) return false;
  if (wide.effect === 'NoExecute' && wide.tolerationSeconds != null) {
    if (narrow.tolerationSeconds == null || narrow.tolerationSeconds > wide.tolerationSeconds) return false;
  }
  if (wide.operator === 'Exists') return true;
  return narrow.operator === 'Equal' && (narrow.value ?? '') === (wide.value ?? '');
}
