import { describe, expect, it } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { peerAddress } from './peer-address.ts';

const request = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: forwarded ? { 'x-forwarded-for': forwarded } : {} }) as never;

describe('peerAddress', () => {
  const of = peerAddress('loopback,10.0.0.0/8');
  it.each([
    ['203.0.113.9', undefined, '203.0.113.9'],
    ['203.0.113.9', '1.2.3.4', '203.0.113.9'],
    ['127.0.0.1', '1.2.3.4', '1.2.3.4'],
    ['::ffff:127.0.0.1', '1.2.3.4', '1.2.3.4'],
    ['::1', '1.2.3.4, 10.1.1.1', '1.2.3.4'],
    ['127.0.0.1', '6.6.6.6, 1.2.3.4', '1.2.3.4'],
    ['127.0.0.1', 'not an address', '127.0.0.1'],
    ['127.0.0.1', undefined, '127.0.0.1'],
  ])('of %s behind %j is %s', (remote, forwarded, address) =>
    expect(of(request(remote, forwarded))).toBe(address),
  );
});
