import { describe, expect, it } from 'vitest';
import type { DnsObservation, HelloObservation, Observation } from '../../model/observation.ts';
import { BEYOND, CAMERA, flows, PHONE, ROUTER, START } from '../../track/testing.ts';
import { asked, BASE32, chance, DAY, HEX, HOUR, MINUTE, SECOND, text, watch } from '../testing/watch.ts';
import { isWithin, ownerDomain } from './domain.ts';
import { encryptedDns } from './encrypted-dns.ts';
import { generatedNames } from './generated-names.ts';
import { looksEncoded, readability, UNREADABLE } from './letters.ts';
import { dnsTunnel } from './tunnel.ts';
import { waterTorture } from './water-torture.ts';

const NXDOMAIN = 3;
const home = () => {
  const watched = watch(dnsTunnel, generatedNames, waterTorture);
  watched.take(flows(START, { from: CAMERA, to: ROUTER, port: 53, protocol: 17 }));
  watched.take(flows(START, { from: PHONE, to: ROUTER, port: 53, protocol: 17, slot: 1 }));
  return watched;
};
const found = (messages: DnsObservation[]) => {
  const watched = home();
  watched.take(...messages);
  return watched.findings();
};
const times = <T>(count: number, make: (i: number) => T[]): T[] =>
  Array.from({ length: count }, (_, i) => make(i)).flat();

describe('the owner of a name', () => {
  it.each([
    ['a.b.example.com', 'example.com'],
    ['example.com', 'example.com'],
    ['www.example.co.uk', 'example.co.uk'],
    ['x.d1a2b3.cloudfront.net', 'd1a2b3.cloudfront.net'],
    ['host', 'host'],
    ['', ''],
    ['.', '.'],
  ])('%s belongs to %s', (name, owner) => {
    expect(ownerDomain(name)).toBe(owner);
  });

  it('is above its names only', () => {
    expect(isWithin('a.spamhaus.org', 'spamhaus.org')).toBe(true);
    expect(isWithin('notspamhaus.org', 'spamhaus.org')).toBe(false);
  });
});

describe('letters', () => {
  it('of words and brands read well, of chance do not', () => {
    for (const word of ['googlevideo', 'doubleclick', 'samsungcloud', 'philips', 'homekit', 'thermostat'])
      expect(readability(word)).toBeGreaterThan(0);
    const random = chance(5);
    const unreadable = times(1000, () => [readability(text(random, 12)) < UNREADABLE]).filter(Boolean);
    expect(unreadable.length).toBeGreaterThan(850);
  });

  it('tell data in disguise from words and numbers', () => {
    const encoded = (name: string) => looksEncoded(name, 0, name.length);
    expect(encoded('95e8708a621c36200')).toBe(true);
    expect(encoded('laegpumiplhhpz12ynd1efljwlkjcgwy')).toBe(true);
    expect(encoded('\\200\\123')).toBe(true);
    expect(encoded('static-images-europe')).toBe(false);
    expect(encoded('ipv4-c001-ams001-ix.1.oca')).toBe(false);
    expect(encoded('ec2-198-51-100-7.eu-west-1.compute')).toBe(false);
    expect(encoded('100.168.192.in')).toBe(false);
    expect(encoded('api')).toBe(false);
  });
});

describe('a tunnel through the DNS', () => {
  it.each([
    ['in text records, a message a second', 16, SECOND, 18, HEX],
    ['in null records, ten a second', 10, 100, 60, BASE32],
    ['in addresses, a message every two seconds', 1, 2 * SECOND, 40, BASE32],
  ])('%s is found within minutes', (_what, type, every, length, letters) => {
    const random = chance(1);
    const messages = times(120, (i) =>
      asked(START + i * every, CAMERA, `${text(random, length, letters)}.t.example.org`, { type }),
    );
    expect(found(messages)).toMatchObject([{ detector: 'dns-tunnel', subject: 'example.org', evidence: {} }]);
    expect(found(messages)[0]!.confidence).toBeGreaterThan(0.75);
  });

  it('that sends a message every ten minutes is found within a day', () => {
    const random = chance(2);
    const messages = times(140, (i) =>
      asked(START + i * 10 * MINUTE, CAMERA, `${text(random, 40, HEX)}.example.org`, { type: 16 }),
    );
    expect(found(messages)).toMatchObject([{ detector: 'dns-tunnel', subject: 'example.org' }]);
  });

  it('is not seen in a content network’s servers, asked for again and again', () => {
    const random = chance(3);
    const servers = times(25, () => [`r${Math.floor(random() * 9)}---sn-${text(random, 8, BASE32)}.video.example.com`]);
    const messages = times(2000, (i) => asked(START + i * SECOND, PHONE, servers[i % servers.length]!));
    expect(found(messages)).toEqual([]);
  });

  it('is not seen in numbered servers of video sites, however many of them', () => {
    const random = chance(8);
    const digit = (most: number) => String(Math.floor(random() * most)).padStart(3, '0');
    const messages = times(1500, (i) => [
      ...asked(START + i * 40 * SECOND, PHONE, `ipv4-c${digit(200)}-ams${digit(9)}-ix.1.oca.video.example.net`),
      ...asked(START + i * 40 * SECOND, PHONE, `rr${i % 9}---sn-${text(random, 8, BASE32)}.googlevideo.example`),
    ]);
    expect(found(messages)).toEqual([]);
  });

  it('is not seen in services whose questions are data by design', () => {
    const random = chance(4);
    const scanner = times(400, (i) =>
      asked(START + i * SECOND, PHONE, `${text(random, 40, HEX)}.x.sophosxl.net`, { type: 16 }),
    );
    const blocklist = times(400, (i) =>
      asked(START + i * SECOND, PHONE, `${i % 250}.${i % 99}.2.10.list.example.org`, { rcode: NXDOMAIN }),
    );
    expect(found(scanner)).toEqual([]);
    expect(found(blocklist).filter(({ detector }) => detector === 'dns-tunnel')).toEqual([]);
  });

  it('is not seen in a year of an appliance’s ordinary names', () => {
    const names = ['api.vendor.example', 'time.vendor.example', 'a1b2c3d4e5f6g7.iot.eu-west-1.amazonaws.com'];
    expect(found(times(3000, (i) => asked(START + i * 3 * HOUR, CAMERA, names[i % 3]!)))).toEqual([]);
  });
});

