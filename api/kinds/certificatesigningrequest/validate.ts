import type { FieldError } from '../../status.js';
import type { CertificateSigningRequest } from '../../types.js';
import { duplicate, forbiddenField, invalidValue, notSupported, required, tooLong } from '../../validation/errors.js';
import { dns1123Label, dns1123Subdomain } from '../../validation/strings.js';
import { validateConditions, validateConditionsUpdate } from './conditions.js';

const usages = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];
const leastSeconds = 600;
/** A domain, a slash, and a namespace, a dot and a name. */
const longestDomain = 253;
const longestSigner = 571;

/** 'example.com/name' */
export function validateSignerName(name: string, field: string): FieldError[] {
  if (name === '') return [required(field, 'signerName must be provided')];
  const [domain, path, ...rest] = name.split('/') as [string, string | undefined, ...string[]];
  if (path === undefined || rest.length > 0) {
    const why = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return [invalidValue(field, name, why)];
  }
  const labels = domain.split('.');
  const errors = domain.length > longestDomain ? [tooLong(field, longestDomain)] : [];
  errors.push(...firstBad(labels, dns1123Label, field, domain));
  if (labels.length < 2) {
    errors.push(invalidValue(field, domain, 'should be a domain with at least two segments separated by dots'));
  }
  errors.push(...firstBad(path.split('.'), dns1123Subdomain, field, path));
  return name.length > longestSigner ? [...errors, tooLong(field, longestSigner)] : errors;
}

function firstBad(labels: string[], rule: (label: string) => string[], field: string, value: string): FieldError[] {
  const bad = labels.find(label => rule(label).length > 0);
  if (bad === undefined) return [];
  return rule(bad).map(why => invalidValue(field, value, `validating label ${JSON.stringify(bad)}: ${why}`));
}

function validateUsages(asked: readonly string[]): FieldError[] {
  if (asked.length === 0) return [required('spec.usages', 'usages must be provided')];
  return asked.flatMap((usage, index) => {
    const field = `spec.usages[${index}]`;
    if (!usages.includes(usage)) return [notSupported(field, usage, usages)];
    return asked.indexOf(usage) < index ? [duplicate(field, usage)] : [];
  });
}

/** PEM blocks of certificates and nothing else. `certificate` is base64 of them, as bytes travel in JSON. */
function certificateComplaint(certificate: string): string | undefined {
  const pem = Buffer.from(certificate, 'base64').toString('latin1');
  const blocks = [...pem.matchAll(/-----BEGIN ([^-]+)-----\r?\n([\s\S]*?)-----END \1-----/g)];
  if (blocks.length === 0) return 'must contain at least one CERTIFICATE PEM block';
  for (const [, type, body] of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if ((body as string).includes(':')) return 'no PEM block headers are permitted';
    // A certificate is a DER sequence: the API server looks no closer at what a signer issued.
    if (Buffer.from(body as string, 'base64')[0] !== 0x30) return 'found CERTIFICATE PEM block without a certificate';
  }
  return undefined;
}

/** The PKCS#10 request itself is read and checked in the API server's admission, which has the library for it. */
export function validate(csr: CertificateSigningRequest): FieldError[] {
  const { usages: asked, signerName, expirationSeconds, request } = csr.spec ?? {};
  const errors = request ? [] : [required('spec.request')];
  errors.push(...validateUsages(asked ?? []));
  if (signerName === 'kubernetes.io/legacy-unknown') {
    const why = 'the legacy signerName is not allowed via this API version';
    errors.push(invalidValue('spec.signerName', signerName, why));
  } else errors.push(...validateSignerName(signerName ?? '', 'spec.signerName'));
  if (expirationSeconds != null && expirationSeconds < leastSeconds) {
    const why = 'may not specify a duration less than 600 seconds (10 minutes)';
    errors.push(invalidValue('spec.expirationSeconds', expirationSeconds, why));
  }
  errors.push(...validateConditions(csr));
  const complaint = csr.status?.certificate ? certificateComplaint(csr.status.certificate) : undefined;
  if (complaint) errors.push(invalidValue('status.certificate', '<certificate data>', complaint));
  return errors;
}

export function validateUpdate(
  csr: CertificateSigningRequest,
  old: CertificateSigningRequest,
  subresource = '',
): FieldError[] {
  const errors = validateConditionsUpdate(csr, old, subresource === 'approval');
  const [now, before] = [csr.status?.certificate ?? '', old.status?.certificate ?? ''];
  if (now === before) return errors;
  if (subresource !== 'status') {
    return [...errors, forbiddenField('status.certificate', 'updates may not set certificate content')];
  }
  if (before === '') return errors;
  const why = 'updates may not modify existing certificate content';
  return [...errors, forbiddenField('status.certificate', why)];
}
