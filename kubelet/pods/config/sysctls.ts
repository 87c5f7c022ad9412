/** Kernel settings that a pod may ask for: those that are its own, and reach neither the node nor another pod. Pure. */
import { safeSysctls } from '../../../api/safe-sysctls.js';
import type { Pod } from '../../../api/types.js';

/** With a slash first, slashes separate, and dots are part of the names between them. */
export function dotted(name: string): string {
  const separator = /[./]/.exec(name)?.[0];
  return separator === '/' ? name.replace(/[./]/g, c => (c === '/' ? '.' : '/')) : name;
}

/** Why the first setting that is not allowed is not. */
export function sysctlProblem({ spec }: Pod): string | undefined {
  for (const { name } of spec?.securityContext?.sysctls ?? []) {
    const setting = dotted(name);
    if (!safeSysctls.has(setting)) return `"${name}" not allowlisted`;
    if (spec?.hostNetwork && setting.startsWith('net.')) return `"${name}" not allowed with host net enabled`;
    if (spec?.hostIPC && setting.startsWith('kernel.shm')) return `"${name}" not allowed with host ipc enabled`;
  }
  return undefined;
}
