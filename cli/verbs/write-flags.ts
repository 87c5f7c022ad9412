/** Flags that all verbs that write have. */
import { Option } from 'commander';

export const dryRunFlag = (): Option =>
  new Option('--dry-run [strategy]', "only say what would be done: 'client', or 'server' to have it checked there")
    .choices(['none', 'client', 'server'])
    .preset('client');

/** kubectl's: true is strict, false is ignore. */
export const validationFlag = (): Option =>
  new Option('--validate [strictness]', 'what unknown fields are: errors (strict), warnings (warn) or nothing (ignore)')
    .choices(['strict', 'warn', 'ignore', 'true', 'false'])
    .preset('strict')
    .default('strict');
