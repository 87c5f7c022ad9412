/** Addresses that no endpoint and no external IP may have. */
import { BlockList, isIPv4 } from 'node:net';

const blocks: [message: string, v4: string, v6: string][] = [
  ['may not be unspecified', '0.0.0.0/32', '::/128'],
  ['may not be in the loopback range (127.0.0.0/8, ::1/128)', '127.0.0.0/8', '::1/128'],
  ['may not be in the link-local range (169.254.0.0/16, fe80::/10)', '169.254.0.0/16', 'fe80::/10'],
  ['may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)', '224.0.0.0/24', 'ff02::/16'],
];

const lists = blocks.map(([message, ...subnets]) => {
  const list = new BlockList();
  for (const [index, subnet] of subnets.entries()) {
    const [address, bits] = subnet.split('/') as [string, string];
    list.addSubnet(address, Number(bits), index === 0 ? 'ipv4' : 'ipv6');
  }
  return { message, list };
});

/** What is special about a valid address; nothing when it is an ordinary one. */
export const specialAddress = (address: string): string[] =>
  lists.filter(({ list }) => list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')).map(({ message }) => message);
