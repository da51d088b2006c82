import { describe, expect, it } from 'vitest';
import { tcp, udp } from '../../decode/frame-builder.ts';
import { Scene, SECOND, START, stranger, type Thing, type Told } from '../testing/scene.ts';

const VICTIM = stranger(77);
const [SYN, RST, PUSH, ACK] = [2, 4, 8, 16];
const found = (told: readonly Told[]) =>
  told.filter(({ detector }) => detector === 'flood' || detector === 'reflection');

function played(act: (scene: Scene, thing: Thing, other: Thing) => void, kind?: Parameters<Scene['thing']>[0]): Told[] {
  const scene = new Scene();
  const [thing, other] = [scene.thing(kind), scene.thing()];
  scene.tcp(START, other, stranger(60_000), 443);
  act(scene, thing, other);
  return scene.play();
}

/** `count` packets at a rate, by number. */
function burst(perSecond: number, count: number, send: (at: number, i: number) => void): void {
  for (let i = 0; i < count; i++) send(START + SECOND + (i * SECOND) / perSecond, i);
}

/** A request and its answer over a connection that is there, with as many bytes of each. */
function asked(scene: Scene, thing: Thing, at: number, port: number, up: number, down: number): void {
  scene.packet(at, thing, VICTIM, 6, tcp(port, 80, ACK | PUSH, new Uint8Array(up)));
  scene.packet(at + 1, VICTIM, thing, 6, tcp(80, port, ACK | PUSH, new Uint8Array(down)));
}

describe('where only what the home sends is seen', () => {
  const oneWay = (act: (scene: Scene, thing: Thing) => void) => {
    const scene = new Scene();
    const thing = scene.thing();
    for (let i = 0; i < 3; i++) {
      scene.packet(START + i, thing, stranger(1), 6, tcp(3000 + i, 443, SYN));
      scene.packet(START + 20 + i, thing, stranger(1), 6, tcp(3000 + i, 443, ACK));
    }
    act(scene, thing);
    return scene.play();
  };

  it('neither a download nor a call is a flood, nor are many servers asked over QUIC a search', () => {
    const told = oneWay((scene, thing) => {
      scene.packet(START + 50, thing, VICTIM, 6, tcp(4000, 443, SYN));
      burst(400, 8000, (at) => scene.packet(at, thing, VICTIM, 6, tcp(4000, 443, ACK)));
      burst(50, 3000, (at) => scene.udp(at, thing, stranger(5), 3478, 160, 0, 5000));
      burst(2, 90, (at, i) => scene.udp(at, thing, stranger(1000 + i), 443, 1200));
    });
    expect(told.filter(({ detector }) => /flood|scan|fan-out/.test(detector))).toEqual([]);
  });

  it('a flood that opens ever new flows is found', () => {
    const told = oneWay((scene, thing) => {
      burst(1000, 4000, (at, i) => scene.udp(at, thing, VICTIM, 1024 + ((i * 7919) % 60_000), 512));
    });
    expect(found(told)).toHaveLength(1);
  });
});

