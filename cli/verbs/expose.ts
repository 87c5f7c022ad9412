/** `expose`: a service in front of what runs pods. */
import { type Command, Option } from 'commander';
import { addGlobalFlags, collect, collectList, type GlobalFlags } from '../flags.js';
import type { CreateOptions } from '../objects/create.js';
import type { ServiceWishes } from '../objects/service-for.js';
import { dryRunFlag } from './write-flags.js';

export interface ExposeFlags extends Omit<GlobalFlags, 'namespace'>, CreateOptions, ServiceWishes {}

export function addExpose(program: Command): void {
  addGlobalFlags(program.command('expose [type] [names...]'))
    .summary('put a service in front of pods')
    .option('-f, --filename <file>', 'what this manifest names (may be repeated)', collectList)
    .option('-R, --recursive', 'folders with those inside')
    .option('--name <name>', "the service's name (default: that of what it stands in front of)")
    .option('--port <ports>', 'where it listens (80 or 80,443; default: where the pods do)')
    .option('--target-port <port>', 'where the pods listen: a number or a name')
    .addOption(new Option('--protocol <name>', 'of the ports').choices(['TCP', 'UDP', 'SCTP']))
    .option('--type <type>', 'ClusterIP, NodePort, LoadBalancer or ExternalName')
    .option('--selector <labels>', 'of the pods, where it is not to be that of what is named (a=b,c=d)')
    .option('-l, --labels <labels>', 'of the service (a=b,c=d)')
    .option('--cluster-ip <address>', "the service's address; None is a service without one")
    .option('--external-ip <address>', 'an address that leads to the nodes (may be repeated)', collect)
    .option('--load-balancer-ip <address>', 'the address that the load balancer should have')
    .addOption(new Option('--session-affinity <kind>', 'whether clients stay').choices(['None', 'ClientIP']))
    .addOption(dryRunFlag())
    .option('-o, --output <format>', 'show the service: yaml, json, name')
    .action(async (type: string | undefined, names: string[], flags: ExposeFlags) => {
      const { expose } = await import('./expose-run.js');
      await expose([...(type === undefined ? [] : [type]), ...names], flags);
    });
}
