import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

const NAMED: Readonly<Record<string, readonly [string, number, 'ipv4' | 'ipv6'][]>> = {
  loopback: [
    ['127.0.0.0', 8, 'ipv4'],
    ['::1', 128, 'ipv6'],
  ],
  linklocal: [
    ['169.254.0.0', 16, 'ipv4'],
    ['fe80::', 10, 'ipv6'],
  ],
  uniquelocal: [
    ['10.0.0.0', 8, 'ipv4'],
    ['172.16.0.0', 12, 'ipv4'],
    ['192.168.0.0', 16, 'ipv4'],
    ['fc00::', 7, 'ipv6'],
  ],
};

/** Tells where a connection comes from: the last address in `X-Forwarded-For` that is not one of our own proxies. */
export function peerAddress(trusted: string): (request: IncomingMessage) => string {
  const proxies = blockListOf(trusted);
  const isOurs = (address: string): boolean => {
    const kind = isIP(address);
    return kind !== 0 && proxies.check(address, kind === 6 ? 'ipv6' : 'ipv4');
  };
  return (request) => {
    const forwarded = request.headers['x-forwarded-for'];
    const hops = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? ''))
      .split(',')
      .map((hop) => hop.trim())
      .filter((hop) => hop !== '')
      .slice(-20);
    let address = plain(request.socket.remoteAddress ?? '');
    while (isOurs(address)) {
      const before = hops.pop();
      if (before === undefined || isIP(plain(before)) === 0) break;
      address = plain(before);
    }
    return address;
  };
}

function blockListOf(trusted: string): BlockList {
  const list = new BlockList();
  for (const part of trusted.split(',').map((text) => text.trim())) {
    for (const [net, bits, kind] of NAMED[part] ?? []) list.addSubnet(net, bits, kind);
    const [net = '', bits] = part.split('/');
    const version = isIP(net);
    if (version === 0) continue;
    const kind = version === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(net, kind);
    else list.addSubnet(net, Number(bits), kind);
  }
  return list;
}

/** IPv4 in IPv6 clothes as IPv4. */
function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
