import { describe, expect, it } from 'vitest';
import { concat, tcp } from '../../decode/frame-builder.ts';
import { HOUR, MINUTE, Scene, SECOND, START, stranger, type Thing, type Told } from '../testing/scene.ts';
import { chance } from '../testing/watch.ts';

const SCANS = [
  'horizontal-scan',
  'vertical-scan',
  'arp-sweep',
  'login-guessing',
  'flood',
  'mirai-mark',
  'peer-fan-out',
];

const SCTP = 132;
const [FIN, SYN, RST, PUSH, ACK, URGENT] = [1, 2, 4, 8, 16, 32];

const accused = (told: readonly Told[]) => told.filter(({ detector }) => SCANS.includes(detector));
const found = (told: readonly Told[], detector: string) => told.filter((one) => one.detector === detector);

/** One connection in which lines are asked and answered in turn. */
function dialogue(
  scene: Scene,
  at: number,
  thing: Thing,
  to: string | Thing,
  port: number,
  lines: number,
  answer = 22,
) {
  const sourcePort = scene.port();
  const up = (delay: number, flags: number, bytes = 0) =>
    scene.packet(at + delay, thing, to, 6, tcp(sourcePort, port, flags, new Uint8Array(bytes)));
  const down = (delay: number, flags: number, bytes = 0) =>
    scene.packet(at + delay, to, thing, 6, tcp(port, sourcePort, flags, new Uint8Array(bytes)));
  up(0, SYN);
  down(20, SYN | ACK);
  up(21, ACK);
  down(40, ACK | PUSH, 30);
  for (let i = 0; i < lines; i++) {
    const when = 100 + i * 700;
    up(when, ACK | PUSH, 14);
    down(when + 20, ACK | PUSH, answer);
    up(when + 60, ACK);
  }
}

/** A home in which one device does something and another does not. */
function played(act: (scene: Scene, thing: Thing, other: Thing) => void, kind?: Parameters<Scene['thing']>[0]): Told[] {
  const scene = new Scene();
  const [thing, other] = [scene.thing(kind), scene.thing()];
  scene.tcp(START + SECOND, other, stranger(60_000), 443);
  act(scene, thing, other);
  const told = scene.play();
  expect(accused(told).filter(({ device }) => device === other.id)).toEqual([]);
  return told;
}

