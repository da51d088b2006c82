import type { RunConfig } from '../contract/config.ts';
import type { PolicyMessage } from '../contract/link.ts';
import type { Observation } from '../model/observation.ts';

/** Where a mode's observations go. */
export type Receiver = {
  send(observation: Observation): void;
  /** Takes more flow records at once. */
  readonly isReady: boolean;
  /** Controllers that have come so far. */
  readonly controllers: number;
  /** Frames given up because no controller took them. */
  readonly dropped: number;
};

export type ModeOptions = {
  config: RunConfig;
  receiver: Receiver;
  /** ms since the epoch, never backwards. */
  now: () => number;
  log: (line: string) => void;
};

/** One way of watching a home. */
export type Mode = {
  /** What a controller wants the kernel to do. */
  enforce(message: PolicyMessage): void;
  /** The receiver takes more again. */
  resume(): void;
  /** Gives back what was changed and tells what is left. */
  stop(): Promise<void>;
};

/** How long changes are collected before they are told, ms. */
export const STEP_MS = 100;
/**
 * The same while very much changes: an ordinary home's connections are told within one step all the same, and a flood of
 * them costs half as many wake-ups here and in the controller. What is held in the kernel is told at once.
 */
const BUSY_STEP_MS = 200;
/** How often time is told in a silent home, ms. */
export const BEAT_MS = 1000;

/** Calls `act` once, a step's time after the first of several requests. */
export class Stepper {
  readonly #act: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** Very much changed in the last step. */
  isBusy = false;

  constructor(act: () => void) {
    this.#act = act;
  }

  readonly request = (): void => {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        this.#act();
      },
      this.isBusy ? BUSY_STEP_MS : STEP_MS,
    );
  };

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** The answer of a mode that never touches the firewall. */
export function passive({ receiver, now }: ModeOptions, { revision }: PolicyMessage): void {
  receiver.send({ kind: 'enforcement', at: now(), revision, result: 'passive' });
}
