/** IPv4 addresses as numbers, so that a range of them is a range of numbers. */

/** Undefined for what is no IPv4 address. */
export function toNumber(address: string): number | undefined {
  const parts = address.split('.');
  if (parts.length !== 4 || parts.some(part => !/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export const toAddress = (number: number): string =>
  [24, 16, 8, 0].map(shift => Math.floor(number / 2 ** shift) % 256).join('.');

/** The range as its own first address says it: '10.96.7.9/24' is '10.96.7.0/24'. Throws as parseRange. */
export const canonicalRange = (cidr: string): string => `${toAddress(parseRange(cidr).base)}/${cidr.split('/')[1]}`;

export interface Range {
  /** The address with all host bits zero. */
  base: number;
  size: number;
}

/** '10.96.0.0/16'. Throws a RangeError for anything else, or a range too small or too large for services. */
export function parseRange(cidr: string): Range {
  const [address = '', bits = ''] = cidr.split('/');
  const number = toNumber(address);
  const length = Number(bits);
  if (number === undefined || !/^\d+$/.test(bits) || length < 8 || length > 30) {
    throw new RangeError(
      `the service range ${JSON.stringify(cidr)} is not an IPv4 range like 10.96.0.0/16 (from /8 to /30)`,
    );
  }
  const size = 2 ** (32 - length);
  return { base: number - (number % size), size };
}
