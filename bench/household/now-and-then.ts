/** What is not done every day or not by the clock: backups at night, consoles, calls between people, looking home from afar. */
import { between, type Random, randomFor } from '../../lab/random.ts';
import { DAY, type Doing, duty, exchange, HOUR, type Member, MINUTE, MONDAY, meeting, SECOND } from './life.ts';

type MemberOf = (hostname: string, vendorClass?: string) => Member;
type Habit = (day: number, at: number, memberOf: MemberOf, random: Random) => Iterable<Doing>;

const STUN = 3478;
/** Names at which ends of a call learn how they are seen (RFC 8489). */
const stun = duty('stun.example.org', DAY, { port: STUN, protocol: 17, packets: 2, rotates: 6 });

const HABITS: Readonly<Record<string, Habit>> = { backups, console, calls, looksHome, prints, updatesOfSystems };

/** All of it of one day. */
export function* nowAndThen(day: number, memberOf: MemberOf, seed: number): Generator<Doing> {
  const at = MONDAY + day * DAY;
  for (const [name, habit] of Object.entries(HABITS))
    yield* habit(day, at, memberOf, randomFor(seed, `${name} ${day}`));
}

/** The store of the home copies itself out at night: a steady upload for hours. */
function* backups(day: number, at: number, memberOf: MemberOf, random: Random): Generator<Doing> {
  const store = memberOf('DiskStation');
  if (day === 0) yield { at: at + 3, member: store, joins: true };
  for (let hour = 0; hour < 24; hour += 3)
    yield exchange(store, duty('checkip.nas.example.com', DAY), at + hour * HOUR + random() * HOUR, random);
  const backup = duty(`b${between(random, 1, 9)}.backup.nas.example.com`, DAY, {
    packets: 90_000,
    upload: true,
    rotates: 4,
  });
  for (let part = 0; part < 8; part++) yield exchange(store, backup, at + 2 * HOUR + part * 20 * MINUTE, random);
}

/** A console: a game's servers, strangers as fellow players, and now and then tens of gigabytes of a new game. */
function* console(day: number, at: number, memberOf: MemberOf, random: Random): Generator<Doing> {
  const player = memberOf('PS5-912');
  if (day === 0) yield { at: at + 4, member: player, joins: true };
  for (let hour = 1; hour < 24; hour += 2)
    yield exchange(player, duty('np.console.example.com', DAY), at + hour * HOUR + random() * MINUTE, random);
  if (random() < 0.3) {
    const download = duty(`gs${between(random, 1, 9)}.console.example.com`, DAY, { packets: 300_000, rotates: 6 });
    yield exchange(player, download, at + 4 * HOUR, random);
  }
  if (random() < 0.4) return;
  for (let round = 0; round < 5; round++) {
    const begin = at + 19 * HOUR + round * 20 * MINUTE;
    yield exchange(player, stun, begin, random);
    for (let fellow = 0; fellow < between(random, 5, 15); fellow++) {
      const name = `fellow ${day} ${round} ${fellow}`;
      // Some are behind routers that let nothing in.
      const meets = random() < 0.7;
      const much = meets
        ? { up: 9000, down: 9000, bytesUp: 1e6, bytesDown: 1e6, lasts: 15 * MINUTE }
        : { up: 5, down: 0, bytesDown: 0 };
      yield meeting(player, name, begin + SECOND + random() * 5 * SECOND, random, { port: 9308, ...much });
    }
  }
}

/** Calls with a picture that go from end to end. */
function* calls(day: number, at: number, memberOf: MemberOf, random: Random): Generator<Doing> {
  for (let i = 0; i < between(random, 0, 3); i++) {
    const caller = memberOf('Annes-iPhone');
    const begin = at + (9 + 12 * random()) * HOUR;
    for (let server = 0; server < 4; server++) yield exchange(caller, stun, begin + server * 40, random);
    // All pairs of addresses of both ends are tried at once (RFC 8445).
    for (let pair = 0; pair < 12; pair++)
      yield meeting(caller, `friend ${day} ${i} ${pair}`, begin + 300 + pair * 50, random, {
        up: 4,
        down: 0,
        bytesDown: 0,
      });
    const talk = { up: 40_000, down: 40_000, bytesUp: 40e6, bytesDown: 40e6, lasts: between(random, 3, 25) * MINUTE };
    yield meeting(caller, `friend ${day} ${i}`, begin + 1200, random, talk);
  }
}

/** Who is away looks through the cameras: they send their pictures to an address of a mobile network. */
function* looksHome(day: number, at: number, memberOf: MemberOf, random: Random): Generator<Doing> {
  for (const hostname of ['garden-camera', 'front-doorbell']) {
    const camera = memberOf(hostname);
    for (let look = 0; look < between(random, 0, 3); look++) {
      const begin = at + (8 + 10 * random()) * HOUR;
      for (let pair = 0; pair < 6; pair++)
        yield meeting(camera, `away ${day} ${look} ${pair}`, begin + pair * 50, random, {
          up: 3,
          down: 0,
          bytesDown: 0,
        });
      const pictures = { up: 9000, down: 900, bytesUp: 10e6, bytesDown: 1e5, lasts: between(random, 1, 6) * MINUTE };
      yield meeting(camera, `away ${day} ${look}`, begin + 500, random, pictures);
    }
  }
}

/** What was printed is told to the maker, and ink is ordered. */
function* prints(_day: number, at: number, memberOf: MemberOf, random: Random): Generator<Doing> {
  for (let page = 0; page < between(random, 0, 6); page++)
    yield exchange(
      memberOf('HP-LaserJet'),
      duty('report.printer.example.com', DAY),
      at + (9 + 10 * random()) * HOUR,
      random,
    );
}

/** Computers and phones fetch gigabytes from many servers of a content network, and from strangers that have them already. */
function* updatesOfSystems(day: number, at: number, memberOf: MemberOf, random: Random): Generator<Doing> {
  if (random() < 0.6) return;
  const computer = memberOf('study-laptop', 'MSFT 5.0');
  const begin = at + 12 * HOUR + random() * HOUR;
  for (let piece = 0; piece < 30; piece++) {
    const server = duty(`dl${between(random, 1, 40)}.update.example.com`, DAY, { packets: 20_000, rotates: 8 });
    yield exchange(computer, server, begin + piece * 15 * SECOND, random);
    // Delivery Optimization asks other computers (TCP 7680).
    if (piece % 3 === 0)
      yield meeting(computer, `delivers ${day} ${piece}`, begin + piece * 15 * SECOND, random, {
        protocol: 6,
        port: 7680,
        up: 3,
        down: 0,
        bytesDown: 0,
      });
  }
}