describe('a search for one service', () => {
  it.each([
    ['telnet, as fast as Mirai', 23, 160, 300, 'silent'],
    ['a flaw of routers, refused everywhere', 37_215, 20, 100, 'refused'],
    ['a web server’s odd port', 8081, 4, 200, 'silent'],
    ['a port that no list names', 28_856, 5, 200, 'silent'],
  ] as const)('%s is found', (_what, port, perSecond, count, outcome) => {
    const told = played((scene, thing) => {
      for (let i = 0; i < count; i++)
        scene.tcp(START + 2 * SECOND + (i * SECOND) / perSecond, thing, stranger(i * 7919), port, { outcome });
    });
    const [scan] = found(told, 'horizontal-scan');
    expect(scan).toMatchObject({ subject: `tcp/${port}`, device: 'd-02000000000a' });
    expect(scan!.confidence).toBeGreaterThan(0.84);
  });

  it('by Mirai is known by the second SYN', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 10; i++) {
        const address = stranger(i * 7919);
        const sequence = address.split('.').reduce((word, octet) => (word << 8) | Number(octet), 0);
        scene.tcp(START + 2 * SECOND + i * 100, thing, address, 23, { outcome: 'silent', sequence });
      }
    });
    expect(found(told, 'mirai-mark')).toHaveLength(1);
    expect(found(told, 'mirai-mark')[0]!.at).toBeLessThanOrEqual(START + 4 * SECOND);
  });

  it('at ever other ports is found of a thing, where a computer may have that many peers', () => {
    const searched = (kind: 'camera' | 'computer') =>
      played((scene, thing) => {
        for (let i = 0; i < 120; i++)
          scene.tcp(START + SECOND + i * 500, thing, stranger(i * 31), 1024 + ((i * 7919) % 50_000), {
            outcome: 'silent',
          });
      }, kind);
    expect(found(searched('camera'), 'horizontal-scan')).toMatchObject([{ subject: 'tcp' }]);
    expect(accused(searched('computer'))).toEqual([]);
  });

  it('that takes all day is found', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 120; i++)
        scene.tcp(START + i * 10 * MINUTE, thing, stranger(i * 7919), 445, { outcome: 'silent' });
    });
    expect(found(told, 'horizontal-scan')[0]).toMatchObject({ subject: 'tcp/445' });
    expect(found(told, 'horizontal-scan')[0]!.at).toBeLessThan(START + 10 * HOUR);
  });

  it('over UDP is found', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 100; i++) scene.udp(START + i * 200, thing, stranger(i * 7919), 1900);
    });
    expect(found(told, 'horizontal-scan')[0]).toMatchObject({ subject: 'udp/1900' });
  });

  it('by ping through the home is found, though many answer', () => {
    const told = played((scene, thing) => {
      for (let i = 30; i < 80; i++) scene.ping(START + i * 50, thing, `192.168.1.${i}`, i % 2 === 0);
    }, 'camera');
    expect(found(told, 'horizontal-scan')[0]).toMatchObject({ subject: 'icmp home' });
  });

  it('whose every connection is granted, and broken off, is found', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 100; i++) {
        const [at, to] = [START + i * 50, stranger(i * 31)];
        scene.packet(at, thing, to, 6, tcp(5000 + i, 8728, SYN));
        scene.packet(at + 180, to, thing, 6, tcp(8728, 5000 + i, SYN | ACK));
        scene.packet(at + 180.1, thing, to, 6, tcp(5000 + i, 8728, RST));
      }
    });
    expect(found(told, 'horizontal-scan')[0]).toMatchObject({ subject: 'tcp/8728' });
  });

  it.each(['camera', 'computer'] as const)('for logins, all of which are there, by a %s, is found', (kind) => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 200; i++)
        scene.tcp(START + i * 200, thing, stranger(i * 31), 22, { serverFirst: true, up: 0, down: 0 });
    }, kind);
    const scan = found(told, 'horizontal-scan').find(({ subject }) => subject === 'tcp/22');
    expect(scan!.confidence > 0.7).toBe(kind === 'camera');
  });

  it('by segments that belong to no connection is found', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 100; i++) {
        const [at, to] = [START + i * 50, stranger(i * 31)];
        scene.packet(at, thing, to, 6, tcp(5000, 23, ACK));
        if (i % 3 === 0) scene.packet(at + 150, to, thing, 6, tcp(23, 5000, RST));
      }
    });
    expect(found(told, 'horizontal-scan')[0]).toMatchObject({ subject: 'tcp/23' });
  });

  it('by ping through a network in which everybody answers is found', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 254; i++) scene.ping(START + i * 40, thing, stranger(i));
    });
    expect(found(told, 'horizontal-scan')[0]).toMatchObject({ subject: 'icmp' });
  });

  it('through the own home, by somebody’s phone, is told and not sure enough to be stopped', () => {
    const told = played((scene, thing) => {
      for (let i = 30; i < 200; i++) scene.tcp(START + i * 50, thing, `192.168.1.${i}`, 80, { outcome: 'silent' });
    }, 'phone');
    expect(found(told, 'horizontal-scan')[0]!.confidence).toBeLessThan(0.7);
  });
});