describe('a flood', () => {
  const vectors: [string, number, number, (scene: Scene, thing: Thing, at: number, i: number) => void][] = [
    ['udp at random ports', 2000, 6000, (s, t, at, i) => s.udp(at, t, VICTIM, 1024 + ((i * 7919) % 60_000), 512)],
    ['udp at one port from one port', 2000, 6000, (s, t, at) => s.udp(at, t, VICTIM, 80, 512, 0, 4000)],
    ['udp, nearly empty, at ever new ports', 1000, 4000, (s, t, at, i) => s.udp(at, t, VICTIM, 1024 + i, 10)],
    ['syn at one port', 1000, 4000, (s, t, at) => s.tcp(at, t, VICTIM, 80, { outcome: 'silent' })],
    [
      'ack without a connection',
      1000,
      4000,
      (s, t, at, i) => s.packet(at, t, VICTIM, 6, tcp(1024 + (i % 60_000), 80, 16, new Uint8Array(512))),
    ],
    ['GRE', 1000, 4000, (s, t, at) => s.packet(at, t, VICTIM, 47, new Uint8Array(500))],
    ['ten a second, for minutes', 10.5, 1600, (s, t, at) => s.udp(at, t, VICTIM, 80, 512, 0, 4000)],
    ['questions to a game server that answers', 1500, 9000, (s, t, at) => s.udp(at, t, VICTIM, 27_015, 25, 40, 4000)],
    [
      'ack without a connection, reset each time',
      500,
      1500,
      (s, t, at, i) => {
        s.packet(at, t, VICTIM, 6, tcp(2000 + i, 80, ACK));
        s.packet(at + 0.5, VICTIM, t, 6, tcp(80, 2000 + i, RST));
      },
    ],
    [
      'ack from one port, reset each time',
      500,
      2500,
      (s, t, at) => {
        s.packet(at, t, VICTIM, 6, tcp(2000, 80, ACK));
        s.packet(at + 0.5, VICTIM, t, 6, tcp(80, 2000, RST));
      },
    ],
    [
      'syn, granted and never wanted',
      500,
      1500,
      (s, t, at, i) => {
        s.packet(at, t, VICTIM, 6, tcp(2000 + i, 80, SYN));
        s.packet(at + 30, VICTIM, t, 6, tcp(80, 2000 + i, SYN | ACK));
        s.packet(at + 30.1, t, VICTIM, 6, tcp(2000 + i, 80, RST));
      },
    ],
    ['pings that are answered', 100, 1600, (s, t, at) => s.ping(at, t, VICTIM)],
    ['requests over connections that are kept', 500, 9000, (s, t, at, i) => asked(s, t, at, 4000 + (i % 20), 60, 400)],
    ['connections to a web server that answers', 100, 2000, (s, t, at) => s.tcp(at, t, VICTIM, 80, { down: 600 })],
  ];

  it.each(vectors)('%s is found', (_what, perSecond, count, send) => {
    const told = played((scene, thing) => burst(perSecond, count, (at, i) => send(scene, thing, at, i)));
    expect(found(told)).toHaveLength(1);
    expect(found(told)[0]).toMatchObject({ detector: 'flood', subject: VICTIM, device: 'd-02000000000a' });
    const enough = START + 2 * SECOND + (Math.min(count, 1600) / perSecond) * SECOND * 1.3;
    expect(found(told)[0]!.at).toBeLessThanOrEqual(Math.max(START + 20 * SECOND, enough));
  });

  it('over a connection that nobody acknowledges any more (stomp) is found', () => {
    const told = played((scene, thing) => {
      scene.tcp(START, thing, VICTIM, 80, { sourcePort: 4000 });
      burst(1500, 8000, (at) => scene.packet(at, thing, VICTIM, 6, tcp(4000, 80, 24, new Uint8Array(700))));
    });
    expect(found(told)[0]).toMatchObject({ detector: 'flood', subject: VICTIM });
  });

  it('is told within a second where it is fast', () => {
    const told = played((scene, thing) =>
      burst(20_000, 30_000, (at, i) => scene.udp(at, thing, VICTIM, i % 60_000, 512)),
    );
    expect(found(told)[0]!.at).toBeLessThanOrEqual(START + 2 * SECOND);
  });
});

