/** For tests of clusters: nothing is refused, or everything. */
import type { AdmissionPlugin } from '../../contracts.js';
import { refusal } from '../request.js';

export const alwaysAdmit: AdmissionPlugin = { name: 'AlwaysAdmit', handles: () => false };

export const alwaysDeny: AdmissionPlugin = {
  name: 'AlwaysDeny',
  handles: () => true,
  validate(request) {
    throw refusal(request, 'admission control is denying all modifications');
  },
};
