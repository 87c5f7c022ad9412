/** Where an ingress, or its class, names an object of any kind beside it. */
import type { FieldError } from '../../status.js';
import { complaints, required } from '../../validation/errors.js';
import { dns1123Subdomain, pathSegment } from '../../validation/strings.js';

interface Reference {
  apiGroup?: string;
  kind: string;
  name: string;
}

export function validateLocalReference({ apiGroup, kind, name }: Reference, path: string): FieldError[] {
  const segment = (field: 'kind' | 'name', value: string): FieldError[] =>
    value
      ? complaints(`${path}.${field}`, value, pathSegment(value))
      : [required(`${path}.${field}`, `${field} is required`)];
  return [
    ...(apiGroup == null ? [] : complaints(`${path}.apiGroup`, apiGroup, dns1123Subdomain(apiGroup))),
    ...segment('kind', kind),
    ...segment('name', name),
  ];
}
