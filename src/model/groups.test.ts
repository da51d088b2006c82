import { describe, expect, test } from 'vitest';
import { severityOf } from './coverage.ts';
import { groupName } from './groups.ts';

describe('multicast groups', () => {
  test.each([
    ['224.0.0.251', 'mDNS'],
    ['239.255.255.250', 'SSDP'],
    ['ff02::fb', 'mDNS'],
    ['ff05::c', 'SSDP'],
    ['ff02::1:ff28:9c5a', 'neighbour discovery'],
    ['ff02::1:ffab:0', 'neighbour discovery'],
  ])('%s is %s', (address, name) => expect(groupName(address)).toBe(name));

  test.each(['198.51.100.1', 'ff02::1:ffzz:1', 'constructor', '', '239.1.2.3', 'cloud.example'])(
    '%j has no name',
    (address) => expect(groupName(address)).toBeUndefined(),
  );
});

describe('coverage notes', () => {
  test('of what a source is do not alarm; losses and unknown codes do', () => {
    expect(['headers-not-seen', 'recorded', 'connections-from-before'].map(severityOf)).toEqual(
      Array(3).fill('inherent'),
    );
    expect(['events-lost', 'packets-lost', 'no-right', 'store-failing', 'new', 'toString'].map(severityOf)).toEqual(
      Array(6).fill('loss'),
    );
  });
});
