import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatAddress } from '../../model/address.ts';
import { D, FACT, FLAG, RECORD_DOUBLES, RECORD_WORDS, W } from '../../model/flow.ts';
import type { DnsObservation, Observation } from '../../model/observation.ts';
import { openBytes } from '../capture/chunks.ts';
import { type FlowLogEnd, isFlowLog, readFlowLog } from './read.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spin-flow-log-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const COLUMNS = [
  ...['ts', 'uid', 'id.orig_h', 'id.orig_p', 'id.resp_h', 'id.resp_p', 'proto', 'service', 'duration', 'orig_bytes'],
  ...['resp_bytes', 'conn_state', 'history', 'orig_pkts', 'orig_ip_bytes', 'resp_pkts', 'resp_ip_bytes', 'label'],
];
type Row = Partial<Record<(typeof COLUMNS)[number], string>>;

/** An answered web connection of a camera, but for what is said otherwise. */
function cells(row: Row): string[] {
  const usual: Row = {
    ...{ ts: '100.0', uid: 'C1', 'id.orig_h': '192.168.1.7', 'id.orig_p': '40000', 'id.resp_h': '203.0.113.5' },
    ...{ 'id.resp_p': '443', proto: 'tcp', service: '-', duration: '2.0', orig_bytes: '100', resp_bytes: '200' },
    ...{ conn_state: 'SF', history: 'ShADadFf', orig_pkts: '6', orig_ip_bytes: '400', resp_pkts: '5' },
    ...{ resp_ip_bytes: '500', label: '-' },
  };
  return COLUMNS.map((name) => row[name] ?? usual[name]!);
}

function zeek(...rows: Row[]): string {
  const head = ['#separator \\x09', '#set_separator\t,', '#empty_field\t(empty)', '#unset_field\t-', '#path\tconn'];
  return [...head, `#fields\t${COLUMNS.join('\t')}`, ...rows.map((row) => cells(row).join('\t')), ''].join('\n');
}

function csv(...rows: Row[]): string {
  return [COLUMNS.join(','), ...rows.map((row) => cells(row).join(',')), ''].join('\n');
}

function json(...rows: Row[]): string {
  const numbers = new Set(['ts', 'duration', 'id.orig_p', 'id.resp_p', 'orig_pkts', 'resp_pkts', 'orig_ip_bytes']);
  const object = (row: Row) => {
    const filled = COLUMNS.map((name, i) => [name, cells(row)[i]!] as const).filter(([, cell]) => cell !== '-');
    return Object.fromEntries(filled.map(([name, cell]) => [name, numbers.has(name) ? Number(cell) : cell]));
  };
  return rows.map((row) => `${JSON.stringify(object(row))}\n`).join('');
}

type Part = {
  at: number;
  source: string;
  destination: string;
  fresh: boolean;
  ended: boolean;
  begun: boolean;
  up: number;
  down: number;
  bytes: number;
  syns: number;
  flags: number;
  facts: number;
  protocol: number;
  ports: number;
  mac: number;
};

type Told = FlowLogEnd & { parts: Part[]; observations: Exclude<Observation, { kind: 'flows' }>[]; ats: number[] };

async function read(text: string | Buffer, name = 'conn.log'): Promise<Told> {
  const file = join(folder, name);
  writeFileSync(file, text);
  const source = await openBytes(file);
  const head = new Uint8Array(1 << 18);
  const length = await source.read(head, 0);
  const parts: Part[] = [];
  const observations: Told['observations'] = [];
  const ats: number[] = [];
  const sink = (observation: Observation) => {
    ats.push(observation.at);
    if (observation.kind === 'flows') parts.push(...partsOf(observation));
    else observations.push(observation);
  };
  const end = await readFlowLog(file, source, head.subarray(0, length), sink);
  source.close();
  return { ...end, parts, observations, ats };
}

