/** ip('10.0.0.1') and cidr('10.0.0.0/8'). */
import { BlockList, isIP, isIPv4, SocketAddress } from 'node:net';
import type { Environment } from '@marcbachmann/cel-js/evaluator';
import { addFunctions, addNamespace, failed } from './library.js';

/** An address as its bytes: 4 of them, or 16. */
class Ip {
  constructor(readonly bytes: Uint8Array) {}

  /** 4 or 6. */
  get family(): 4 | 6 {
    return this.bytes.length === 4 ? 4 : 6;
  }

  /** In canonical form. */
  toString(): string {
    if (this.family === 4) return this.bytes.join('.');
    const words = Array.from({ length: 8 }, (_, i) =>
      (((this.bytes[2 * i] ?? 0) << 8) | (this.bytes[2 * i + 1] ?? 0)).toString(16),
    );
    return new SocketAddress({ address: words.join(':'), family: 'ipv6' }).address;
  }
}

class Cidr {
  constructor(
    readonly ip: Ip,
    readonly prefix: number,
  ) {}

  toString(): string {
    return `${this.ip}/${this.prefix}`;
  }
}

/** Addresses with a zone, or of IPv4 within IPv6, are refused, as Kubernetes refuses them. */
function readIp(text: string): Ip | undefined {
  if (isIPv4(text)) return new Ip(Uint8Array.from(text.split('.').map(Number)));
  if (isIP(text) !== 6 || text.includes('%') || /^::ffff:/i.test(text)) return undefined;
  const tail = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const hex = (a = '0', b = '0'): string => ((Number(a) << 8) | Number(b)).toString(16);
  const plain = tail ? `${tail[1]}${hex(tail[2], tail[3])}:${hex(tail[4], tail[5])}` : text;
  const [head = '', rest] = plain.split('::');
  const words = (part: string): number[] => (part === '' ? [] : part.split(':').map(word => Number.parseInt(word, 16)));
  const [front, back] = [words(head), words(rest ?? '')];
  const all = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
  return new Ip(Uint8Array.from(all.flatMap(word => [word >> 8, word & 255])));
}

function readCidr(text: string): Cidr | undefined {
  const found = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const ip = found && readIp(found[1] as string);
  const prefix = Number(found?.[2]);
  return ip && prefix <= ip.bytes.length * 8 && String(prefix) === found?.[2] ? new Cidr(ip, prefix) : undefined;
}

function ip(text: string): Ip {
  const found = readIp(text);
  if (!found)
    throw failed(
      `IP Address ${JSON.stringify(text)} parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): unable to parse IP`,
    );
  return found;
}

function cidr(text: string): Cidr {
  const found = readCidr(text);
  if (!found)
    throw failed(
      `network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): unable to parse`,
    );
  return found;
}

const toIp = (of: Ip | string): Ip => (typeof of === 'string' ? ip(of) : of);
const toCidr = (of: Cidr | string): Cidr => (typeof of === 'string' ? cidr(of) : of);

function masked({ ip: of, prefix }: Cidr): Cidr {
  const bytes = of.bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefix - index * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
  return new Cidr(new Ip(bytes), prefix);
}

const containsIp = (block: Cidr, of: Ip): boolean =>
  block.ip.family === of.family && String(masked(new Cidr(of, block.prefix))) === String(masked(block));

const containsCidr = (outer: Cidr, inner: Cidr): boolean => inner.prefix >= outer.prefix && containsIp(outer, inner.ip);

const within = (...blocks: [string, number, 'ipv4' | 'ipv6'][]): ((of: Ip) => boolean) => {
  const list = new BlockList();
  for (const [net, prefix, family] of blocks) list.addSubnet(net, prefix, family);
  return of => list.check(String(of), of.family === 4 ? 'ipv4' : 'ipv6');
};
const isLoopback = within(['127.0.0.0', 8, 'ipv4'], ['::1', 128, 'ipv6']);
const isMulticast = within(['224.0.0.0', 4, 'ipv4'], ['ff00::', 8, 'ipv6']);
const isLinkLocalMulticast = within(['224.0.0.0', 24, 'ipv4'], ['ff02::', 16, 'ipv6']);
const isLinkLocalUnicast = within(['169.254.0.0', 16, 'ipv4'], ['fe80::', 10, 'ipv6']);
const isUnspecified = (of: Ip): boolean => of.bytes.every(byte => byte === 0);
const isBroadcast = (of: Ip): boolean => of.family === 4 && of.bytes.every(byte => byte === 255);
const isGlobalUnicast = (of: Ip): boolean =>
  !(isBroadcast(of) || isUnspecified(of) || isLoopback(of) || isMulticast(of) || isLinkLocalUnicast(of));

export function addAddresses(env: Environment): void {
  env.registerType('net.IP', Ip);
  env.registerType('net.CIDR', Cidr);
  for (const type of ['net.IP', 'net.CIDR'])
    env.registerOperator(`${type} == ${type}`, (a, b) => String(a) === String(b));
  addNamespace(env, 'ip', { 'isCanonical(string): bool': (text: string) => String(ip(text)) === text });
  addFunctions(env, {
    'ip(string): net.IP': ip,
    'isIP(string): bool': (text: string) => readIp(text) !== undefined,
    'string(net.IP): string': String,
    'net.IP.family(): int': (of: Ip) => BigInt(of.family),
    'net.IP.isUnspecified(): bool': isUnspecified,
    'net.IP.isLoopback(): bool': isLoopback,
    'net.IP.isLinkLocalMulticast(): bool': isLinkLocalMulticast,
    'net.IP.isLinkLocalUnicast(): bool': isLinkLocalUnicast,
    'net.IP.isGlobalUnicast(): bool': isGlobalUnicast,
    'cidr(string): net.CIDR': cidr,
    'isCIDR(string): bool': (text: string) => readCidr(text) !== undefined,
    'string(net.CIDR): string': String,
    'net.CIDR.containsIP(net.IP): bool': containsIp,
    'net.CIDR.containsIP(string): bool': (of, text) => containsIp(of, toIp(text)),
    'net.CIDR.containsCIDR(net.CIDR): bool': containsCidr,
    'net.CIDR.containsCIDR(string): bool': (of, text) => containsCidr(of, toCidr(text)),
    'net.CIDR.ip(): net.IP': (of: Cidr) => of.ip,
    'net.CIDR.masked(): net.CIDR': masked,
    'net.CIDR.prefixLength(): int': (of: Cidr) => BigInt(of.prefix),
  });
}
