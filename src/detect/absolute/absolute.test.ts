import { describe, expect, it } from 'vitest';
import { tcp } from '../../decode/frame-builder.ts';
import { createPipeline } from '../../pipeline.ts';
import { HOUR, Scene, SECOND, START, stranger, type Thing, type Told } from '../testing/scene.ts';
import { BadPlaces } from './bad-places.ts';

const found = (told: readonly Told[], detector: string) => told.filter((one) => one.detector === detector);

function played(
  act: (scene: Scene, thing: Thing) => void,
  kind?: Parameters<Scene['thing']>[0],
  options?: ConstructorParameters<typeof Scene>[0],
): Told[] {
  const scene = new Scene(options);
  const [thing, other] = [scene.thing(kind), scene.thing()];
  scene.tcp(START, other, stranger(60_000), 443);
  scene.tcp(START, thing, stranger(60_000), 443);
  act(scene, thing);
  return scene.play();
}

describe('false source addresses', () => {
  const syn = tcp(4000, 80, 2);

  it('chosen anew for each packet are found, in both families', () => {
    for (const source of [(i: number) => stranger(i * 31), (i: number) => `2001:db8:${100 + i}::7`]) {
      const told = played((scene, thing) => {
        const to = source(0).includes(':') ? '2001:db8:ffff::1' : stranger(9);
        for (let i = 0; i < 20; i++) scene.packet(START + i * 100, thing, to, 6, syn, source(i));
      });
      expect(found(told, 'spoofed-source')[0]).toMatchObject({ device: 'd-02000000000a' });
    }
  });

  it('of one victim, in whose name many are asked, are found', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 100; i++) scene.packet(START + i * 100, thing, stranger(i), 6, syn, stranger(60_001));
    });
    expect(found(told, 'spoofed-source')).toHaveLength(1);
  });

  it.each([
    ['a phone that comes from another network', Array.from({ length: 6 }, () => '100.72.3.4')],
    ['privacy addresses of the home’s own network', Array.from({ length: 30 }, (_, i) => `2001:db8:1::${i + 1}`)],
    ['link-local addresses', Array.from({ length: 30 }, (_, i) => `fe80::${i + 1}`)],
    ['a container behind a computer', ['172.17.0.2', '172.17.0.3', '172.17.0.4', '172.17.0.5', '172.18.0.2']],
  ])('%s are none', (_what, sources) => {
    const told = played((scene, thing) => {
      sources.forEach((source, i) => {
        const to = source.includes(':') ? '2001:db8:ffff::1' : stranger(i);
        scene.packet(START + i * 1000, thing, to, 6, syn, source);
      });
    });
    expect(found(told, 'spoofed-source')).toEqual([]);
  });
});

describe('a router within the home, whose networks nobody announced', () => {
  it('is not taken for one that sends under false addresses', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 20; i++) {
        const at = START + i * 500;
        scene.packet(at, thing, stranger(i), 6, tcp(4000, 80, 2), `10.1.${i}.5`);
        scene.packet(at + 100, thing, '2001:db8:ffff::1', 6, tcp(4000, 80, 2), `2001:db8:${100 + i}::7`);
      }
    });
    expect(found(told, 'spoofed-source')).toEqual([]);
  });
});

describe('protocols that an appliance has no use for', () => {
  const sent = (protocol: number, kind: 'camera' | 'computer', ends = 1) =>
    played((scene, thing) => {
      for (let i = 0; i < ends; i++)
        scene.packet(START + i * SECOND, thing, stranger(i), protocol, new Uint8Array(100));
    }, kind);

  it('GRE from a camera is found, a computer’s one tunnel is not', () => {
    expect(found(sent(47, 'camera'), 'unneeded-protocol')[0]).toMatchObject({ subject: 'gre', confidence: 0.97 });
    expect(found(sent(47, 'computer'), 'unneeded-protocol')).toEqual([]);
  });
  it('a computer that sends GRE to many is found', () => {
    expect(found(sent(47, 'computer', 5), 'unneeded-protocol')).toHaveLength(1);
  });
  it('a search through all protocols of one machine is one finding, also at home', () => {
    for (const isAtHome of [false, true]) {
      const scene = new Scene();
      const [thing, other] = [scene.thing('computer'), scene.thing()];
      for (let protocol = 60; protocol < 120; protocol++)
        scene.packet(START + protocol * 200, thing, isAtHome ? other : stranger(9), protocol, new Uint8Array(20));
      const pipeline = createPipeline();
      scene.play(pipeline);
      const open = pipeline.findings().filter(({ detector }) => detector === 'unneeded-protocol');
      expect(open).toMatchObject([{ device: thing.id, subject: 'many protocols', evidence: { protocols: 60 } }]);
    }
  });
  it('multicast routing within the home is none', () => {
    const told = played((scene, thing) => scene.packet(START, thing, '224.0.0.13', 103, new Uint8Array(20)), 'camera');
    expect(found(told, 'unneeded-protocol')).toEqual([]);
  });
});

