import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { visible } from '../model/visible.ts';
import { readOptions } from './options.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spin-read-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { status, stdout, stderr };
}

/** A pcap of Ethernet frames: a camera asks for a name whose bytes include an escape sequence, then sends to its address. */
function capture(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(1, 20);
  const label = Buffer.from('\u001b[31mcloud');
  const name = Buffer.concat([
    Buffer.from([label.length]),
    label,
    Buffer.from([7]),
    Buffer.from('example'),
    Buffer.from([0]),
  ]);
  const question = Buffer.concat([name, Buffer.from([0, 1, 0, 1])]);
  const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 203, 0, 113, 5]);
  const dns = Buffer.concat([Buffer.from([0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]), question, answer]);
  const camera = [192, 168, 1, 7];
  const frames = [
    frame('020000000007', '020000000001', camera, [203, 0, 113, 9], udp(5000, 6000, Buffer.alloc(10))),
    frame('020000000001', '020000000007', [192, 168, 1, 1], camera, udp(53, 5353 + 1, dns)),
    frame('020000000007', '020000000001', camera, [203, 0, 113, 5], udp(5001, 443, Buffer.alloc(100))),
  ];
  return Buffer.concat([header, ...frames.flatMap((bytes, i) => [record(i, bytes.length), bytes])]);
}

function record(i: number, length: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(1_700_000_000 + i, 0);
  bytes.writeUInt32LE(length, 8);
  bytes.writeUInt32LE(length, 12);
  return bytes;
}

function frame(from: string, to: string, source: number[], destination: number[], payload: Buffer): Buffer {
  const ip = Buffer.from([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, ...source, ...destination]);
  ip.writeUInt16BE(20 + payload.length, 2);
  return Buffer.concat([Buffer.from(`${to}${from}0800`, 'hex'), ip, payload]);
}

function udp(from: number, to: number, data: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(from, 0);
  header.writeUInt16BE(to, 2);
  header.writeUInt16BE(8 + data.length, 4);
  return Buffer.concat([header, data]);
}

describe('spin read', () => {
  test('--json gives exact counts, and the name that the device asked for', () => {
    const file = join(folder, 'home.pcap');
    const bytes = capture();
    writeFileSync(file, bytes);
    const { status, stdout, stderr } = read('--json', file);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const told = JSON.parse(stdout);
    expect(told.capture).toMatchObject({ packets: 3, bytes: bytes.length - 24 - 3 * 16, skipped: {} });
    expect(told.devices.map((device: { id: string }) => device.id)).toEqual(['d-020000000007']);
    const counted = told.conversations.reduce(
      (sum: number, one: { bytesUp: number; bytesDown: number }) => sum + one.bytesUp + one.bytesDown,
      0,
    );
    expect(counted).toBe(told.capture.bytes);
    expect(told.conversations.at(-1).node.name).toBe('\\027\\09131mcloud.example');
    expect(told.findings).toEqual([]);
  });

  test('never passes an escape sequence of the network on to the terminal', () => {
    const file = join(folder, 'escape.pcap');
    writeFileSync(file, capture());
    const { stdout } = read(file);
    expect(stdout).toContain('cloud.example');
    expect(stdout).not.toContain('\u001b');
  });

  test('--events is the same every time', () => {
    const file = join(folder, 'events.pcap');
    writeFileSync(file, capture());
    const first = read('--events', file).stdout;
    const kinds = first
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).kind);
    expect(kinds).toEqual(expect.arrayContaining(['device', 'gateway', 'traffic']));
    expect(read('--events', file).stdout).toBe(first);
  });

  test('tells in one line what cannot be read, and what was readable before', () => {
    const cut = join(folder, 'cut.pcap');
    writeFileSync(cut, capture().subarray(0, -20));
    const partly = read('--json', cut);
    expect(partly.status).toBe(3);
    expect(JSON.parse(partly.stdout).capture.packets).toBe(2);
    expect(partly.stderr).toMatch(/^spin read: .*cut\.pcap: .* at byte \d+\n$/);
    const none = join(folder, 'none.pcap');
    writeFileSync(none, 'hello\n');
    for (const file of [none, join(folder, 'missing')]) {
      const { status, stdout, stderr } = read(file);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/^spin read: .* at byte 0\n$/);
    }
  });

  test('takes a log of flows as it takes a capture, by its content and from a pipe too', () => {
    const columns = 'ts id.orig_h id.orig_p id.resp_h id.resp_p proto duration orig_pkts orig_ip_bytes resp_pkts';
    const row = '100 192.168.1.7 5000 203.0.113.5 443 tcp 1 3 300 0';
    const bad = 'never 192.168.1.7 5000 203.0.113.5 443 tcp 1 3 300 0';
    const text = [`#fields ${columns}`, row, bad, ''].join('\n').replaceAll(' ', '\t');
    const file = join(folder, 'whatever.bin');
    writeFileSync(file, text);
    const { status, stdout, stderr } = read('--json', file);
    expect({ status, stderr }).toEqual({
      ...{ status: 3, stderr: `spin read: ${file}: line 3: the time is no number of seconds\n` },
    });
    const told = JSON.parse(stdout);
    expect(told.capture).toMatchObject({ packets: 3, bytes: 300 });
    expect(told.capture.unseen.map((note: { code: string }) => note.code)).toContain('flow-log');
    expect(read(file).stdout).toContain('Not seen: the names that devices looked up (no dns.log lies beside it)');
    expect(told.conversations).toMatchObject([{ device: 'a-192.168.1.7', port: 443, packetsUp: 3, bytesUp: 300 }]);
    const piped = spawnSync(process.execPath, [MAIN, '--json', '-'], { encoding: 'utf8', input: text });
    expect({ status: piped.status, stdout: piped.stdout }).toEqual({ status: 3, stdout });
    writeFileSync(file, [`#fields ${columns}`, bad, ''].join('\n').replaceAll(' ', '\t'));
    expect(read(file)).toMatchObject({ status: 2, stdout: '' });
  });

  test('refuses wrong usage with the usage line', () => {
    expect(read('--lan', 'nonsense', 'x')).toMatchObject({ status: 64, stdout: '' });
    expect(read().stderr).toContain('Usage: spin read');
    expect(read('--help')).toMatchObject({ status: 0, stderr: '' });
  });
});

test('--lan takes prefixes and hardware addresses', () => {
  const options = readOptions(['--lan', '10.0.0.0/8', '--lan', '02:00:00:00:00:07', 'f']);
  expect(options).toMatchObject({ files: ['f'], home: { prefixes: ['10.0.0.0/8'], macs: ['02:00:00:00:00:07'] } });
});

test('what is made visible holds no control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(visible(text)).not.toMatch(/\p{Cc}|\p{Cf}/u);
    }),
  );
});