function partsOf({ at, flows }: Observation & { kind: 'flows' }): Part[] {
  return Array.from({ length: flows.count }, (_, record) => {
    const word = (place: number) => flows.words[record * RECORD_WORDS + place]!;
    const double = (place: number) => flows.doubles[record * RECORD_DOUBLES + place]!;
    const end = (place: number) => formatAddress(word(place), word(place + 1), word(place + 2), word(place + 3));
    return {
      ...{ at, source: end(W.source), destination: end(W.destination), mac: word(W.sourceMacLow) },
      fresh: (word(W.flags) & FLAG.fresh) !== 0,
      ended: (word(W.flags) & FLAG.ended) !== 0,
      begun: (word(W.flags) & FLAG.initiatorKnown) !== 0,
      ...{ up: word(W.packetsUp), down: word(W.packetsDown), bytes: double(D.bytesUp) + double(D.bytesDown) },
      ...{ syns: word(W.syns), flags: word(W.protocol) >>> 8, facts: word(W.facts), ports: word(W.ports) },
      protocol: word(W.protocol) & 255,
    };
  });
}

const sum = (parts: readonly Part[], of: 'up' | 'down' | 'bytes' | 'syns') =>
  parts.reduce((total, part) => total + part[of], 0);

describe('a log of flows', () => {
  test.each([
    ['Zeek text', zeek({})],
    ['JSON lines', json({})],
    ['comma-separated', csv({})],
    ['compressed', gzipSync(zeek({}))],
  ])('is told from begin to end, whatever its form: %s', async (_, text) => {
    const { parts, totals, rows, bad, messages } = await read(text);
    expect({ rows, bad, messages }).toEqual({ rows: 1, bad: 0, messages: [] });
    expect(totals).toMatchObject({ packets: 11, bytes: 900, first: 100_000, last: 102_000, flows: 1 });
    expect({ up: sum(parts, 'up'), down: sum(parts, 'down'), bytes: sum(parts, 'bytes') }).toEqual({
      ...{ up: 6, down: 5, bytes: 900 },
    });
    expect(parts.map(({ fresh, ended, begun }) => [fresh, ended, begun])).toEqual([
      [true, false, true],
      [false, false, true],
      [false, true, true],
    ]);
    expect(parts[0]).toMatchObject({ source: '192.168.1.7', destination: '203.0.113.5', syns: 1, up: 1, down: 1 });
  });

  test('is told in the order of its times, though rows are written when flows end', async () => {
    const { parts, ats } = await read(zeek({ ts: '300', duration: '0' }, { ts: '100', duration: '0' }, { ts: '200' }));
    expect(parts.filter(({ fresh }) => fresh).map(({ at }) => at)).toEqual([100_000, 200_000, 300_000]);
    expect(ats).toEqual([...ats].sort((a, b) => a - b));
  });

  test('says what became of an attempt by the flags of its end', async () => {
    const state = async (row: Row) => (await read(zeek({ duration: '0', ...row }))).parts[0]!;
    const [SYN, RST, ACK] = [2, 4, 16];
    const refused = await state({ history: 'Sr', conn_state: 'REJ', orig_pkts: '1', resp_pkts: '1' });
    expect(refused).toMatchObject({ flags: SYN | (RST << 8), begun: true, syns: 1 });
    const silent = await state({ history: 'S', conn_state: 'S0', orig_pkts: '3', resp_pkts: '0', resp_ip_bytes: '0' });
    expect(silent).toMatchObject({ flags: SYN, syns: 3, down: 0 });
    const midstream = await state({ history: 'DdA', conn_state: 'OTH' });
    expect(midstream).toMatchObject({ begun: false, syns: 0 });
    const withoutHistory = await state({ history: '-', conn_state: 'RSTR' });
    expect(withoutHistory.flags).toBe(SYN | ACK | ((SYN | ACK | RST) << 8));
  });

  test('takes a SYN that is sent again for the same attempt, though it has a row of its own', async () => {
    const silent = (ts: string, port = '40000'): Row => ({
      ...{ ts, history: 'S', conn_state: 'S0', 'id.orig_p': port, duration: '0', orig_pkts: '1', orig_ip_bytes: '60' },
      ...{ resp_pkts: '0', resp_ip_bytes: '0' },
    });
    const begun = async (...rows: Row[]) => (await read(zeek(...rows))).parts.filter(({ fresh }) => fresh);
    const { parts, rows } = await read(zeek(silent('100'), silent('103'), silent('111'), { ts: '127' }));
    expect(rows).toBe(4);
    expect(parts.filter(({ fresh }) => fresh)).toMatchObject([{ at: 100_000, flags: 2 | (18 << 8) }]);
    expect({ up: sum(parts, 'up'), bytes: sum(parts, 'bytes') }).toEqual({ up: 9, bytes: 900 + 3 * 60 });
    expect(await begun(silent('100'), silent('103', '40001'))).toHaveLength(2);
    expect(await begun(silent('100'), silent('200'))).toHaveLength(2);
    expect(await begun({ ts: '100' }, { ts: '103' })).toHaveLength(2);
  });

  test('tells a login by its banner: the first data came from the server', async () => {
    const banner = await read(zeek({ history: 'ShAdDaFf' }));
    expect(banner.parts.map(({ facts }) => facts)).toEqual([0, FACT.serverFirst, 0]);
    const web = await read(zeek({ history: 'ShADadFf' }));
    expect(web.parts.every(({ facts }) => facts === 0)).toBe(true);
  });

  test('knows ICMP by type and code, and hardware addresses', async () => {
    const ping = { proto: 'icmp', 'id.orig_p': '8', 'id.resp_p': '0', history: '-', conn_state: 'OTH', duration: '0' };
    expect((await read(zeek(ping))).parts[0]).toMatchObject({ protocol: 1, ports: 8 << 8 });
    const unreachable = { ...ping, 'id.orig_p': '3', 'id.resp_p': '3' };
    expect((await read(zeek(unreachable))).parts[0]).toMatchObject({ ports: (3 << 8) | 3 });
    const solicitation = { ...ping, 'id.orig_h': 'fe80::1', 'id.resp_h': 'ff02::1', 'id.orig_p': '135' };
    expect((await read(zeek(solicitation))).parts[0]).toMatchObject({ protocol: 58, ports: 135 << 8 });
    const line = json({}).replace('{', '{"orig_l2_addr":"02:00:00:00:00:07",');
    expect((await read(line)).parts[0]).toMatchObject({ mac: 7 });
  });

  test('spreads what a long flow sent, so that an hour is no flood', async () => {
    const { parts } = await read(zeek({ duration: '3600', orig_pkts: '720000', orig_ip_bytes: '720000000' }));
    expect(Math.max(...parts.map(({ up }) => up))).toBeLessThan(300);
    expect(sum(parts, 'up')).toBe(720_000);
  });

  test('gives names where dns.log lies beside', async () => {
    const columns = 'ts uid id.orig_h id.orig_p id.resp_h id.resp_p rtt query qtype rcode answers TTLs'.split(' ');
    const row = '99 C0 192.168.1.7 5000 192.168.1.1 53 0.5 Cam.Example 1 0 cdn.example,203.0.113.5 60.0,30.0';
    const unanswered = '99.7 C2 192.168.1.7 5001 192.168.1.1 53 - gone\\x1b.example 1 - - -';
    const tabs = (line: string) => line.replaceAll(' ', '\t');
    writeFileSync(join(folder, 'dns.log'), `#fields\t${columns.join('\t')}\n${tabs(row)}\n${tabs(unanswered)}\n`);
    const { observations } = await read(zeek({}));
    rmSync(join(folder, 'dns.log'));
    const messages = observations.filter((one): one is DnsObservation => one.kind === 'dns');
    expect(messages.map(({ at, response, name }) => [at, response, name])).toEqual([
      [99_000, false, 'cam.example'],
      [99_500, true, 'cam.example'],
      [99_700, false, 'gone\\027.example'],
    ]);
    expect(messages[1]!.answers).toEqual([
      { type: 'CNAME', name: 'cam.example', ttl: 60, target: 'cdn.example' },
      { type: 'A', name: 'cdn.example', ttl: 30, address: '203.0.113.5' },
    ]);
    expect(observations[0]).toMatchObject({
      kind: 'source',
      coverage: [{ code: 'flow-log' }],
    });
  });

  test('without dns.log says that names are missing, and that no header is seen', async () => {
    const { observations } = await read(zeek({}));
    expect(observations[0]).toMatchObject({
      coverage: [{ code: 'flow-log' }, { code: 'look-ups-not-seen', detail: 'no dns.log lies beside it' }],
      greetings: true,
    });
  });

  test('tells who greeted as TLS does, where the log knows', async () => {
    const { observations } = await read(zeek({ service: 'ssl' }, { service: 'http' }));
    expect(observations.filter(({ kind }) => kind === 'hello')).toEqual([
      {
        ...{ kind: 'hello', at: 100_000, alpn: [], protocol: 'tcp', clientPort: 40_000, serverPort: 443 },
        ...{ client: { address: '192.168.1.7' }, server: { address: '203.0.113.5' } },
      },
    ]);
  });

  test('keeps labels out of what is told', async () => {
    const labelled = await read(zeek({ label: 'Malicious' }));
    const plain = await read(zeek({ label: 'Benign' }));
    expect(labelled.parts).toEqual(plain.parts);
    expect(labelled.observations).toEqual(plain.observations);
  });
});

