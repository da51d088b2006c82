import { LIMITS } from '../contract/api.ts';
import type { Conversation } from '../model/home.ts';

/** Conversations of one device in view, so that a scanner displaces only its own. */
export const MAX_IN_VIEW_PER_DEVICE = 256;
/** Conversations that one message tells of, the most changed first: some 60 kB. The others follow with the next. */
export const MAX_PER_MESSAGE = 200;

type Entry = { device: string; bytesUp: number; bytesDown: number; rateUp: number; rateDown: number; change: number };

/** Which conversations the interfaces see: the most recently active, with their rates, and what they must be told. */
export class InView {
  /** The longest inactive first. */
  readonly #entries = new Map<number, Entry>();
  readonly #perDevice = new Map<string, Set<number>>();
  #moving = new Set<number>();
  #untold = new Set<number>();
  #gone: number[] = [];
  #at = 0;

  /**
   * @param at observed time, ms
   * @param ids conversations that changed since the last update
   */
  update(at: number, ids: readonly number[], find: (id: number) => Conversation | undefined): void {
    const elapsed = Math.max(1, (at - this.#at) / 1000);
    this.#at = at;
    const stopped = this.#moving;
    this.#moving = new Set();
    for (const id of ids.slice(-LIMITS.conversationsInView)) {
      stopped.delete(id);
      const conversation = find(id);
      if (conversation) this.#touch(id, conversation, elapsed);
      else this.#drop(id);
    }
    for (const id of stopped) this.#stop(id);
    while (this.#entries.size > LIMITS.conversationsInView) this.#drop(this.#entries.keys().next().value!);
  }

  /** Ids in view, the most recently active first. */
  ids(): number[] {
    return [...this.#entries.keys()].reverse();
  }

  rateOf(id: number): { rateUp: number; rateDown: number } {
    const { rateUp, rateDown } = this.#entries.get(id) ?? { rateUp: 0, rateDown: 0 };
    return { rateUp, rateDown };
  }

  /** What a message must tell, and forgets that it was to be told. */
  take(): { changed: number[]; gone: number[] } {
    const byChange = (a: number, b: number) => this.#entries.get(b)!.change - this.#entries.get(a)!.change;
    const waiting = [...this.#untold];
    const changed = waiting.length > MAX_PER_MESSAGE ? waiting.sort(byChange).slice(0, MAX_PER_MESSAGE) : waiting;
    for (const id of changed) {
      this.#untold.delete(id);
      this.#entries.get(id)!.change = 0;
    }
    const gone = this.#gone;
    this.#gone = [];
    return { changed, gone };
  }

  /** All must be told again, as when it turns out who the router is. */
  tellAgain(): void {
    for (const id of this.#entries.keys()) this.#untold.add(id);
  }

  /** Evicted or merged in the core. */
  prune(find: (id: number) => Conversation | undefined): void {
    for (const id of [...this.#entries.keys()]) if (!find(id)) this.#drop(id);
  }

  #touch(id: number, { device, bytesUp, bytesDown, packetsUp, packetsDown }: Conversation, elapsed: number): void {
    const before = this.#entries.get(id);
    const up = bytesUp - (before?.bytesUp ?? 0);
    const down = bytesDown - (before?.bytesDown ?? 0);
    // What a conversation had before it came into view did not all happen in this second.
    const [rateUp, rateDown] = before || packetsUp + packetsDown < 100 ? [up / elapsed, down / elapsed] : [0, 0];
    const change = (before?.change ?? 0) + Math.abs(up) + Math.abs(down);
    if (before && before.device !== device) this.#perDevice.get(before.device)?.delete(id);
    this.#entries.delete(id);
    this.#entries.set(id, {
      device,
      bytesUp,
      bytesDown,
      rateUp: Math.max(0, rateUp),
      rateDown: Math.max(0, rateDown),
      change,
    });
    this.#untold.add(id);
    this.#moving.add(id);
    this.#keepFair(device, id);
  }

  #stop(id: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    entry.rateUp = 0;
    entry.rateDown = 0;
    this.#untold.add(id);
  }

  #keepFair(device: string, id: number): void {
    const own = this.#perDevice.get(device) ?? new Set();
    own.delete(id);
    own.add(id);
    this.#perDevice.set(device, own);
    if (own.size > MAX_IN_VIEW_PER_DEVICE) this.#drop(own.values().next().value!);
  }

  #drop(id: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    const own = this.#perDevice.get(entry.device);
    own?.delete(id);
    if (own?.size === 0) this.#perDevice.delete(entry.device);
    this.#untold.delete(id);
    this.#moving.delete(id);
    this.#gone.push(id);
  }
}
