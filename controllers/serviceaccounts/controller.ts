/**
 * Every namespace has a ServiceAccount "default", so that pods that name none run as somebody. It is made anew when it
 * is deleted.
 */
import { namespaces, serviceAccounts } from '../../client/resources.js';
import type { Controller } from '../../client/runtime/controller.js';
import { ownKey } from '../keys.js';
import { except, isAlreadyExists, isNamespaceGoing, isNotFound } from '../refusals.js';
import { planFor } from './plan.js';

export const serviceAccountController: Controller = {
  name: 'service-account-controller',
  sources: [
    { resource: namespaces, keysFor: ownKey },
    { resource: serviceAccounts, keysFor: (now, before) => (now ? [] : [before?.metadata.namespace ?? '']) },
  ],
  async reconcile(name, { read, write }) {
    const namespace = read.get(namespaces, { name });
    if (!namespace) return;
    const account = planFor(namespace, read.get(serviceAccounts, { namespace: name, name: 'default' }));
    if (!account) return;
    await write.create(serviceAccounts, account).catch(except(isAlreadyExists, isNamespaceGoing, isNotFound));
  },
};