describe('what is no search', () => {
  it('a browser that opens forty sites, which answer', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 400; i++)
        scene.tcp(START + SECOND + i * 40, thing, stranger((i % 40) * 31), 443, {
          outcome: i % 25 ? 'answered' : 'silent',
        });
    });
    expect(accused(told)).toEqual([]);
  });

  it('a phone that has lost the internet and tries the names it knows', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 200; i++) {
        scene.named(START + i, thing, `service${i}.example`, stranger(i));
        scene.tcp(START + SECOND + i * 100, thing, stranger(i), 443, { outcome: 'silent' });
      }
    });
    expect(accused(told)).toEqual([]);
  });

  it('a capture that begins in the middle of two hundred connections', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 200; i++) {
        const [at, to, port] = [START + i * 20, stranger(i * 31), i % 2 ? 443 : 20_000 + i * 7];
        const isFirst = i % 3 === 0;
        if (isFirst) scene.packet(at, to, thing, 6, tcp(port, 40_000 + i, ACK | PUSH, new Uint8Array(900)));
        scene.packet(at + 1, thing, to, 6, tcp(40_000 + i, port, ACK | PUSH, new Uint8Array(200)));
        scene.packet(at + 1 + (i % 5) * 60, to, thing, 6, tcp(port, 40_000 + i, ACK));
        // Some end by a reset later on.
        if (i % 2 === 0) scene.packet(at + 900, to, thing, 6, tcp(port, 40_000 + i, RST | ACK));
      }
    }, 'computer');
    expect(accused(told)).toEqual([]);
  });

  it('a phone that wakes up and finds its forty connections gone', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 40; i++) {
        const [at, to, port] = [START + i * 20, stranger(i * 31), [443, 5228, 5223, 80][i % 4]!];
        scene.packet(at, thing, to, 6, tcp(40_000 + i, port, FIN | ACK));
        scene.packet(at + 30, to, thing, 6, tcp(port, 40_000 + i, RST));
      }
    }, 'phone');
    expect(accused(told)).toEqual([]);
  });

  it('somebody who watches three servers by ping, and a program that looks for the nearest of sixty', () => {
    const told = played((scene, thing, other) => {
      for (let i = 0; i < 600; i++) scene.ping(START + i * 300, thing, stranger(i % 3));
      for (let i = 0; i < 180; i++) scene.ping(START + i * 50, other, stranger(1000 + (i % 60) * 77), i % 9 !== 0);
    });
    expect(accused(told)).toEqual([]);
  });

  it('BitTorrent on a computer: many peers at ports of their own, few of them there', () => {
    const random = chance(7);
    const told = played((scene, thing) => {
      for (let i = 0; i < 300; i++) {
        const port = random() < 0.1 ? 6881 : random() < 0.1 ? 51_413 : 1024 + Math.floor(random() * 60_000);
        const outcome = random() < 0.25 ? 'answered' : random() < 0.5 ? 'refused' : 'silent';
        scene.tcp(START + i * 700, thing, stranger(Math.floor(random() * 60_000)), port, { outcome });
        scene.udp(
          START + i * 300,
          thing,
          stranger(Math.floor(random() * 60_000)),
          port,
          100,
          random() < 0.4 ? 300 : 0,
          51_413,
        );
      }
    }, 'computer');
    expect(accused(told)).toEqual([]);
  });

  it('a console that plays with strangers', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 60; i++) scene.udp(START + i * 2000, thing, stranger(i * 13), 3074, 60, i % 3 ? 60 : 0, 3074);
    }, 'console');
    expect(accused(told)).toEqual([]);
  });

  it('a recorder that asks sixteen cameras over and over', () => {
    const scene = new Scene();
    const recorder = scene.thing();
    const cameras = Array.from({ length: 16 }, () => scene.thing('camera'));
    for (let i = 0; i < 320; i++) scene.tcp(START + i * 500, recorder, cameras[i % 16]!, 554);
    expect(accused(scene.play())).toEqual([]);
  });

  it('a device that looks for others by multicast', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 100; i++) scene.udp(START + i * 100, thing, '239.255.255.250', 1900, 130);
    });
    expect(accused(told)).toEqual([]);
  });

  it('an appliance whose list of time servers by address never answers', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 500; i++) scene.udp(START + i * 3 * MINUTE, thing, stranger(i % 12), 123, 48);
    }, 'camera');
    expect(accused(told)).toEqual([]);
  });

  it('a device that is searched and attacked from outside, and answers', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 2000; i++) {
        const [from, port] = [stranger(i * 31), 1024 + i];
        scene.packet(
          START + i * 20,
          from,
          thing,
          6,
          Uint8Array.of(port >> 8, port & 255, 0, 23, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 255, 255, 0, 0, 0, 0),
        );
        scene.packet(
          START + i * 20 + 1,
          thing,
          from,
          6,
          Uint8Array.of(0, 23, port >> 8, port & 255, 0, 0, 0, 0, 0, 0, 0, 2, 0x50, 0x14, 0, 0, 0, 0, 0, 0),
        );
      }
    }, 'camera');
    expect(accused(told)).toEqual([]);
  });

  it('backscatter: answers to SYNs that somebody else sent in the device’s name', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 2000; i++) {
        const [from, port] = [stranger(i * 31), 1024 + i];
        scene.packet(
          START + i * 20,
          from,
          thing,
          6,
          Uint8Array.of(0, 80, port >> 8, port & 255, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x12, 255, 255, 0, 0, 0, 0),
        );
        scene.packet(
          START + i * 20 + 1,
          thing,
          from,
          6,
          Uint8Array.of(port >> 8, port & 255, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 4, 0, 0, 0, 0, 0, 0),
        );
      }
    }, 'camera');
    expect(accused(told)).toEqual([]);
  });
});

