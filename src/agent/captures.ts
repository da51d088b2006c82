import { controlFilter } from '../source/live/control-filter.ts';
import { PacketSocket } from '../source/live/packet-socket.ts';
import { SynBudget } from './syn-budget.ts';

/** Two seconds of 1,000 control packets a second. */
const RING_BYTES = 2 * 1024 * 1024;

type FrameHandler = ConstructorParameters<typeof PacketSocket>[0]['onFrame'];

export type CapturesOptions = {
  /** Interfaces towards the home. */
  lan: readonly string[];
  onFrame: FrameHandler;
  /** Packets wait for `collect`. */
  onTurn: () => void;
  /** An interface is captured on, or no more. */
  onChange: () => void;
  log: (line: string) => void;
};

/** Control packets and SYNs of the interfaces towards the home, as far as these are there. */
export class Captures {
  readonly #options: CapturesOptions;
  readonly #open = new Map<string, PacketSocket>();
  readonly #synBudget = new SynBudget();
  #lost = 0;

  constructor(options: CapturesOptions) {
    this.#options = options;
  }

  /** Interfaces that nothing is captured on. */
  get missing(): string[] {
    return this.#options.lan.filter((name) => !this.#open.has(name));
  }

  /** Packets that the kernel had no room for. */
  get dropped(): number {
    return [...this.#open.values()].reduce((sum, capture) => sum + capture.dropped, this.#lost);
  }

  open(name: string): void {
    const { log, onFrame, onTurn } = this.#options;
    try {
      const capture = new PacketSocket({
        interface: name,
        ringBytes: RING_BYTES,
        filter: controlFilter(),
        collected: true,
        onFrame: (bytes, view, start, end, wireLength, at, linkType) => {
          if (this.#synBudget.admits(bytes, view, start, end, at))
            onFrame(bytes, view, start, end, wireLength, at, linkType);
        },
        onTurn,
        onGone: () => this.#gone(name),
      });
      this.#open.set(name, capture);
      log(`captures control packets on ${name}`);
    } catch (error) {
      log(`cannot capture on ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#options.onChange();
  }

  collect(): void {
    for (const capture of this.#open.values()) capture.collect();
  }

  close(): void {
    for (const capture of this.#open.values()) capture.close();
    this.#open.clear();
  }

  #gone(name: string): void {
    this.#lost += this.#open.get(name)?.dropped ?? 0;
    this.#open.delete(name);
    this.#options.log(`interface ${name} went down`);
    this.#options.onChange();
  }
}