describe("Argus' flows", () => {
  const HEAD =
    'StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,SrcPkts,Label';

  test('tell ends, amounts and flags each way', async () => {
    const text = `${HEAD}\n2018/12/18 14:00:00.5,0.7,tcp,192.168.1.7,52798,   ->,203.0.113.58,445,S_RA,0,0,2,134,70,1,\n`;
    const { parts, totals } = await read(text, 'flows.binetflow');
    expect(totals).toMatchObject({ packets: 2, bytes: 134, first: Date.UTC(2018, 11, 18, 14, 0, 0, 500) });
    expect(parts.at(-1)).toMatchObject({ ended: true, flags: 2 | ((4 | 16) << 8), begun: true });
    expect(sum(parts, 'down')).toBe(1);
  });

  test('share out the packets by their bytes where they are only told together', async () => {
    const head = HEAD.replace(',SrcPkts', '');
    const { parts } = await read(
      `${head}\n2018/12/18 14:00:00,0,udp,192.168.1.7,5000,  <->,203.0.113.5,53,CON,0,0,10,1000,300,x\n`,
      'old.binetflow',
    );
    expect({ up: sum(parts, 'up'), down: sum(parts, 'down') }).toEqual({ up: 3, down: 7 });
  });
});

describe('what cannot be read', () => {
  test('is told with its line and reason, and the rest goes on', async () => {
    const lines = zeek({}, { ts: 'soon' }, { 'id.orig_h': '300.1.1.1' }, { orig_pkts: '-1' }, {}).split('\n');
    lines.splice(10, 0, 'three\tcells\tonly');
    const { rows, bad, messages } = await read(lines.join('\n'));
    expect({ rows, bad }).toEqual({ rows: 2, bad: 4 });
    expect(messages).toEqual([
      'line 8: the time is no number of seconds',
      'line 9: id.orig_h is no address',
      'line 10: packets are no number',
      'line 11: 3 cells where the header names 18 columns',
    ]);
  });

  test('is a row in which the file is cut off', async () => {
    const text = zeek({}, {});
    const { rows, bad, messages } = await read(text.slice(0, -40));
    expect({ rows, bad }).toEqual({ rows: 1, bad: 1 });
    expect(messages[0]).toMatch(/^line 8: the file is cut off in this row/);
  });

  test('ends the reading where compressed data is cut off, and keeps what came before', async () => {
    const noise = Array.from({ length: 4000 }, (_, i) => ({
      ts: String(i * 7.77),
      'id.orig_p': String(1024 + i * 13),
    }));
    const bytes = gzipSync(zeek(...noise));
    const { rows, fault } = await read(bytes.subarray(0, bytes.length >> 1));
    expect(fault).toBe('the compressed data is cut off');
    expect(rows).toBeGreaterThan(100);
  });

  test('is counted where only its protocol is unknown', async () => {
    const { totals, rows, bad } = await read(zeek({ proto: 'unknown_transport' }));
    expect({ rows, bad }).toEqual({ rows: 0, bad: 0 });
    expect(totals).toMatchObject({ packets: 11, bytes: 900 });
    expect(totals.skipped).toEqual({ 'flow of an unknown protocol': { packets: 11, bytes: 900 } });
  });

  test('is an unknown column, told once', async () => {
    const text = zeek({}, {})
      .split('\n')
      .map((line) =>
        line.startsWith('#fields') ? `${line}\tmood` : line === '' || line[0] === '#' ? line : `${line}\tx`,
      )
      .join('\n');
    const { rows, messages } = await read(text);
    expect({ rows, messages }).toEqual({ rows: 2, messages: ['line 6: unknown column "mood" is passed over'] });
  });

  test('is a line without an end', async () => {
    const { rows, bad, messages } = await read(`${zeek({})}${'x'.repeat(1_000_000)}\n${cells({}).join('\t')}\n`);
    expect({ rows, bad, messages }).toEqual({ rows: 2, bad: 1, messages: ['line 8: longer than any row'] });
  });

  test('many bad rows are told as a number', async () => {
    const { messages, bad } = await read(zeek(...Array.from({ length: 100 }, () => ({ ts: 'never' }))));
    expect(bad).toBe(100);
    expect(messages).toHaveLength(11);
    expect(messages.at(-1)).toBe('90 more rows that cannot be read');
  });
});

