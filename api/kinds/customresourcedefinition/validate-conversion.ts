/** How a definition's versions become one another. */
import type { FieldError } from '../../status.js';
import type { CustomResourceDefinition } from '../../types.js';
import { complaints, forbiddenField, invalidValue, notSupported, required } from '../../validation/errors.js';
import { dns1035Label, portNumber } from '../../validation/strings.js';

type Conversion = CustomResourceDefinition['spec']['conversion'];
type ClientConfig = NonNullable<NonNullable<NonNullable<Conversion>['webhook']>['clientConfig']>;

const path = 'spec.conversion';
/** Those that this server can send; a webhook must take one of them. */
export const reviewVersions = ['v1', 'v1beta1'];

export function validateConversion(conversion: Conversion): FieldError[] {
  if (!conversion) return [];
  const { strategy, webhook } = conversion;
  if (!strategy) return [required(`${path}.strategy`)];
  const strategies = ['None', 'Webhook'];
  if (!strategies.includes(strategy)) return [notSupported(`${path}.strategy`, strategy, strategies)];
  if (strategy === 'None') {
    return webhook
      ? [forbiddenField(`${path}.webhookClientConfig`, 'should not be set when strategy is not set to Webhook')]
      : [];
  }
  const config = webhook?.clientConfig;
  return [
    ...(config
      ? validateClient(config)
      : [required(`${path}.webhookClientConfig`, 'required when strategy is set to Webhook')]),
    ...validateReviewVersions(webhook?.conversionReviewVersions ?? []),
  ];
}

function validateClient({ url, service }: ClientConfig): FieldError[] {
  const at = `${path}.webhookClientConfig`;
  if ((url === undefined) === (service === undefined))
    return [required(at, 'exactly one of url or service is required')];
  if (url !== undefined) return validateUrl(url, `${at}.url`);
  const errors: FieldError[] = [];
  if (!service?.name) errors.push(required(`${at}.service.name`, 'service name is required'));
  if (!service?.namespace) errors.push(required(`${at}.service.namespace`, 'service namespace is required'));
  if (service?.port !== undefined && portNumber(service.port).length > 0) {
    errors.push(
      invalidValue(`${at}.service.port`, service.port, `port is not valid: ${portNumber(service.port).join(',')}`),
    );
  }
  if (service?.path && !service.path.startsWith('/')) {
    errors.push(invalidValue(`${at}.service.path`, service.path, "must start with a '/'"));
  }
  return errors;
}

export function validateUrl(text: string, field: string): FieldError[] {
  const form = '; desired format: https://host[/path]';
  if (!URL.canParse(text)) return [invalidValue(field, text, `url must be a valid URL${form}`)];
  const url = new URL(text);
  const errors: FieldError[] = [];
  if (url.protocol !== 'https:') {
    errors.push(invalidValue(field, url.protocol.slice(0, -1), `'https' is the only allowed URL scheme${form}`));
  }
  if (url.host === '') errors.push(invalidValue(field, url.host, `host must be specified${form}`));
  if (url.username !== '' || url.password !== '') {
    errors.push(invalidValue(field, url.username, 'user information is not permitted in the URL'));
  }
  if (url.hash !== '') errors.push(invalidValue(field, url.hash.slice(1), 'fragments are not permitted in the URL'));
  if (url.search !== '')
    errors.push(invalidValue(field, url.search.slice(1), 'query parameters are not permitted in the URL'));
  return errors;
}

function validateReviewVersions(versions: readonly string[]): FieldError[] {
  const at = `${path}.conversionReviewVersions`;
  if (versions.length === 0) return [required(at)];
  const errors = versions.flatMap((version, index) =>
    versions.indexOf(version) < index
      ? [invalidValue(`${at}[${index}]`, version, 'duplicate version')]
      : complaints(`${at}[${index}]`, version, dns1035Label(version)),
  );
  if (!versions.some(version => reviewVersions.includes(version))) {
    errors.push(invalidValue(at, versions, `must include at least one of ${reviewVersions.join(', ')}`));
  }
  return errors;
}