describe('what is no flood', () => {
  it.each<[string, (scene: Scene, thing: Thing, other: Thing) => void]>([
    [
      'a call, which the far end answers',
      (s, t) => burst(100, 3000, (at) => s.udp(at, t, VICTIM, 3478, 1000, 900, 4000)),
    ],
    [
      'a camera that streams to somebody who says something now and then',
      (s, t) => {
        s.udp(START, t, VICTIM, 3478, 60, 60, 4000);
        burst(400, 4000, (at, i) => s.udp(at, t, VICTIM, 3478, 1200, i % 500 === 0 ? 60 : 0, 4000));
      },
    ],
    ['a monitor that pings ten times a second', (s, t) => burst(10, 3000, (at) => s.ping(at, t, VICTIM))],
    ['a game over TCP', (s, t) => burst(60, 6000, (at) => asked(s, t, at, 4000, 50, 200))],
    ['a download whose begin was not seen', (s, t) => burst(1000, 9000, (at) => asked(s, t, at, 4000, 0, 1400))],
    ['a reader of prices, who only acknowledges', (s, t) => burst(600, 9000, (at) => asked(s, t, at, 4000, 0, 200))],
    [
      'an upload whose begin was not seen, acknowledged late',
      (s, t) => burst(1000, 8000, (at, i) => asked(s, t, at + (i % 2 ? 150 : 0), 4000, 1400, 0)),
    ],
    [
      'a program that tries a closed door five times a second',
      (s, t) => burst(5, 2000, (at) => s.tcp(at, t, VICTIM, 8883, { outcome: 'refused' })),
    ],
    [
      'a database within the home that is asked all the time',
      (s, t, other) =>
        burst(600, 24_000, (at) => {
          s.packet(at, t, other, 6, tcp(4000, 3306, ACK | PUSH, new Uint8Array(80)));
          s.packet(at + 0.5, other, t, 6, tcp(3306, 4000, ACK | PUSH, new Uint8Array(300)));
        }),
    ],
    [
      'an upload, acknowledged each tenth packet',
      (s, t) => {
        s.tcp(START, t, VICTIM, 443, { sourcePort: 4000 });
        burst(1000, 8000, (at, i) => {
          s.packet(at, t, VICTIM, 6, tcp(4000, 443, 16, new Uint8Array(1400)));
          if (i % 10 === 0) s.packet(at + 0.4, VICTIM, t, 6, tcp(443, 4000, 16));
        });
      },
    ],
    [
      'a device that tries its lost server again and again',
      (s, t) => burst(2, 1500, (at) => s.tcp(at, t, VICTIM, 443, { outcome: 'silent' })),
    ],
    [
      'a game, until its server is gone',
      (s, t) => burst(64, 3000, (at, i) => s.udp(at, t, VICTIM, 27_015, 90, i < 1500 ? 200 : 0, 4000)),
    ],
    [
      'pictures of a camera for a recorder of the home',
      (s, t, other) => burst(500, 4000, (at) => s.udp(at, t, other, 5004, 1200, 0, 4000)),
    ],
  ])('%s', (_what, act) => {
    expect(found(played(act))).toEqual([]);
  });

  it('a device that is flooded, and answers all it can', () => {
    const told = played((scene, thing) =>
      burst(2000, 6000, (at, i) => {
        const port = 1024 + (i % 60_000);
        scene.packet(at, VICTIM, thing, 17, udp(port, 53, new Uint8Array(60)));
        scene.packet(at + 0.1, thing, VICTIM, 17, udp(53, port, new Uint8Array(60)));
      }),
    );
    expect(found(told)).toEqual([]);
  });
});

it('a device that is flooded with acknowledgements, and resets them all, floods nobody', () => {
  const told = played((scene, thing) =>
    burst(1000, 4000, (at, i) => {
      const port = 2000 + (i % 60_000);
      scene.packet(at, VICTIM, thing, 6, tcp(80, port, ACK));
      scene.packet(at + 0.1, thing, VICTIM, 6, tcp(port, 80, RST));
    }),
  );
  expect(found(told)).toEqual([]);
});

describe('a device that others are flooded through', () => {
  const reflected = (gain: number, count: number) =>
    played((scene, thing) =>
      burst(50, count, (at) => {
        scene.packet(at, VICTIM, thing, 17, udp(40_000, 1900, new Uint8Array(90)));
        scene.packet(at + 1, thing, VICTIM, 17, udp(1900, 40_000, new Uint8Array(90 * gain)));
      }),
    );
  it('answers ten times what is asked', () => {
    expect(found(reflected(10, 300))[0]).toMatchObject({ detector: 'reflection', subject: 'udp/1900' });
  });
  it('is no such device where it answers as much as it is asked, or a few times', () => {
    expect(found(reflected(1, 300))).toEqual([]);
    expect(found(reflected(10, 30))).toEqual([]);
  });
});
