/** The words for a precondition on the uid that does not hold. */
export const uidMismatch = (wanted: string, found: string | undefined): string =>
  `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found ?? ''}`;

/** What is said to a request for something that does not exist at all. */
import { statusError } from '../../api/status.js';

export const unknownPath = () => statusError('NotFound', 'the server could not find the requested resource', {});

export const methodNotAllowed = () =>
  statusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
