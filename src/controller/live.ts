import type { ConversationView, DeviceView, HistorySpan, HistoryView } from '../contract/api.ts';
import type { Conversation } from '../model/home.ts';
import type { TotalsObservation } from '../model/observation.ts';
import type { Stream } from '../serve/stream.ts';
import { stepFor } from '../store/history.ts';
import type { Store } from '../store/store.ts';
import type { Home } from '../track/home.ts';
import { gainsOf } from './gains.ts';
import { InView } from './in-view.ts';
import { Rates } from './rates.ts';
import { Series } from './series.ts';

const MINUTE = 60_000;
const SPANS: Record<Exclude<HistorySpan, '10m'>, number> = {
  '1h': 60 * MINUTE,
  '1d': 24 * 60 * MINUTE,
  '1w': 7 * 24 * 60 * MINUTE,
  '1M': 30 * 24 * 60 * MINUTE,
  '1y': 365 * 24 * 60 * MINUTE,
};

/** Gone conversations are looked for this often, ms of observed time. */
const PRUNE_EVERY = 10_000;
/** What moved last and is silent for so long has no rate any more, ms. */
const STILL_AFTER = 1_500;

export type LiveOptions = {
  stream: Stream;
  now: () => number;
  home: () => Home;
  device: (id: string) => DeviceView | undefined;
  conversation: (conversation: Conversation, rate: { rateUp: number; rateDown: number }) => ConversationView;
};

/** Traffic as it happens: rates, which conversations are in view, and what the stream is told of them. */
export class Live {
  readonly #options: LiveOptions;
  readonly #rates = new Rates();
  readonly #inView = new InView();
  #prunedAt = 0;
  /** Wall time of the last traffic, ms. */
  #movedAt = 0;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  rateOf(device: string) {
    return this.#rates.rateOf(device);
  }

  merge(device: string, into: string): void {
    this.#rates.merge(device, into);
  }

  /** Everything in view must be told again, as when it turns out who the router is. */
  tellAgain(): void {
    this.#inView.tellAgain();
  }

  /** Once a second. @param at observed time, ms */
  settle(at: number): void {
    if (this.#rates.moving && this.#options.now() - this.#movedAt > STILL_AFTER) this.#tell(at, [], []);
  }

  /** @param conversations those that changed */
  traffic(at: number, devices: readonly string[], conversations: readonly number[]): void {
    this.#movedAt = this.#options.now();
    this.#tell(at, devices, conversations);
  }

  /** What devices did in the last second, where connections are too many to be read that often. */
  totals(totals: TotalsObservation): void {
    const home = this.#options.home();
    const changed = this.#rates.totals(totals.at, gainsOf(totals, home), (id) => home.counters(id));
    if (changed.length > 0) this.#announce(totals.at, changed);
  }

  conversations(): ConversationView[] {
    return this.#inView.ids().flatMap((id) => this.conversation(id) ?? []);
  }

  conversation(id: number): ConversationView | undefined {
    const conversation = this.#options.home().conversation(id);
    return conversation && this.#options.conversation(conversation, this.#inView.rateOf(id));
  }

  history(span: HistorySpan, at: number, store: Store, device?: string): HistoryView {
    if (span === '10m') {
      const series = device === undefined ? this.#rates.home : (this.#rates.seriesOf(device) ?? new Series());
      return { step: 1_000, points: series.points(Math.floor(at / 1_000)) };
    }
    const width = SPANS[span];
    const step = stepFor(width);
    return { step, points: store.points(step, at - width + step, at, device) };
  }

  #tell(at: number, devices: readonly string[], conversations: readonly number[]): void {
    const { home } = this.#options;
    const find = (id: number) => home().conversation(id);
    const changed = this.#rates.update(at, devices, (id) => home().counters(id));
    this.#inView.update(at, conversations, find);
    if (Math.abs(at - this.#prunedAt) > PRUNE_EVERY) {
      this.#prunedAt = at;
      this.#inView.prune(find);
    }
    this.#announce(at, changed);
  }

  /** @param changed devices whose counters or rates did */
  #announce(at: number, changed: readonly string[]): void {
    const { stream, device } = this.#options;
    if (!stream.wanted) {
      stream.skip();
      return;
    }
    const told = this.#inView.take();
    stream.announce({
      kind: 'traffic',
      at,
      devices: changed.flatMap((id) => device(id) ?? []),
      conversations: told.changed.flatMap((id) => this.conversation(id) ?? []),
      gone: told.gone,
      rateUp: this.#rates.rateUp,
      rateDown: this.#rates.rateDown,
    });
  }
}
