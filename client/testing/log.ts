/** A logger that says nothing, for tests. */
import { type Logger, pino } from 'pino';

export const silentLog: Logger = pino({ level: 'silent' });