test('only logs of flows are taken for such', () => {
  const isLog = (text: string) => isFlowLog(new TextEncoder().encode(text));
  expect([zeek({}), json({}), csv({}), `\ufeff${csv({})}`].map(isLog)).toEqual([true, true, true, true]);
  expect(['', 'hello\n', '{"a":1}\n', 'a,b,c\n', '\xd4\xc3\xb2\xa1'].map(isLog)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});

test('whatever a row holds, sums stay exact and time goes forward', async () => {
  const number = fc.oneof(
    fc.nat(5000).map(String),
    fc.constantFrom('-', '-1', '1e9', '99999999999999999', 'x', '4294967295'),
  );
  const row = fc.record(
    {
      ts: fc.oneof(
        fc.nat(100_000).map((ms) => String(ms / 1000)),
        fc.string(),
      ),
      duration: fc.oneof(
        fc.nat(5_000_000).map((ms) => String(ms / 1000)),
        fc.constantFrom('-', '1e300', '-5'),
      ),
      history: fc.stringMatching(/^[\^ShADadFfRrQ]{0,12}$/),
      proto: fc.constantFrom('tcp', 'udp', 'icmp', 'sctp', '?'),
      ...{ orig_pkts: number, resp_pkts: number, orig_ip_bytes: number, resp_ip_bytes: number },
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
      const { parts, totals, ats } = await read(csv(...rows), 'any.csv');
      const skipped = Object.values(totals.skipped);
      const packets = sum(parts, 'up') + sum(parts, 'down') + skipped.reduce((all, one) => all + one.packets, 0);
      const bytes = sum(parts, 'bytes') + skipped.reduce((all, one) => all + one.bytes, 0);
      expect({ packets, bytes }).toEqual({ packets: totals.packets, bytes: totals.bytes });
      expect(parts.filter(({ fresh }) => fresh)).toHaveLength(parts.filter(({ ended }) => ended).length);
      expect(ats.every((at, i) => i === 0 || at >= ats[i - 1]!)).toBe(true);
    }),
    { numRuns: 60 },
  );
});
