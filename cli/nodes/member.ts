/**
 * A machine, or what stands for one, that is a node and no more: its data directory holds node.json where a cluster's
 * own holds cluster.json, and the same folders beside it.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import { parseCidr } from '../../api/network/cidr.js';
import type { ClusterConfig, Layout } from '../cluster/layout.js';
import { Failure } from '../failure.js';

export interface NodeConfig
  extends Pick<
    ClusterConfig,
    'nodeName' | 'address' | 'kubeletPort' | 'serviceCidr' | 'clusterCidr' | 'podCidr' | 'resolvConf'
  > {
  /** Of the API server: 'https://192.0.2.1:6443' */
  server: string;
  /** The cgroup of its pods; the usual one unless given. */
  cgroupParent?: string;
  /** Of a node that lives in a network namespace of its own: what an experimenter did to it. */
  lab?: LabState;
}

export interface LabState {
  power: 'on' | 'off';
  cable: 'plugged' | 'pulled';
}

const format = 1;

export const memberFile = (layout: Layout): string => join(layout.dataDir, 'node.json');

export const isMember = (layout: Layout): boolean => existsSync(memberFile(layout));

/** A machine that has joined a cluster, and has none of its own. */
export const isJoined = (layout: Layout): boolean => isMember(layout) && !existsSync(layout.config);

/** undefined when no node was ever started here. Throws a Failure when the file is there and cannot be used. */
export function readMember(layout: Layout): NodeConfig | undefined {
  if (!isMember(layout)) return undefined;
  return parseMember(readFileSync(memberFile(layout), 'utf8'), memberFile(layout));
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isRange = (value: unknown): boolean => parseCidr(String(value))?.family === 'IPv4';

const shape: Record<Exclude<keyof NodeConfig, 'lab'>, (value: unknown) => boolean> = {
  nodeName: isText,
  address: value => isIPv4(String(value)),
  kubeletPort: value => Number.isInteger(value) && Number(value) > 0 && Number(value) < 65536,
  serviceCidr: isRange,
  clusterCidr: isRange,
  podCidr: isRange,
  server: value => String(value).startsWith('https://'),
  resolvConf: value => value === undefined || isText(value),
  cgroupParent: value => value === undefined || isText(value),
};

export function parseMember(text: string, file: string): NodeConfig {
  const damaged = (why: string): Failure =>
    new Failure(`${file} is damaged (${why}): mend it, or remove the node with 'sudo ./orrery reset' and begin anew.`);
  let found: Record<string, unknown> | null;
  try {
    found = JSON.parse(text) as Record<string, unknown> | null;
  } catch (error) {
    throw damaged((error as Error).message);
  }
  if (typeof found !== 'object' || found === null) throw damaged('it holds no object');
  const { format: written, ...fields } = found;
  if (written !== format) throw damaged(`its format is ${JSON.stringify(written)}, and not ${format}`);
  const bad = Object.entries(shape).find(([field, is]) => !is(fields[field]));
  if (bad) throw damaged(`${bad[0]} is ${JSON.stringify(fields[bad[0]])}`);
  return fields as unknown as NodeConfig;
}

/** Written whole or not at all. */
export function writeMember(layout: Layout, config: NodeConfig): void {
  mkdirSync(layout.dataDir, { recursive: true, mode: 0o711 });
  const temporary = `${memberFile(layout)}.new`;
  writeFileSync(temporary, `${JSON.stringify({ format, ...config }, null, 2)}\n`);
  renameSync(temporary, memberFile(layout));
}