describe('a search through one machine', () => {
  it.each(['silent', 'refused'] as const)('for open ports, %s, is found', (outcome) => {
    const told = played((scene, thing) => {
      for (let port = 1; port <= 300; port++)
        scene.tcp(START + port * 30, thing, stranger(5), port, { outcome: port % 60 ? outcome : 'answered' });
    });
    expect(found(told, 'vertical-scan')[0]).toMatchObject({ subject: `tcp ${stranger(5)}` });
    expect(found(told, 'flood')).toEqual([]);
  });

  it.each([
    ['FIN', FIN],
    ['nothing', 0],
    ['FIN, PUSH and URG', FIN | PUSH | URGENT],
    ['ACK', ACK],
  ])('by segments with %s is found', (_what, flags) => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 200; i++) {
        scene.packet(START + i * 20, thing, stranger(5), 6, tcp(50_000, 1 + i, flags));
        if (i % 4) scene.packet(START + i * 20 + 15, stranger(5), thing, 6, tcp(1 + i, 50_000, RST | ACK));
      }
    });
    expect(found(told, 'vertical-scan')[0]).toMatchObject({ subject: `tcp ${stranger(5)}` });
  });

  it('that pretends to answer, from the port of a service, is found', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 200; i++) {
        scene.packet(START + i * 20, thing, stranger(5), 6, tcp(53, 2000 + i, ACK));
        scene.packet(START + i * 20 + 15, stranger(5), thing, 6, tcp(2000 + i, 53, RST));
      }
    });
    expect(found(told, 'vertical-scan')[0]).toMatchObject({ subject: `tcp ${stranger(5)}` });
  });

  it('over UDP, each port again and again until it tells, is found', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 800; i++)
        scene.udp(START + i * 100, thing, stranger(5), 1 + Math.floor(i / 8), 0, 0, 50_000 + (i % 8));
    });
    expect(found(told, 'vertical-scan')[0]).toMatchObject({ subject: `udp ${stranger(5)}` });
  });

  it('over SCTP is found, where each closed port tells so', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 52; i++) {
        const ports = Uint8Array.of(0xc0, i, 4, i);
        scene.packet(START + SECOND + i * 50, thing, stranger(5), SCTP, concat(ports, new Uint8Array(28)));
        const back = Uint8Array.of(4, i, 0xc0, i);
        scene.packet(START + SECOND + i * 50 + 20, stranger(5), thing, SCTP, concat(back, new Uint8Array(12)));
      }
    });
    expect(found(told, 'vertical-scan')).toMatchObject([{ subject: `sctp ${stranger(5)}` }]);
  });

  it('a port every ten minutes is found within a day', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 140; i++)
        scene.tcp(START + i * 10 * MINUTE, thing, stranger(5), 20 + i, { outcome: 'silent' });
    });
    expect(found(told, 'vertical-scan')).toHaveLength(1);
  });

  it('a call’s search for a way through two routers is none', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 40; i++) scene.udp(START + i * 50, thing, stranger(5), 30_000 + i);
    });
    expect(accused(told)).toEqual([]);
  });

  it('passive FTP is none', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 100; i++) scene.tcp(START + i * 300, thing, stranger(5), 40_000 + i, { down: 30_000 });
    });
    expect(accused(told)).toEqual([]);
  });
});

describe('a sweep of the home over IPv6', () => {
  const asking = (mac: string, address: string) => {
    const scene = new Scene();
    const thing = scene.thing();
    const prefixes = ['2001:db8:1::/64'];
    const router = { mac: '02:00:00:00:00:01', addresses: ['fe80::1'] };
    scene.observe({ kind: 'router', at: START, ...router, prefixes, resolvers: [] });
    scene.tcp(START, thing, stranger(60_000), 443);
    for (let i = 1; i < 60; i++) {
      const asks = `2001:db8:1::${(i * 3).toString(16)}`;
      scene.observe({ kind: 'neighbour', at: START + i * 50, mac: mac || thing.mac, address, source: 'ndp', asks });
      scene.tcp(START + i * 50, thing, stranger(60_000), 443);
    }
    return accused(scene.play());
  };

  it('is found', () => {
    expect(asking('', '2001:db8:1::abc')).toMatchObject([{ detector: 'arp-sweep', device: 'd-02000000000a' }]);
  });

  it('is no router’s, that looks for what strangers send to', () => {
    expect(asking('02:00:00:00:00:01', 'fe80::1')).toEqual([]);
  });
});

describe('a sweep of the home by ARP', () => {
  it('is found', () => {
    const told = played((scene, thing) => {
      for (let i = 30; i < 255; i++) scene.ask(START + i * 25, thing, `192.168.1.${i}`);
    });
    expect(found(told, 'arp-sweep')).toHaveLength(1);
  });

  it('by a computer is told of, and not held against it: its owner may look who is there', () => {
    const told = played((scene, thing) => {
      for (let i = 30; i < 60; i++) scene.ask(START + i * 25, thing, `192.168.1.${i}`);
    }, 'computer');
    expect(found(told, 'arp-sweep')[0]!.confidence).toBeLessThanOrEqual(0.6);
  });

  it('asking again and again for a few that left is none', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 1000; i++) scene.ask(START + i * 200, thing, `192.168.1.${100 + (i % 8)}`);
    });
    expect(accused(told)).toEqual([]);
  });
});

