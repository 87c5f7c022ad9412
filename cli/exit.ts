/** How the CLI ends when something went wrong: kubectl's sentences on stderr, and its exit codes. */
import { StatusError } from '../api/status.js';
import type { Status } from '../api/types.js';
import { ConnectionError } from '../client/client.js';
import { KubeconfigError } from '../client/kubeconfig.js';
import { Failure } from './failure.js';

/** What is printed; undefined when the error is a fault of ours, whose stack should be seen. */
export function sentenceFor(error: unknown): string | undefined {
  if (error instanceof StatusError) return statusSentence(error.status);
  if (error instanceof ConnectionError) return error.message;
  return error instanceof Failure || error instanceof KubeconfigError ? `error: ${error.message}` : undefined;
}

/** `when` says what was being done ('when creating "web.yaml"'): kubectl puts it before all but what is invalid. */
export function statusSentence(status: Status, when?: string): string {
  if (status.reason === 'Invalid') return invalidSentence(status);
  if (status.reason === 'Unauthorized') return `error: You must be logged in to the server (${status.message})`;
  const reason = status.reason ? ` (${status.reason})` : '';
  return `Error from server${reason}: ${when ? `error ${when}: ` : ''}${status.message ?? 'unknown error'}`;
}

/** One thing wrong stands on the line, several stand under it. */
function invalidSentence({ details, message }: Status): string {
  const what =
    details?.kind || details?.name ? `The ${details.kind} "${details.name}" is invalid` : 'The request is invalid';
  const causes = [...new Set((details?.causes ?? []).map(cause => `${cause.field}: ${cause.message}`))];
  if (causes.length === 0) return details?.name ? what : `${what}: ${message}`;
  return causes.length === 1 ? `${what}: ${causes[0]}` : [`${what}: `, ...causes.map(cause => `* ${cause}`)].join('\n');
}

export function exitWith(error: unknown): void {
  process.stderr.write(`${sentenceFor(error) ?? (error as Error).stack ?? String(error)}\n`);
  process.exitCode = error instanceof Failure ? error.exitCode : 1;
}

/**
 * Says an error that should not keep the rest of the work from being done; the exit code is 1 all the same.
 * Throws what is not the server's or the user's doing.
 */
export function report(error: unknown, when?: string): void {
  const sentence = error instanceof StatusError ? statusSentence(error.status, when) : sentenceFor(error);
  if (sentence === undefined || error instanceof ConnectionError) throw error;
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
