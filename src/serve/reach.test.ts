import { expect, test } from 'vitest';
import { type Interfaces, Reach } from './reach.ts';

const router: Interfaces = () => ({
  lan: [
    { address: '192.0.2.1', cidr: '192.0.2.1/24' },
    { address: '2001:db8:1::1', cidr: '2001:db8:1::1/64' },
    { address: 'fe80::1', cidr: 'fe80::1/64' },
  ],
  wan: [
    { address: '203.0.113.1', cidr: '203.0.113.1/24' },
    { address: 'fe80::2', cidr: 'fe80::2/64' },
  ],
});
const reach = new Reach(['127.0.0.1', '192.0.2.1', '2001:db8:1::1'], ['198.51.100.0/24', '02:00:00:00:00:01'], router);

test.each(['127.0.0.1', '::1', '192.0.2.200', '2001:db8:1::abcd', '198.51.100.7'])('%s may connect', (remote) => {
  expect(reach.admits(remote)).toBe(true);
});

test.each([
  '203.0.113.2',
  '2001:db8:2::2',
  'fe80::3',
  'fe80::3%wan',
  '8.8.8.8',
  '::ffff:203.0.113.2',
  '',
  'x',
  undefined,
])('%s may not', (remote) => {
  expect(reach.admits(remote)).toBe(false);
});

test('a prefix that comes later counts, without a look at the interfaces for each stranger', () => {
  let looks = 0;
  const late = new Reach(['192.0.2.1'], [], () => {
    looks += 1;
    return router();
  });
  for (let stranger = 1; stranger < 200; stranger++) expect(late.admits(`203.0.113.${stranger}`)).toBe(false);
  expect(looks).toBe(1);
  expect(late.admits('192.0.2.9')).toBe(true);
});
