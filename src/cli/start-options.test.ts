import { describe, expect, test } from 'vitest';
import { DEFAULT_PORT } from '../contract/config.ts';
import { homesIn, makePlan } from './plan.ts';
import { parseStartOptions } from './start-options.ts';

const parse = (line: string) => parseStartOptions(line.split(' ').filter(Boolean));
const PLACES = { state: '/var/lib/spin', run: '/run/spin' };
const FILE = import.meta.filename;

describe('spin start', () => {
  test('without options shows what it can do', () => {
    expect(parse('')).toMatchObject({ mode: 'demo', speed: 1, port: DEFAULT_PORT, listen: [], json: false });
  });

  test.each([
    ['--watch lo', { mode: 'watch', watch: 'lo' }],
    [`--read ${FILE} --speed 0.5`, { mode: 'read', file: FILE, speed: 0.5 }],
    ['--watch lo --home 192.0.2.0/24 --home 02:00:00:00:00:01', { home: ['192.0.2.0/24', '02:00:00:00:00:01'] }],
    ['--listen ::1 --port 0', { listen: ['::1'], port: 0 }],
    ['--frobnicate --help', 'Unknown option'],
  ])('%s', (line, expected) => {
    if (typeof expected === 'string') expect(() => parse(line)).toThrow(expected);
    else expect(parse(line)).toMatchObject(expected);
  });

  test.each([
    ['--lan lo', 'needs --lan and --wan'],
    ['--wan lo', 'needs --lan and --wan'],
    ['--lan lo --wan lo', 'cannot be both'],
    ['--lan lo --wan lo --watch lo', 'exclude each other'],
    [`--watch lo --read ${FILE}`, 'exclude each other'],
    ['--watch ../../net/lo', 'no network interface'],
    ['--watch .', 'no network interface'],
    ['--watch a-name-that-is-too-long', 'no network interface'],
    ['--watch nowhere\u001b[2J', 'no network interface "nowhere\\x1b[2J"'],
    ['--read /nowhere', 'there is no file /nowhere'],
    ['--read /', 'is a folder'],
    ['--home 192.0.2.0/33', '--home takes'],
    ['--home kitchen', '--home takes'],
    ['--listen localhost', '--listen takes an IP address'],
    ['--listen fe80::1%lo', '--listen takes an IP address'],
    ['--port 1.5', 'whole number'],
    ['--port -1', "'--port' argument is ambiguous"],
    ['--port 0x50', '--port takes'],
    ['--speed 1e9', '--speed takes'],
    ['guard', 'Unexpected argument'],
  ])('%s is refused', (line, reason) => {
    const refused = () => parse(line);
    expect(refused).toThrow(expect.objectContaining({ exitCode: 64, message: expect.stringContaining(reason) }));
    expect(refused).toThrow(/^[^\n]*\(see spin start --help\)$/);
  });
});

describe('what agent and controller are told', () => {
  test('each kind of home has a database of its own', () => {
    expect(makePlan(parse('--watch lo'), PLACES).config).toMatchObject({
      mode: 'watch',
      watch: 'lo',
      listen: ['127.0.0.1'],
      stateDir: `${homesIn(PLACES.state)}/watch`,
      runDir: '/run/spin',
    });
    expect(makePlan(parse(`--read ${FILE}`), PLACES).config.stateDir).toBe('/var/lib/spin/homes/read');
  });

  test('what was asked to listen on is all that is listened on', () => {
    expect(makePlan(parse('--watch lo --listen ::1'), PLACES).config.listen).toEqual(['::1']);
  });

  test('a demo keeps to loopback', () => {
    const { config } = makePlan(parse(''), PLACES);
    expect(config.listen).toEqual(['127.0.0.1']);
    expect(config.demo).toMatch(/^(virtual|recorded)-home$/);
  });
});
