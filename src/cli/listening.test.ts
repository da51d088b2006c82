import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { addressesOf, checkListening, urlsOf } from './listening.ts';

const check = (listen: string[], rest: { port?: number; wan?: string; demo?: 'virtual-home' } = {}) =>
  checkListening({ listen, port: 0, ...rest });

describe('where the dashboard may be opened', () => {
  test('a free port of this machine', async () => {
    await expect(check(['127.0.0.1'])).resolves.toBeUndefined();
  });

  test('not one that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(check(['127.0.0.1'], { port })).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/another program uses port \d+ of 127\.0\.0\.1; choose another with --port/),
    });
    other.close();
  });

  test.each([
    ['every address', ['0.0.0.0'], {}, 'would be all addresses'],
    ['every address of IPv6', ['::'], {}, 'would be all addresses'],
    ['another machine’s', ['192.0.2.99'], {}, 'does not have the address 192.0.2.99; it has 127.0.0.1'],
    ['the side towards the internet', ['127.0.0.1'], { wan: 'lo' }, 'is on lo, towards the internet'],
    ['others, for a demo', ['192.0.2.99'], { demo: 'virtual-home' as const }, 'on this machine alone'],
  ])('not %s', async (_what, listen, rest, reason) => {
    await expect(check(listen, rest)).rejects.toMatchObject({ exitCode: 64, message: expect.stringContaining(reason) });
  });

  test('an interface that is gone has no addresses', () => {
    expect(addressesOf('nowhere')).toEqual([]);
    expect(addressesOf('lo')).toContain('127.0.0.1');
  });

  test('the home’s own addresses come first', () => {
    expect(urlsOf(['127.0.0.1', '192.0.2.1', '2001:db8::1'], 80)).toEqual([
      'http://192.0.2.1:80/',
      'http://[2001:db8::1]:80/',
      'http://127.0.0.1:80/',
    ]);
  });
});
