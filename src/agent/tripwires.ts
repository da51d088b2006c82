/** What the tripwires in the kernel tell: who, why, and whether it was held or only counted. */
import { LOG_GROUP } from '../enforce/names.ts';
import type { Mac } from '../model/address.ts';
import type { TrippedObservation } from '../model/observation.ts';
import {
  type DesiredPolicy,
  type PolicyDevice,
  TRIP_REASONS,
  type TripMode,
  type TripReason,
} from '../model/policy.ts';
import { type Headed, Nflog } from '../source/netlink/nflog.ts';

const WORDS = new Map<string, TripReason>(TRIP_REASONS.map((reason) => [`spin ${reason}`, reason]));

export type TripwiresOptions = {
  /** What is in force. */
  policy: () => DesiredPolicy | undefined;
  now: () => number;
  log: (line: string) => void;
  onTripped: (observation: TrippedObservation) => void;
};

export class Tripwires {
  readonly #options: TripwiresOptions;
  #source: Nflog | undefined;
  #deaf = false;
  #policy: DesiredPolicy | undefined;
  #devices: ReadonlyMap<Mac, PolicyDevice> = new Map();

  constructor(options: TripwiresOptions) {
    this.#options = options;
    this.listen();
  }

  /** Messages that the kernel could not deliver came in so many bursts. */
  get lost(): number {
    return this.#source?.overruns ?? 0;
  }

  /** Another program may listen still, such as an agent that is about to end: to be called again from time to time. */
  listen(): void {
    if (this.#source) return;
    try {
      this.#source = new Nflog(LOG_GROUP, (prefix, mac, to) => this.#take(prefix, mac, to));
      this.#deaf = false;
    } catch (error) {
      if (!this.#deaf) this.#options.log(`tripwires act but cannot be heard: ${String(error)}`);
      this.#deaf = true;
    }
  }

  close(): void {
    this.#source?.close();
  }

  #take(prefix: string, mac: Mac, to: Headed | undefined): void {
    const reason = WORDS.get(prefix);
    if (!reason) return;
    const tripped = { kind: 'tripped', at: this.#options.now(), mac, reason, mode: this.#modeOf(mac, reason) } as const;
    this.#options.onTripped(to === undefined ? tripped : { ...tripped, to });
  }

  #modeOf(mac: Mac, reason: TripReason): TripMode {
    const policy = this.#options.policy();
    if (policy !== this.#policy) {
      this.#policy = policy;
      this.#devices = new Map(policy?.devices.flatMap((device) => device.macs.map((one) => [one, device] as const)));
    }
    return (reason === 'spoofing' ? policy?.spoofing.mode : deviceMode(this.#devices.get(mac), reason)) ?? 'enforce';
  }
}

function deviceMode(device: PolicyDevice | undefined, reason: TripReason): TripMode | undefined {
  return reason === 'unneeded' || reason === 'stateless' ? device?.mode : (device?.volume ?? device?.mode);
}
