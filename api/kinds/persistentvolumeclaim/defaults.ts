import { fill } from '../../json.js';
import type { PersistentVolumeClaim } from '../../types.js';

type Claim = Pick<PersistentVolumeClaim, 'spec' | 'status'>;
type Spec = NonNullable<Claim['spec']>;

/**
 * A claim says what it copies in one of two fields, an older and a newer one: both are always shown, unless the newer
 * one says a namespace, which the older cannot.
 */
function pairDataSources(spec: Spec): void {
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource };
  else if (spec.dataSourceRef && !spec.dataSourceRef.namespace && !spec.dataSource) {
    const { apiGroup, kind, name } = spec.dataSourceRef;
    spec.dataSource = { ...(apiGroup === undefined ? {} : { apiGroup }), kind, name };
  }
}

/** What the spec of a claim is given, wherever it stands. */
export function defaultClaimSpec(spec: Spec): void {
  if (!spec.volumeMode) spec.volumeMode = 'Filesystem';
}

/** A claim of its own, or the template of one in a StatefulSet. */
export function defaultClaim(claim: Claim): void {
  fill(claim, 'spec', {});
  fill(claim, 'status', {});
  const { spec, status } = claim as Required<Claim>;
  if (!status.phase) status.phase = 'Pending';
  defaultClaimSpec(spec);
}

const snapshots = 'snapshot.storage.k8s.io';

/** The older field takes claims and snapshots, and has always been silent about everything else. */
const isOldSource = ({ apiGroup = '', kind }: NonNullable<Spec['dataSource']>): boolean =>
  (kind === 'PersistentVolumeClaim' && apiGroup === '') || (kind === 'VolumeSnapshot' && apiGroup === snapshots);

/** What the server makes of a claim of its own when it is written. */
export function prepareClaim(claim: Claim, old?: Claim): void {
  const { spec } = claim;
  if (!spec) return;
  if (spec.dataSource && !isOldSource(spec.dataSource) && !old?.spec?.dataSource) delete spec.dataSource;
  pairDataSources(spec);
}
