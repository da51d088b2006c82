/** Ordinary days through the real core at compressed time: what of them would have been stopped. */
import { Guard } from './guard.ts';
import { type Call, DAY, type Doing, MONDAY } from './life.ts';
import { OrdinaryDays } from './ordinary-days.ts';
import { flowOf, leased, lookedUp, type Piece, routed } from './records.ts';

/** Long exchanges are told of in pieces, as a digest does; ms. */
const PIECE = 5000;
const MOST_PIECES = 60;
const TTL = 300;
const SLOTS = 60_000;
const FIRST_PORT = 1024;

export type Days = {
  days: number;
  devices: Map<string, string | undefined>;
  exchanges: number;
  packets: number;
  dropped: number;
  /** Exchanges by why they were stopped. */
  reasons: Map<string, number>;
  farEnds: number;
  /** Far ends that were claimed to be part of harm. */
  flagged: string[];
  findings: string[];
  incidents: number;
  quarantined: string[];
};

/** @param misdeeds of things of the household, beside what is ordinary: to see that they would be noticed */
export function live(days: number, seed: number, misdeeds: (home: OrdinaryDays) => Doing[] = () => []): Days {
  const guard = new Guard(MONDAY);
  guard.step(routed(MONDAY));
  const home = new OrdinaryDays(seed);
  const player = new Player(guard);
  for (let day = 0; day < days; day++) {
    const [begin, end] = [MONDAY + day * DAY, MONDAY + (day + 1) * DAY];
    const doings = home.day(day);
    const own = misdeeds(home).filter(({ at }) => at >= begin && at < end);
    player.play(
      [...doings, ...own].sort((a, b) => a.at - b.at),
      end,
    );
  }
  const findings = [...guard.findings.values()];
  const flagged = findings.flatMap(({ target }) => (target?.node ? String(Object.values(target.node)[0]) : []));
  return {
    ...{ days, devices: guard.kinds(), ...player.counted, farEnds: player.farEnds.size },
    flagged: [...new Set(flagged)],
    findings: findings.map(({ detector, device, subject }) => `${detector} ${subject} (${device})`),
    incidents: guard.incidents.size,
    quarantined: [...guard.quarantined],
  };
}

class Player {
  readonly counted = { exchanges: 0, packets: 0, dropped: 0, reasons: new Map<string, number>() };
  readonly farEnds = new Set<string>();
  readonly #guard: Guard;
  /** Pieces of exchanges that go on, the next one last. */
  #pieces: Piece[] = [];
  /** Until when a name of a device need not be asked for again. */
  readonly #names = new Map<string, number>();
  #now = MONDAY;
  #slot = 0;

  constructor(guard: Guard) {
    this.#guard = guard;
  }

  play(doings: readonly Doing[], end: number): void {
    for (const doing of doings) {
      this.#advance(doing.at);
      if ('joins' in doing) {
        for (const name of this.#names.keys()) if (name.startsWith(`${doing.member.name} `)) this.#names.delete(name);
        this.#guard.step(leased(doing.at, doing.member));
      } else this.#begin(doing);
    }
    this.#advance(end);
  }

  /** Lets time pass: seconds tick, and what goes on is told of. */
  #advance(at: number): void {
    for (;;) {
      const tick = this.#now + this.#guard.pace;
      const piece = this.#pieces.at(-1);
      const next = Math.min(tick, piece?.at ?? Number.POSITIVE_INFINITY);
      if (next > at) return;
      if (piece && piece.at === next) {
        this.#pieces.pop();
        this.#guard.step(flowOf(piece));
      } else {
        this.#now = tick;
        this.#guard.tick(tick);
      }
    }
  }

  #begin(call: Call): void {
    const { at, member, name, address } = call;
    this.farEnds.add(name ?? address);
    // A name has many addresses, one of them in each answer.
    const key = `${member.name} ${name} ${address}`;
    if (name !== undefined && (this.#names.get(key) ?? 0) < at) {
      for (const message of lookedUp(call, TTL)) this.#guard.step(message);
      this.#names.set(key, at + TTL * 1000);
    }
    const { counted } = this;
    counted.exchanges++;
    counted.packets += call.up + call.down;
    const reason = this.#guard.stops(call);
    if (reason === undefined) {
      this.#schedule(call);
      return;
    }
    counted.dropped += call.up + call.down;
    counted.reasons.set(reason, (counted.reasons.get(reason) ?? 0) + 1);
    // What is stopped is tried all the same.
    this.#schedule({ ...call, up: 3, down: 0, bytesUp: 180, bytesDown: 0, lasts: 1000 });
  }

  #schedule(call: Call): void {
    const count = Math.min(MOST_PIECES, Math.max(1, Math.ceil(call.lasts / PIECE)));
    const slot = this.#slot++ % SLOTS;
    const common = { call, slot, port: FIRST_PORT + slot, share: 1 / count };
    for (let i = 0; i < count; i++) {
      const at = call.at + (call.lasts * i) / count;
      const piece: Piece = { ...common, at, first: i === 0, last: i === count - 1 };
      if (i === 0) this.#guard.step(flowOf(piece));
      else this.#insert(piece);
    }
  }

  #insert(piece: Piece): void {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#pieces[middle]!.at > piece.at) low = middle + 1;
      else high = middle;
    }
    this.#pieces.splice(low, 0, piece);
  }
}
