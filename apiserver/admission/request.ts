/** Reading an admission request. */
import { forbidden, type StatusError } from '../../api/status.js';
import type { Pod } from '../../api/types.js';
import type { AdmissionRequest } from '../contracts.js';

/** Is it about this resource itself (`pods`), or the given subresource of it (`pods/status`)? */
export const concerns = ({ row, info }: AdmissionRequest, resource: string, subresource = ''): boolean =>
  row.plural === resource && info.subresource === subresource;

export const nameOf = ({ object, oldObject, info }: AdmissionRequest): string =>
  object?.metadata.name ?? oldObject?.metadata.name ?? info.name;

/** 403 about what the request is about. */
export const refusal = (request: AdmissionRequest, why: string): StatusError =>
  forbidden({ group: request.row.group, resource: request.row.plural, name: nameOf(request) }, why);

/** The pod that a request to create one carries. */
export const newPod = (request: AdmissionRequest): Pod => request.object as unknown as Pod;

export const createsPod = (request: AdmissionRequest): boolean =>
  request.operation === 'CREATE' && request.row.group === '' && concerns(request, 'pods');

/** A request to create a pod or to change its spec. */
export const writesPod = (request: AdmissionRequest): boolean =>
  (request.operation === 'CREATE' || request.operation === 'UPDATE') &&
  request.row.group === '' &&
  concerns(request, 'pods');