describe('generated names', () => {
  const domains = (seed: number, count: number) => {
    const random = chance(seed);
    return times(count, () => [`${text(random, 12)}.${['com', 'net', 'info'][Math.floor(random() * 3)]}`]);
  };

  it('are found in a few minutes, whichever of them exist', () => {
    const messages = domains(1, 60).flatMap((name, i) =>
      asked(START + i * 5 * SECOND, CAMERA, name, { rcode: i % 10 === 9 ? 0 : NXDOMAIN }),
    );
    expect(found(messages)).toMatchObject([{ detector: 'generated-names', subject: '' }]);
    expect(found(messages)[0]!.confidence).toBeGreaterThan(0.8);
  });

  it('are not seen in readable names that a filtering resolver denies', () => {
    const words = ['ads', 'track', 'pixel', 'stats', 'metrics', 'count', 'banner', 'click', 'media', 'market'];
    const messages = times(100, (i) =>
      asked(START + i * SECOND, PHONE, `${words[i % 10]}${words[(i * 7 + 3) % 10]}.example${i}.com`.replace('.', ''), {
        rcode: NXDOMAIN,
      }),
    );
    expect(found(messages)).toEqual([]);
  });

  it('are not seen in a browser’s three probes, or a home without internet', () => {
    const random = chance(6);
    const probes = times(3, (i) => asked(START + i * SECOND, PHONE, text(random, 10), { rcode: NXDOMAIN }));
    const down = times(200, (i) =>
      asked(START + i * SECOND, CAMERA, i % 2 ? 'api.vendor.example' : 'time.vendor.example', { rcode: NXDOMAIN }),
    );
    expect(found([...probes, ...down])).toEqual([]);
  });
});

describe('water torture', () => {
  it('is found within a second or two, with and without answers', () => {
    const random = chance(1);
    const names = times(200, () => [`${text(random, 12)}.victim.example`]);
    const refused = names.flatMap((name, i) => asked(START + i * 10, CAMERA, name, { rcode: NXDOMAIN }));
    const unanswered = refused.filter(({ response }) => !response);
    for (const messages of [refused, unanswered]) {
      const watched = home();
      const seen = watched.take(...messages).find((event) => event.kind === 'finding');
      expect(seen).toMatchObject({ finding: { detector: 'dns-water-torture', subject: 'victim.example' } });
      expect(seen!.at - START).toBeLessThan(2000);
    }
  });

  it('is not seen in answered names, or in many owners’ names', () => {
    const random = chance(2);
    const answered = times(300, (i) => asked(START + i * 20, PHONE, `cdn-${i}.example.com`));
    const owners = times(300, (i) =>
      asked(START + i * 20, PHONE, `www.shop${text(random, 6)}.com`, { rcode: i % 3 === 0 ? NXDOMAIN : 0 }),
    );
    expect(found([...answered, ...owners])).toEqual([]);
  });

  it('of one device is not held against another', () => {
    const random = chance(3);
    const messages = times(200, (i) => [
      ...asked(START + i * 10, CAMERA, `${text(random, 12)}.victim.example`, { rcode: NXDOMAIN }),
      ...asked(START + i * 10, PHONE, 'www.example.com'),
    ]);
    expect(new Set(found(messages).map(({ device }) => device))).toEqual(new Set(['d-020000000007']));
  });
});

describe('look-ups out of sight', () => {
  const greets = (at: number, serverName: string): HelloObservation => ({
    kind: 'hello',
    ...{
      at,
      client: CAMERA,
      server: { address: '198.51.100.8' },
      protocol: 'tcp',
      clientPort: 40_000,
      serverPort: 443,
    },
    ...{ serverName, alpn: [] },
  });
  const told = (...observations: Observation[]) => {
    const watched = watch(encryptedDns);
    watched.take({ kind: 'service', at: START, device: CAMERA, protocol: 'mdns', service: '_rtsp._tcp' });
    watched.take(flows(START, { from: CAMERA, to: ROUTER, port: 53, protocol: 17 }), ...observations);
    return watched.findings();
  };

  it('that a camera begins with after weeks are told', () => {
    expect(told(greets(START + 20 * DAY, 'mozilla.cloudflare-dns.com'))).toMatchObject([
      { detector: 'encrypted-dns', subject: 'mozilla.cloudflare-dns.com' },
    ]);
    const overTls = flows(START + 20 * DAY, { from: CAMERA, to: BEYOND('198.51.100.8'), port: 853, slot: 9 });
    expect(told(overTls)).toMatchObject([{ detector: 'encrypted-dns' }]);
  });

  it('that it always had are not, nor are a resolver’s pages', () => {
    const early = greets(START + HOUR, 'dns.google');
    const later = greets(START + 20 * DAY, 'dns.google');
    expect(told(early, later)).toEqual([]);
    expect(told(greets(START + 20 * DAY, 'www.quad9.net'))).toEqual([]);
  });
});
