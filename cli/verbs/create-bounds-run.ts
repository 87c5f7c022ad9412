/** What `create quota` and its like do (see create-bounds.ts for their flags). */
import type { AnyObject } from '../../api/types.js';
import {
  type BudgetWishes,
  budgetFor,
  type PriorityClassWishes,
  priorityClassFor,
  type QuotaWishes,
  quotaFor,
} from '../objects/bounds-for.js';
import { createAll, inWords } from '../objects/create.js';
import { type IngressWishes, ingressFor } from '../objects/ingress-for.js';
import { type PlainServiceWishes, plainServiceFor, type serviceTypes } from '../objects/plain-service-for.js';
import { withSession } from '../session.js';
import type { CreateFlags } from './create.js';

const create = (object: AnyObject, flags: CreateFlags): Promise<void> =>
  withSession(flags, session => createAll(session, [inWords(object)], flags));

export const createQuota = (name: string, flags: CreateFlags & QuotaWishes): Promise<void> =>
  create(quotaFor(name, flags), flags);

export const createBudget = (name: string, flags: CreateFlags & BudgetWishes): Promise<void> =>
  create(budgetFor(name, flags), flags);

export const createPriorityClass = (name: string, flags: CreateFlags & PriorityClassWishes): Promise<void> =>
  create(priorityClassFor(name, flags), flags);

export const createIngress = (name: string, flags: CreateFlags & IngressWishes): Promise<void> =>
  create(ingressFor(name, flags), flags);

export const createService = (
  name: string,
  type: keyof typeof serviceTypes,
  flags: CreateFlags & PlainServiceWishes,
): Promise<void> => create(plainServiceFor(name, type, flags), flags);
