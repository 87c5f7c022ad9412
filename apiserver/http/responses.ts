/** From what a verb answered, or threw, to an HTTP response. */
import { StatusError, statusError } from '../../api/status.js';
import type { ApiResponse } from '../contracts.js';
import type { Answer } from '../registry/call.js';

export function responseOf(answer: Answer, auditID: string, warnings: readonly string[]): ApiResponse {
  const headers: Record<string, string> = {
    'audit-id': auditID,
    'cache-control': 'no-cache, private',
    'content-type': answer.contentType,
  };
  if (warnings.length > 0) headers.warning = told(warnings).map(warningText).join(', ');
  if (answer.stream) return { status: answer.status, headers, body: [], stream: answer.stream };
  return { status: answer.status, headers, body: answer.body };
}

/** Clients take headers only up to a size, and so long as these each warning is told whole (in characters). */
const maxWarnings = 4096;
const maxWarning = 256;

/** Each warning once; when they are long together, only their beginnings, and of those as many as fit. */
function told(warnings: readonly string[]): string[] {
  const distinct = [...new Set(warnings)];
  const length = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + text.length, 0);
  if (length(distinct) <= maxWarnings) return distinct;
  const short = distinct.map(text => text.slice(0, maxWarning));
  return short.filter((_, index) => length(short.slice(0, index + 1)) <= maxWarnings);
}

/** RFC 7234, with the code and the absent agent that Kubernetes uses. */
const warningText = (text: string): string =>
  `299 - "${text.replace(/[^\t\x20-\x7e]/g, '?').replace(/["\\]/g, character => `\\${character}`)}"`;

/** A Status for whatever was thrown. What is no StatusError is a bug, or a dependency that failed. */
export function responseTo(error: unknown, auditID: string): ApiResponse {
  const { status } = error instanceof StatusError ? error : internal(error);
  const code = status.code ?? 500;
  const retry = status.details?.retryAfterSeconds;
  return {
    status: code,
    headers: {
      'audit-id': auditID,
      'cache-control': 'no-cache, private',
      'content-type': 'application/json',
      ...(retry === undefined ? {} : { 'retry-after': String(retry) }),
    },
    body: [Buffer.from(JSON.stringify(status))],
  };
}

function internal(error: unknown): StatusError {
  const message = error instanceof Error ? error.message : String(error);
  const reason = error instanceof Error && error.name === 'Unavailable' ? 'ServiceUnavailable' : 'InternalError';
  const said = reason === 'InternalError' ? `Internal error occurred: ${message}` : message;
  return statusError(reason, said, { causes: [{ message }] });
}
