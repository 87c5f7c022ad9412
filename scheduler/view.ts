/** What a decision looks at: the cluster as the scheduler believes it to be. */
import type { Nominations } from './cache/nominations.js';
import type { PodCounts } from './cache/pod-counts.js';
import type { StandingTerms } from './cache/standing-terms.js';
import type { NamespaceLabels } from './model/affinity-term.js';
import type { NodeState } from './model/node-state.js';
import type { PodSelection } from './model/pod-selection.js';
import type { VolumeObjects } from './volumes/objects.js';

export interface View {
  /** The same array until a node comes or goes. */
  nodes(): readonly NodeState[];
  node(name: string): NodeState | undefined;
  counts(selection: PodSelection): PodCounts;
  /** The pods of one controller that are not going away. */
  siblings(ownerUid: string): PodCounts;
  /** How many nodes there are in each place: 'zone' -> {'a' -> 3}. */
  places(topologyKey: string): ReadonlyMap<string, number>;
  /** How many nodes have an image. */
  nodesWithImage(name: string): number;
  /** What standing pods keep away, what they require near them, and what they would rather have near or far. */
  readonly guards: StandingTerms;
  readonly drawn: StandingTerms;
  readonly preferring: StandingTerms;
  readonly namespaces: NamespaceLabels;
  /** Pods that are to come to a node once its victims are gone. */
  readonly nominations: Pick<Nominations, 'isEmpty' | 'nodeOf' | 'on'>;
  /** How many pods that stand somewhere use a claim ('namespace/name'). */
  usersOf(claim: string): number;
  readonly volumes: VolumeObjects;
}