describe('guessing of passwords', () => {
  it.each([
    [22, true, 3000],
    [23, true, 300],
    [902, true, 3000],
    [3389, false, 2000],
  ])('at port %i is found', (port, serverFirst, bytes) => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 60; i++)
        scene.tcp(START + i * SECOND, thing, stranger(9), port, { serverFirst, up: bytes, down: bytes });
    });
    expect(found(told, 'login-guessing')[0]).toMatchObject({ subject: `tcp/${port} ${stranger(9)}` });
  });

  it.each([21, 110, 143])('by many guesses in each of a few connections to port %i is found', (port) => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 4; i++) dialogue(scene, START + SECOND + i * 900, thing, stranger(9), port, 40);
    });
    expect(found(told, 'login-guessing')).toMatchObject([{ subject: `tcp/${port} ${stranger(9)}` }]);
  });

  it('one after the other with long pauses is found within the day', () => {
    const told = played((scene, thing) => {
      const every = 3 * MINUTE;
      for (let i = 0; i < 80; i++)
        scene.tcp(START + i * every, thing, stranger(9), 22, { serverFirst: true, up: 1500, down: 2500 });
    }, 'camera');
    expect(found(told, 'login-guessing')).toMatchObject([{ subject: `tcp/22 ${stranger(9)}` }]);
  });

  it('at a machine that was looked up is found, where parts of a program that are fetched one by one are none', () => {
    const logins = (count: number) =>
      played((scene, thing) => {
        scene.named(START + SECOND, thing, 'code.example', stranger(9));
        for (let i = 0; i < count; i++)
          scene.tcp(START + 2 * SECOND + i * 900, thing, stranger(9), 22, { serverFirst: true, up: 3000, down: 4000 });
      });
    expect(found(logins(90), 'login-guessing')).toHaveLength(1);
    expect(accused(logins(45))).toEqual([]);
  });

  it('is not a visit by FTP that fetches files over connections of their own', () => {
    const told = played((scene, thing) => {
      dialogue(scene, START + SECOND, thing, stranger(9), 21, 150);
      for (let i = 0; i < 70; i++) scene.tcp(START + 2 * SECOND + i * 1300, thing, stranger(9), 50_000 + i, { up: 0 });
    });
    expect(accused(told)).toEqual([]);
  });

  it('is not a walk through folders, though nothing is fetched', () => {
    const told = played((scene, thing) => {
      dialogue(scene, START + SECOND, thing, stranger(9), 21, 170);
    });
    expect(accused(told)).toEqual([]);
  });

  it('is not a letter box that is emptied', () => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 3; i++) dialogue(scene, START + SECOND + i * 900, thing, stranger(9), 110, 100, 900);
    });
    expect(accused(told)).toEqual([]);
  });

  it('is not a script that logs in at another device of the home every few minutes', () => {
    const told = played((scene, thing, other) => {
      for (let i = 0; i < 200; i++)
        scene.tcp(START + i * 4 * MINUTE, thing, other, 22, { serverFirst: true, up: 1500, down: 2500 });
    });
    expect(accused(told)).toEqual([]);
  });

  it('is not the web, though requests were lost on the way to the one who watches', () => {
    const told = played((scene, thing, other) => {
      for (let i = 0; i < 60; i++) scene.tcp(START + i * 900, thing, other, 80, { serverFirst: i % 3 === 0 });
    });
    expect(accused(told)).toEqual([]);
  });

  it.each([
    ['a page that asks its server sixty times', 8080, false, 300, 2000],
    ['copies of files over SSH, one after the other', 22, true, 2000, 40_000],
    ['a mail program that looks every two seconds', 993, false, 600, 3000],
  ])('%s is none', (_what, port, serverFirst, up, down) => {
    const told = played((scene, thing) => {
      for (let i = 0; i < 60; i++)
        scene.tcp(START + i * 2 * SECOND, thing, stranger(9), port, { serverFirst, up, down });
    });
    expect(accused(told)).toEqual([]);
  });

  it('an NVR’s, of many cameras, a few sessions each, is none', () => {
    const told = played((scene, thing, other) => {
      for (let i = 0; i < 10; i++) scene.tcp(START + i * 10 * SECOND, thing, other, 23, { serverFirst: true });
    });
    expect(accused(told)).toEqual([]);
  });
});
