/** `api-versions`: the groups that the server has, each with its versions. */
import type { Command } from 'commander';
import { addGlobalFlags, type GlobalFlags } from '../flags.js';

export function addApiVersions(program: Command): void {
  addGlobalFlags(program.command('api-versions'))
    .summary('the groups and versions that the server has')
    .action(async (flags: GlobalFlags) => {
      const [{ withSession }, { apiVersionOf }] = await Promise.all([
        import('../session.js'),
        import('../../api/kinds/row.js'),
      ]);
      await withSession(flags, async ({ resources }) => {
        const versions = new Set((await resources()).map(apiVersionOf));
        process.stdout.write(
          [...versions]
            .sort()
            .map(version => `${version}\n`)
            .join(''),
        );
      });
    });
}
