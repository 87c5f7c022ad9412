/** `create quota`, `poddisruptionbudget`, `priorityclass`, `ingress` and `service`: see create.ts. */
import type { Command } from 'commander';
import { collect, wholeNumber } from '../flags.js';
import type { BudgetWishes, PriorityClassWishes, QuotaWishes } from '../objects/bounds-for.js';
import type { IngressWishes } from '../objects/ingress-for.js';
import type { PlainServiceWishes } from '../objects/plain-service-for.js';
import type { CreateFlags } from './create.js';

type Common = (command: Command, summary: string) => Command;

const make = (): Promise<typeof import('./create-bounds-run.js')> => import('./create-bounds-run.js');

export function addCreateBounds(create: Command, common: Common): void {
  common(create.command('quota <name>').alias('resourcequota'), 'a quota')
    .option('--hard <amounts>', 'how much at most: pods=5,cpu=2')
    .option('--scopes <names>', 'of which objects')
    .action(async (name: string, flags: CreateFlags & QuotaWishes) => (await make()).createQuota(name, flags));
  common(create.command('poddisruptionbudget <name>').alias('pdb'), 'a disruption budget')
    .option('--selector <labels>', 'of the pods with these')
    .option('--min-available <count>', 'so many, or such a share, stay')
    .option('--max-unavailable <count>', 'so many, or such a share, may go')
    .action(async (name: string, flags: CreateFlags & BudgetWishes) => (await make()).createBudget(name, flags));
  common(create.command('priorityclass <name>').alias('pc'), 'a priority class')
    .option('--value <number>', 'its priority', wholeNumber, 0)
    .option('--global-default', 'of pods that name none')
    .option('--description <text>', 'when to use it', '')
    .option('--preemption-policy <policy>', 'whether its pods drive others out', 'PreemptLowerPriority')
    .action(async (name: string, flags: CreateFlags & PriorityClassWishes) =>
      (await make()).createPriorityClass(name, flags),
    );
  common(create.command('ingress <name>').alias('ing'), 'an ingress')
    .option('--rule <host/path=service:port[,tls[=secret]]>', 'where what goes (may be repeated)', collect)
    .option('--class <name>', 'its class')
    .option('--default-backend <service:port>', 'where all else goes')
    .option('--annotation <key=value>', 'an annotation (may be repeated)', collect)
    .action(async (name: string, flags: CreateFlags & IngressWishes) => (await make()).createIngress(name, flags));
  addServices(create.command('service').alias('svc').summary('a service'), common);
}

type ServiceFlags = CreateFlags & PlainServiceWishes;

function addServices(service: Command, common: Common): void {
  const withPorts = (type: string, summary: string): Command =>
    common(service.command(`${type} <name>`), summary).option(
      '--tcp <port[:target]>',
      'a port, and that of the pods (may be repeated)',
      collect,
    );
  withPorts('clusterip', 'with an address in the cluster')
    .option('--clusterip <address>', "its address, or 'None'")
    .action(async (name: string, flags: ServiceFlags) => (await make()).createService(name, 'clusterip', flags));
  withPorts('nodeport', "with a port of each node's")
    .option('--node-port <number>', 'this one')
    .action(async (name: string, flags: ServiceFlags) => (await make()).createService(name, 'nodeport', flags));
  withPorts('loadbalancer', 'with a balancer of the cloud').action(async (name: string, flags: ServiceFlags) =>
    (await make()).createService(name, 'loadbalancer', flags),
  );
  withPorts('externalname', 'that is another name')
    .option('--external-name <name>', 'which')
    .action(async (name: string, flags: ServiceFlags) => (await make()).createService(name, 'externalname', flags));
}
