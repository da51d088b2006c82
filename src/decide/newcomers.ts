/**
 * Devices that were never here before: let in, under tight limits until they are known, or held until the owner approves.
 * What is there when SPIN is installed is the household's own and no newcomer.
 */
import type { NewDevices } from '../model/preferences.ts';
import type { OwnLimit, OwnRule } from '../model/verdict.ts';
import { OWN } from './own-policy.ts';
import { Refusal } from './refusal.ts';

const HOUR = 3_600_000;
/** After its installation SPIN takes a day to meet the household's devices: some sleep at night. */
export const SETTLING_IN = 24 * HOUR;
/** A device has shown what it does after so long (IoTSTEED and others learn for hours to days). */
export const KNOWN_AFTER = 72 * HOUR;
/** As many as the home's new devices; the longest here count as known. */
export const MAX_NEWCOMERS = 1024;

/** Why a device is held. */
export const NEW_DEVICE = 'new-device';

export type Newcomer = { device: string; since: number };

export class Newcomers {
  /** The longest here first. */
  readonly #all: Map<string, Newcomer>;
  readonly #stanceOf: (device: string) => NewDevices;
  readonly #installed: number;

  /** @param installed when this home's SPIN began, ms */
  constructor(stanceOf: (device: string) => NewDevices, installed: number, known: readonly Newcomer[] = []) {
    this.#stanceOf = stanceOf;
    this.#installed = installed;
    this.#all = new Map(known.map((one) => [one.device, { ...one }]));
  }

  /** Those who are still new, the newest first, with what that means for them. */
  all(): Array<Newcomer & { stance: NewDevices }> {
    return [...this.#all.values()].reverse().map((one) => ({ ...one, stance: this.#stanceOf(one.device) }));
  }

  /** For the next start. */
  state(): Newcomer[] {
    return [...this.#all.values()];
  }

  /** A device was seen for the very first time. @returns whether it is a newcomer */
  arrived(device: string, at: number): boolean {
    if (at - this.#installed < SETTLING_IN || this.#all.has(device)) return false;
    this.#all.set(device, { device, since: at });
    if (this.#all.size > MAX_NEWCOMERS) this.#all.delete(this.#all.keys().next().value!);
    return true;
  }

  /** All but one that the owner knows. @throws Refusal for one that is not new */
  without(device: string): Newcomer[] {
    if (!this.#all.has(device)) throw new Refusal('device', 'unknown-newcomer', 'no such new device');
    return this.state().filter((one) => one.device !== device);
  }

  /** The owner knows it, or it is one that was known already. @returns whether it was new */
  admit(device: string): boolean {
    return this.#all.delete(device);
  }

  /** Who has been here long enough is known, unless it waits for the owner. @returns whether anybody is */
  tick(at: number): boolean {
    const known = this.all().filter(({ since, stance }) => stance !== 'hold' && at - since >= KNOWN_AFTER);
    for (const { device } of known) this.#all.delete(device);
    return known.length > 0;
  }

  wants(): { rules: OwnRule[]; limits: OwnLimit[] } {
    const limits: OwnLimit[] = [];
    const rules: OwnRule[] = [];
    for (const { device, since, stance } of this.all()) {
      if (stance === 'limit') limits.push({ device, reason: 'new-device' });
      if (stance === 'hold') rules.push(held(device, since));
    }
    return { rules, limits };
  }
}

function held(device: string, since: number): OwnRule {
  return {
    id: `${OWN}hold ${device}`,
    action: 'isolated',
    target: { device },
    when: { always: true },
    by: 'spin',
    since,
    because: NEW_DEVICE,
  };
}
