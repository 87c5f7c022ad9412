/** The command line. Each verb is a file; what a verb does is loaded when it is called, so that `--help` is quick. */
import { Command } from 'commander';
import { kubectlArguments } from './arguments.js';
import { addClusterCommands } from './cluster/commands.js';
import { exitWith } from './exit.js';
import { addNodeCommands } from './nodes/commands.js';
import { endWithReader } from './output/broken-pipe.js';
import { addVerbs } from './verbs/index.js';

const program = new Command('orrery')
  .description('A Kubernetes-compatible container orchestrator to read, watch and take apart')
  .showSuggestionAfterError()
  .enablePositionalOptions()
  .configureHelp({ showGlobalOptions: false });

program.commandsGroup('The cluster:');
addClusterCommands(program);
addNodeCommands(program);
program.commandsGroup('Objects (as kubectl has them, against any cluster):');
addVerbs(program);

endWithReader(process.stdout);
try {
  await program.parseAsync(kubectlArguments(process.argv.slice(2), program), { from: 'user' });
} catch (error) {
  exitWith(error);
}
