/** Refusals of the API server that a loop expects, and that mean there is nothing to do. */
import { StatusError } from '../api/status.js';

/** Nothing can be made in a namespace on its way out, and nothing needs to be. */
export const isNamespaceGoing = (error: unknown): boolean =>
  error instanceof StatusError && (error.status.details?.causes ?? []).some(c => c.reason === 'NamespaceTerminating');

/** Its namespace has gone already. */
export const isNotFound = (error: unknown): boolean => error instanceof StatusError && error.reason === 'NotFound';

export const isAlreadyExists = (error: unknown): boolean =>
  error instanceof StatusError && error.reason === 'AlreadyExists';

/** For `catch`: swallows an error that one of the tests knows, and passes on any other. */
export const except =
  (...known: ((error: unknown) => boolean)[]) =>
  (error: unknown): undefined => {
    if (!known.some(test => test(error))) throw error;
  };

/** Somebody else changed it, or made it anew, since it was read. */
export const isConflict = (error: unknown): boolean => error instanceof StatusError && error.reason === 'Conflict';
