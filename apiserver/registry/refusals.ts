/** What is said to a request for something that does not exist at all. */
import { statusError } from '../../api/status.js';

export const unknownPath = () => statusError('NotFound', 'the server could not find the requested resource', {});

export const methodNotAllowed = () =>
  statusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
