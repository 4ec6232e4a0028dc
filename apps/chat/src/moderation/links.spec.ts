import { describe, expect, it } from '@jest/globals';
import { hasLink } from './links.ts';

describe('hasLink', () => {
  it.each([
    'see https://example.org/x',
    'buy at shop-name.store today',
    'EXAMPLE.COM',
    'mail me: a.b@example.org',
    'http：//ｅｘａｍｐｌｅ.ｃｏｍ',
    'example dot com',
    'example (.) com',
    'example[dot]com',
    '192.168.0.1:8080',
    'www example com',
    'tg://join',
  ])('finds one in %j', (text) => expect(hasLink(text)).toBe(true));

  it.each([
    'I love it.Really',
    'size 4.5 please',
    'v1.2.3',
    'dot com bubble',
    'e.g. the red one',
    'it costs 3.50',
    '@ada hi',
  ])('finds none in %j', (text) => expect(hasLink(text)).toBe(false));
});
