/**
 * A request for a certificate says who asks, as the server knows them, and is signed with the key that it is for; and
 * nobody gets system:masters from a signer of client certificates.
 */
import type { ReadRequest } from '../../../api/certificates/request.js';
import { invalid } from '../../../api/status.js';
import type { CertificateSigningRequest } from '../../../api/types.js';
import { invalidValue } from '../../../api/validation/errors.js';
import type { AdmissionPlugin, AdmissionRequest } from '../../contracts.js';
import { concerns, refusal } from '../request.js';

export const csrGroup = 'certificates.k8s.io';
const plural = 'certificatesigningrequests';
const clientSigner = 'kubernetes.io/kube-apiserver-client';

export const ofRequests = (request: AdmissionRequest, subresource = ''): boolean =>
  request.row.group === csrGroup && concerns(request, plural, subresource);

export const csrOf = (object: AdmissionRequest['object']) => object as unknown as CertificateSigningRequest;

export const certificateRequest: AdmissionPlugin = {
  name: 'CertificateRequest',
  handles: request => request.operation === 'CREATE' && ofRequests(request),
  mutate({ object, user }) {
    const { spec } = csrOf(object);
    if (!spec) return;
    spec.username = user.name;
    spec.groups = user.groups;
    if (user.uid === undefined) delete spec.uid;
    else spec.uid = user.uid;
    if (user.extra === undefined) delete spec.extra;
    else spec.extra = user.extra;
  },
  async validate(request) {
    const { metadata, spec } = csrOf(request.object);
    const found = await read(spec.request);
    if (typeof found === 'string') {
      const error = invalidValue('spec.request', spec.request, found);
      throw invalid('CertificateSigningRequest', csrGroup, metadata.name ?? '', [error]);
    }
  },
};

export const certificateSubject: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  handles: request => request.operation === 'CREATE' && ofRequests(request),
  async validate(request) {
    const { spec } = csrOf(request.object);
    if (spec.signerName !== clientSigner) return;
    const found = await read(spec.request);
    if (typeof found === 'string' || !found.names.organizations.includes('system:masters')) return;
    throw refusal(request, `use of ${clientSigner} signer with system:masters group is not allowed`);
  },
};

/** The request, or what is wrong with it. */
async function read(request: string): Promise<ReadRequest | string> {
  const { readRequest } = await import('../../../api/certificates/request.js');
  try {
    const found = readRequest(request);
    return (await found.verify()) ? found : 'the signature is not that of the key in the request';
  } catch (error) {
    return (error as Error).message;
  }
}
