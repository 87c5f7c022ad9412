/** How a webhook's server is named: by a URL, or as a service of the cluster. */
import type { FieldError } from '../status.js';
import { invalidValue, required } from './errors.js';
import { dns1123Subdomain, portNumber } from './strings.js';

const form = '; desired format: https://host[/path]';

export function validateWebhookUrl(text: string, field: string): FieldError[] {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return [required(field, `url must be a valid URL: cannot parse ${JSON.stringify(text)}${form}`)];
  }
  const errors: FieldError[] = [];
  const scheme = url.protocol.slice(0, -1);
  if (scheme !== 'https') errors.push(invalidValue(field, scheme, `'https' is the only allowed URL scheme${form}`));
  if (url.host === '') errors.push(invalidValue(field, '', `host must be provided${form}`));
  if (url.username !== '' || url.password !== '') {
    errors.push(invalidValue(field, url.username, 'user information is not permitted in the URL'));
  }
  if (url.hash !== '') errors.push(invalidValue(field, url.hash.slice(1), 'fragments are not permitted in the URL'));
  if (url.search !== '') {
    errors.push(invalidValue(field, url.search.slice(1), 'query parameters are not permitted in the URL'));
  }
  return errors;
}

interface ServiceReference {
  name?: string;
  namespace?: string;
  path?: string | null;
  port?: number | null;
}

export function validateWebhookService(service: ServiceReference, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!service.name) errors.push(required(`${field}.name`, 'service name is required'));
  if (!service.namespace) errors.push(required(`${field}.namespace`, 'service namespace is required'));
  const port = service.port ?? 443;
  const said = portNumber(port);
  if (said.length > 0) errors.push(invalidValue(`${field}.port`, port, `port is not valid: ${said.join(', ')}`));
  return service.path == null ? errors : [...errors, ...validatePath(service.path, `${field}.path`)];
}

function validatePath(path: string, field: string): FieldError[] {
  if (path === '' || path === '/') return [];
  if (path === '//') return [invalidValue(field, path, 'segment[0] may not be empty')];
  const errors = path.startsWith('/') ? [] : [invalidValue(field, path, "must start with a '/'")];
  const steps = path.slice(1).replace(/\/$/, '').split('/');
  steps.forEach((step, index) => {
    const said = step === '' ? [' may not be empty'] : dns1123Subdomain(step).map(why => `: ${why}`);
    errors.push(...said.map(why => invalidValue(field, path, `segment[${index}]${why}`)));
  });
  return errors;
}
