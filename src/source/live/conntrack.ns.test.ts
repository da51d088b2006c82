import { afterEach, describe, expect, it } from 'vitest';
import { ConntrackTable } from '../../digest/conntrack.ts';
import { formatAddress } from '../../model/address.ts';
import { D, FLAG, FlowBatch, RECORD_DOUBLES, RECORD_WORDS, W } from '../../model/flow.ts';
import { ConntrackSource } from './conntrack.ts';
import { cannotRun, FAR, HOME, Testbed, until } from './testbed.ts';

const reason = cannotRun();
const IPV4_UDP = 28;
const IPV6_UDP = 48;
const REDIRECT = `table ip portmap {
  chain prerouting {
    type nat hook prerouting priority -100
    udp dport 4010 dnat to ${FAR.v4}:4005
  }
}
`;

/** Sends datagrams `ADDRESS PORT COUNT SIZE` from one socket, or from a new one each with `spread`. */
const SENDER = `
const dgram = require('node:dgram');
const [address, port, count, size, spread] = process.argv.slice(1);
const open = () => dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
let socket = open(), left = Number(count);
const next = () => {
  if (left-- === 0) return socket.close();
  socket.send(Buffer.alloc(Number(size)), Number(port), address, () => {
    if (spread === 'spread') { socket.close(); socket = open(); }
    next();
  });
};
next();
`;

type Seen = {
  source: string;
  destination: string;
  port: number;
  up: number;
  down: number;
  bytes: number;
  flags: number;
};

/** Also when a test bed's preparation failed. */
let clean: () => void = () => {};

