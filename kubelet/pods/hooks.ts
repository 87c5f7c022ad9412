/** Lifecycle hooks: one handler, run in or against a container. */
import type { Clock } from '../../api/clock.js';
import type { LifecycleHandler } from '../../api/types.js';
import { type ProbeTarget, runProbe } from '../probes/run.js';

/** Answers why the hook failed, or undefined. Ends with a failure after so many seconds. */
export async function runHook(
  hook: LifecycleHandler,
  target: ProbeTarget,
  timeoutSeconds: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (hook.sleep) {
    await clock.sleep(Math.min(hook.sleep.seconds, timeoutSeconds) * 1000, signal);
    return undefined;
  }
  const { exec, httpGet, tcpSocket } = hook;
  if (exec)
    return why(await runProbe({ exec }, timeoutSeconds, target), `command ${JSON.stringify(exec.command ?? [])}`);
  if (httpGet) return why(await runProbe({ httpGet }, timeoutSeconds, target), 'http request');
  if (tcpSocket) return 'tcpSocket is not supported in lifecycle hooks';
  return 'the hook has no handler';
}

const why = (result: { success: boolean; message: string }, what: string): string | undefined =>
  result.success ? undefined : `${what} failed: ${result.message}`;
