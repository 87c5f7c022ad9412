/**
 * resourceVersions compared. Kubernetes promises since 1.35 that those of one resource are decimal numbers that rise;
 * they may be longer than a JavaScript number holds, so they are compared as text.
 */
export function isAtLeast(version: string, wanted: string): boolean {
  if (version.length !== wanted.length) return version.length > wanted.length;
  return version >= wanted;
}
