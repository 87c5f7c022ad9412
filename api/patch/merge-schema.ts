/** What strategic merge must know of a type; api/schema makes it from the models and the table of lists. */
export interface MergeSchema {
  /** The schema of a field; undefined when the type does not have it or its inside is free-form. */
  property(name: string): MergeSchema | undefined;
  /** Of a list's items or a map's values. */
  readonly element?: MergeSchema | undefined;
  /** The field by which the items of this list are told apart (x-kubernetes-patch-merge-key). */
  readonly mergeKey?: string | undefined;
  /** x-kubernetes-patch-strategy: 'merge', 'replace', 'retainKeys', or 'merge,retainKeys' taken apart. Empty is 'replace' for lists. */
  readonly strategies: readonly string[];
}

/** The directives that stand in a patch among the fields. */
export const directive = {
  patch: '$patch',
  retainKeys: '$retainKeys',
  deleteFromPrimitiveList: '$deleteFromPrimitiveList/',
  setElementOrder: '$setElementOrder/',
} as const;

export const isMergedList = (schema: MergeSchema | undefined): boolean => schema?.strategies.includes('merge') ?? false;
export const isReplacedMap = (schema: MergeSchema | undefined): boolean =>
  schema?.strategies.includes('replace') ?? false;
export const retainsKeys = (schema: MergeSchema | undefined): boolean =>
  schema?.strategies.includes('retainKeys') ?? false;
