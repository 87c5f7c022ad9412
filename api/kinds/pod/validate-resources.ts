/** What a container asks for (requests) and may take (limits). */
import { compare, parse, type Quantity, QuantityError } from '../../quantity.js';
import type { FieldError } from '../../status.js';
import type { Container } from '../../types.js';
import { forbiddenField, invalidValue, required } from '../../validation/errors.js';
import { nonNegative } from '../../validation/strings.js';
import { allowsOvercommit, isExtended, validateContainerResourceName } from '../workload/resource-names.js';

interface Amounts {
  known: Map<string, Quantity>;
  errors: FieldError[];
}

function readAmounts(amounts: Record<string, string> | undefined, path: string): Amounts {
  const found: Amounts = { known: new Map(), errors: [] };
  for (const [name, text] of Object.entries(amounts ?? {})) {
    const field = `${path}[${name}]`;
    found.errors.push(...validateContainerResourceName(name, field));
    try {
      const quantity = parse(text);
      found.known.set(name, quantity);
      if (quantity.nanos < 0n) found.errors.push(invalidValue(field, text, nonNegative));
      if (isExtended(name) && quantity.nanos % 1_000_000_000n !== 0n) {
        found.errors.push(invalidValue(field, text, 'must be an integer'));
      }
    } catch (error) {
      if (!(error instanceof QuantityError)) throw error;
      found.errors.push(invalidValue(field, text, error.message));
    }
  }
  return found;
}

export function validateResources(resources: Container['resources'], path: string): FieldError[] {
  if (!resources) return [];
  const limits = readAmounts(resources.limits, `${path}.limits`);
  const requests = readAmounts(resources.requests, `${path}.requests`);
  const errors = [...limits.errors, ...requests.errors];
  for (const [name, request] of requests.known) {
    const limit = limits.known.get(name);
    const asked = resources.requests?.[name];
    const overcommit = allowsOvercommit(name);
    if (!limit) {
      if (!overcommit) errors.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
    } else if (!overcommit && compare(request, limit) !== 0) {
      const why = `must be equal to ${name} limit of ${resources.limits?.[name]}`;
      errors.push(invalidValue(`${path}.requests`, asked, why));
    } else if (compare(request, limit) > 0) {
      const why = `must be less than or equal to ${name} limit of ${resources.limits?.[name]}`;
      errors.push(invalidValue(`${path}.requests`, asked, why));
    }
  }
  if (resources.claims?.length) {
    errors.push(forbiddenField(`${path}.claims`, 'dynamic resource allocation is not supported by this server'));
  }
  return errors;
}
