/** What a pod with users of its own sees of a directory: its root owns what the machine's root owns, and so on. Pure. */
import type { IdMapping, Mount } from '../cri/types.js';

export const mappedTo = (users: IdMapping[] | undefined, mount: Mount): Mount =>
  users === undefined ? mount : { ...mount, uidMappings: users, gidMappings: users };
