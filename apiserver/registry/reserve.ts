/** Takes all that an object needs to have for itself, or nothing. */
import type { KindRow } from '../../api/kinds/row.js';
import type { AnyObject } from '../../api/types.js';
import type { Environment, Reservation } from './call.js';

const nothing: Reservation = { undo: () => undefined };

/** Throws what a reservation throws, with nothing taken. May change the object. */
export function reserve(env: Environment, row: KindRow, object: AnyObject, old: AnyObject | undefined): Reservation {
  const taken: Reservation[] = [];
  const undo = (): void => {
    for (const reservation of taken) reservation.undo();
  };
  try {
    for (const kept of env.reservations) if (kept.handles(row)) taken.push(kept.reserve(object, old));
  } catch (error) {
    undo();
    throw error;
  }
  return taken.length === 0 ? nothing : { undo };
}