class Watched {
  readonly bed: Testbed;
  readonly table: ConntrackTable;
  readonly source: ConntrackSource;
  readonly seen: Seen[] = [];
  readonly #batch = FlowBatch.ofCapacity(256);
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { nat: boolean; eventBuffer?: number; before?: (bed: Testbed) => void }) {
    this.bed = new Testbed(options);
    clean = () => this.bed.remove();
    this.bed.write(this.bed.router, 'net/netfilter/nf_conntrack_acct', '1');
    this.bed.write(this.bed.router, 'net/netfilter/nf_conntrack_timestamp', '1');
    const ruleset =
      'table inet watched {\n chain c {\n type filter hook forward priority 0\n ct state new counter\n }\n}\n';
    this.bed.run(this.bed.router, ['nft', '-f', '-'], ruleset);
    options.before?.(this.bed);
    this.table = new ConntrackTable({ since: Date.now() });
    this.source = this.bed.inside(this.bed.router, () => {
      const { eventBuffer } = options;
      return new ConntrackSource({
        table: this.table,
        now: Date.now,
        onChange: () => this.#step(),
        ...(eventBuffer === undefined ? {} : { eventBuffer }),
      });
    });
  }

  /** As an agent does: what changed is told a little later, and what came meanwhile is read. */
  #step(): void {
    this.drain();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.source.collect();
      this.drain();
    }, 20);
  }

  drain(): void {
    while (this.table.drain(this.#batch) > 0)
      for (let i = 0; i < this.#batch.count; i++) this.seen.push(read(this.#batch, i));
  }

  send(address: string, port: number, count: number, size: number, ...more: string[]): void {
    const args = [address, String(port), String(count), String(size), ...more];
    this.bed.run(this.bed.home, [process.execPath, '-e', SENDER, ...args]);
  }

  flush(): void {
    this.bed.run(this.bed.router, ['conntrack', '-F']);
  }

  sum(port: number): { flows: number; ends: number; packets: number; bytes: number } {
    const mine = this.seen.filter((flow) => flow.port === port);
    return {
      flows: mine.filter((flow) => flow.flags & FLAG.fresh).length,
      ends: mine.filter((flow) => flow.flags & FLAG.ended).length,
      packets: mine.reduce((sum, flow) => sum + flow.up, 0),
      bytes: mine.reduce((sum, flow) => sum + flow.bytes, 0),
    };
  }

  close(): void {
    clearTimeout(this.#timer);
    this.source.close();
  }
}

function read(batch: FlowBatch, index: number): Seen {
  const word = (offset: number) => batch.words[index * RECORD_WORDS + offset]!;
  const address = (offset: number) => formatAddress(word(offset), word(offset + 1), word(offset + 2), word(offset + 3));
  return {
    source: address(W.source),
    destination: address(W.destination),
    port: word(W.ports) & 0xffff,
    up: word(W.packetsUp),
    down: word(W.packetsDown),
    bytes: batch.doubles[index * RECORD_DOUBLES + D.bytesUp]!,
    flags: word(W.flags),
  };
}

let watched: Watched | undefined;
afterEach(() => {
  watched?.close();
  watched = undefined;
  clean();
});

describe.skipIf(reason)(`connections through a router${reason ? ` (skipped: ${reason})` : ''}`, () => {
  for (const nat of [true, false]) {
    it(`counts IPv4 and IPv6 exactly and names the ends before translation, ${nat ? 'with NAT' : 'without NAT'}`, async () => {
      watched = new Watched({ nat });
      const w = watched;
      await until('the first dump', () => w.source.completed > 0);
      w.send(FAR.v4, 4001, 25, 1000);
      w.send(FAR.v6, 4002, 7, 500);
      await until('a dump with all packets', () => w.sum(4001).packets === 25 && w.sum(4002).packets === 7);
      expect(w.sum(4001)).toEqual({ flows: 1, ends: 0, packets: 25, bytes: 25 * (1000 + IPV4_UDP) });
      expect(w.sum(4002)).toEqual({ flows: 1, ends: 0, packets: 7, bytes: 7 * (500 + IPV6_UDP) });
      expect(w.seen.find((flow) => flow.port === 4001)).toMatchObject({ source: HOME.v4, destination: FAR.v4 });
      expect(w.seen.find((flow) => flow.port === 4002)).toMatchObject({ source: HOME.v6, destination: FAR.v6 });
      w.flush();
      await until('both ends', () => w.sum(4001).ends === 1 && w.sum(4002).ends === 1);
      expect(w.sum(4001).bytes + w.sum(4002).bytes).toBe(25 * (1000 + IPV4_UDP) + 7 * (500 + IPV6_UDP));
      expect(w.table.size).toBe(0);
    });
  }

  it('asks for few connections one by one, redirected ones too, without reading the whole table', async () => {
    watched = new Watched({
      nat: true,
      before: (bed) => bed.run(bed.router, ['nft', '-f', '-'], REDIRECT),
    });
    const w = watched;
    await until('the first dump', () => w.source.completed > 0);
    w.send(FAR.v4, 4010, 9, 300);
    w.send(FAR.v6, 4011, 3, 300);
    await until('all bytes', () => w.sum(4005).packets === 9 && w.sum(4011).packets === 3);
    expect(w.sum(4005)).toEqual({ flows: 1, ends: 0, packets: 9, bytes: 9 * (300 + IPV4_UDP) });
    expect(w.source.completed).toBe(1);
    w.flush();
    await until('all ends', () => w.table.size === 0);
    expect(w.source.completed).toBe(1);
  });

  it('does not count what happened before it started', async () => {
    watched = new Watched({
      nat: false,
      before: (bed) => bed.run(bed.home, [process.execPath, '-e', SENDER, FAR.v4, '4003', '50', '100', 'spread']),
    });
    const w = watched;
    // Not all 50: the kernel may give a port twice.
    await until('the first dump', () => w.source.completed > 0 && w.table.size > 0);
    w.flush();
    await until('two dumps without them', () => w.table.size === 0);
    expect(w.sum(4003)).toEqual({ flows: 0, ends: 0, packets: 0, bytes: 0 });
  });

  it('counts lost events and still has every connection and byte', async () => {
    watched = new Watched({ nat: true, eventBuffer: 16_384 });
    const w = watched;
    await until('the first dump', () => w.source.completed > 0);
    w.send(FAR.v4, 4004, 400, 100, 'spread');
    w.flush();
    expect(w.source.undelivered).toBeGreaterThan(0);
    await until('all ends', () => w.sum(4004).packets === 400 && w.table.size === 0, 20_000);
    const { flows, ends, bytes } = w.sum(4004);
    expect(ends).toBe(flows);
    expect(bytes).toBe(400 * (100 + IPV4_UDP));
    expect(w.table.lostEnds).toBe(0);
  });
});