describe('mail', () => {
  const mailed = (servers: number, port: number, kind?: 'kitchen' | 'computer') =>
    played((scene, thing) => {
      for (let i = 0; i < 40; i++) {
        scene.named(START + i, thing, `mx${i % servers}.example`, stranger(i % servers));
        scene.tcp(START + SECOND + i * 2000, thing, stranger(i % servers), port, { serverFirst: true });
      }
    }, kind);

  function oneProvider(): Told[] {
    return played((scene, thing) => {
      for (let i = 0; i < 40; i++) {
        scene.named(START + i * 10 * SECOND, thing, 'smtp.provider.example', stranger(i));
        scene.tcp(START + SECOND + i * 10 * SECOND, thing, stranger(i), 25, { serverFirst: true });
      }
    }, 'camera');
  }

  it.each([
    ['a fridge that speaks to two mail servers', mailed(2, 25, 'kitchen'), 1],
    ['a camera or fridge that hands its mail to one', mailed(1, 25, 'kitchen'), 0],
    ['a computer with a mail server of its own and some correspondents', mailed(4, 25, 'computer'), 0],
    ['a computer that speaks to twenty mail servers', mailed(20, 25, 'computer'), 1],
    ['a mail program with three providers', mailed(3, 587, 'computer'), 0],
    ['a camera whose provider has many addresses under one name', oneProvider(), 0],
  ])('%s', (_what, told, count) => {
    expect(found(told, 'outbound-mail')).toHaveLength(count);
  });
});

describe('a network of strangers', () => {
  const dht = (kind: 'camera' | 'computer') =>
    played((scene, thing) => {
      for (let i = 0; i < 200; i++)
        scene.udp(START + i * 200, thing, stranger(i * 31), 1024 + ((i * 7919) % 60_000), 100, i % 2 ? 280 : 0, 6881);
    }, kind);

  it('is found where a camera belongs to it, and is a computer’s own affair', () => {
    expect(found(dht('camera'), 'peer-fan-out')).toHaveLength(1);
    expect(found(dht('computer'), 'peer-fan-out')).toEqual([]);
  });
  it('is not what a camera does that looks for its owner’s phone', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 300; i++) scene.udp(START + i * 500, thing, stranger(i % 10), 32_100, 48, 48, 32_108);
    }, 'camera');
    expect(found(told, 'peer-fan-out')).toEqual([]);
  });
});

it('a television that finds the web by encrypted look-ups meets many far ends over QUIC, and is no peer', () => {
  const told = played((scene, thing) => {
    for (let i = 0; i < 400; i++) scene.udp(START + i * 500, thing, stranger(i * 31), 443, 1200, 1200);
  }, 'tv');
  expect(found(told, 'peer-fan-out')).toEqual([]);
  expect(found(told, 'horizontal-scan')).toEqual([]);
});

describe('lists of bad places', () => {
  const list = [
    '# a list',
    '198.18.0.0/24 ; a network',
    '2001:db8:bad::/48',
    '0.0.0.0 command.example   # as a hosts file has it',
    'EVIL.example,malware',
    'not a name at all',
    '10.0.0.0/4',
    '../etc/passwd',
  ].join('\n');
  const places = () => {
    const bad = new BadPlaces();
    return { bad, leftover: bad.add('test', list) };
  };

  it('take addresses, networks and names, and tell what is none', () => {
    const { bad, leftover } = places();
    expect(bad.size).toBe(4);
    expect(leftover.map(({ line }) => line)).toEqual([6, 7, 8]);
    expect(bad.ofName('www.evil.example')).toEqual({ list: 'test', entry: 'evil.example' });
    expect(bad.ofName('devil.example')).toBeUndefined();
    expect(bad.ofAddress([0x2001_0db8, 0x0bad_0001, 0, 1])).toBe('test');
    expect(bad.ofAddress([0x2001_0db8, 0x0bae_0001, 0, 1])).toBeUndefined();
  });

  it('count from when they are installed until others take their place', () => {
    const told = played((scene, thing) => {
      const lists = (at: number, text: string) => scene.observe({ kind: 'lists', at, lists: [{ name: 'test', text }] });
      scene.tcp(START + SECOND, thing, '198.18.0.9', 443);
      lists(START + 2 * SECOND, list);
      scene.tcp(START + 3 * SECOND, thing, '198.18.0.8', 443);
      lists(START + 4 * SECOND, '192.0.2.1');
      scene.tcp(START + 5 * SECOND, thing, '198.18.0.7', 443);
    }, 'camera');
    expect(found(told, 'known-bad').map(({ subject }) => subject)).toEqual(['198.18.0.8']);
  });

  it('are known when a device connects or looks up', () => {
    const told = played(
      (scene, thing) => {
        scene.tcp(START + SECOND, thing, '198.18.0.9', 443);
        scene.observe({
          ...{ kind: 'dns', at: START + HOUR, client: thing, server: { address: '192.168.1.1' }, response: false },
          ...{ name: 'c2.command.example', type: 1, rcode: 0, size: 60, answers: [] },
        });
      },
      'camera',
      { badPlaces: places().bad },
    );
    expect(found(told, 'known-bad').map(({ subject }) => subject)).toEqual(['198.18.0.9', 'c2.command.example']);
  });
});
