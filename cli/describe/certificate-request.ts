/** A request for a certificate: for whom, by whom, and what became of it. */

import type { RequestedNames } from '../../api/certificates/request.js';
import { humanDuration } from '../../api/duration.js';
import { conditionText } from '../../api/kinds/certificatesigningrequest/conditions.js';
import type { CertificateSigningRequest } from '../../api/types.js';
import { annotationText, named } from './metadata.js';
import { type Item, joined, longTime } from './text.js';

/** `names` is what the request asks for; absent where it cannot be read. */
export function describeCertificateRequest(request: CertificateSigningRequest, names?: RequestedNames): Item[] {
  const { spec, metadata } = request;
  return [
    ...named(request),
    ['Labels', joined(metadata.labels)],
    ['Annotations', annotationText(request)],
    ['CreationTimestamp', longTime(metadata.creationTimestamp)],
    ['Requesting User', spec?.username ?? ''],
    ...(spec?.signerName ? ([['Signer', spec.signerName]] as Item[]) : []),
    ...(spec?.expirationSeconds === undefined
      ? []
      : ([['Requested Duration', humanDuration(spec.expirationSeconds * 1000)]] as Item[])),
    ['Status', conditionText(request)],
    ...(names ? nameItems(names) : []),
  ];
}

function nameItems({ commonName, organizations, dns, emails, uris, ips }: RequestedNames): Item[] {
  const lists: [what: string, values: readonly string[]][] = [
    ['DNS Names', dns],
    ['Email Addresses', emails],
    ['URIs', uris],
    ['IP Addresses', ips],
  ];
  // A tab before each: so kubectl has them under the values of what follows.
  const alternative = lists.flatMap(([what, values]) =>
    values.map((value, index) => `\t${index === 0 ? `${what}:` : ''}\t${value}`),
  );
  return [
    {
      heading: 'Subject',
      block: [
        ['Common Name', commonName],
        // No request that this project signs has one; kubectl tells it all the same.
        ['Serial Number', ''],
        ...(organizations.length > 0 ? ([['Organization', organizations]] as Item[]) : []),
      ],
    },
    ...(alternative.length > 0 ? [{ heading: 'Subject Alternative Names', block: alternative, step: 0 }] : []),
  ];
}
