import type { Mac } from '../../model/address.ts';
import type { Resemblance } from '../../model/identity.ts';
import type { DeviceRecord } from '../device-record.ts';
import type { Devices } from '../devices.ts';
import { MAX_RESEMBLANCES, YOUNG } from '../limits.ts';
import type { Members } from '../members.ts';
import { likeness } from './resemblance.ts';

/** A likeness that is less probable is not worth a question. */
const WORTH_ASKING = 0.75;
/** How much likelier one candidate must be than the next, so that it is no guess among several. */
const MARGIN = 0.15;

/**
 * Questions whether a new device is one that was known under another hardware address. They are only asked; what becomes
 * of them the owner says.
 */
export class KnownAgain {
  readonly #devices: Devices;
  readonly #members: Members;
  readonly #open = new Map<string, Resemblance>();

  constructor(devices: Devices, members: Members) {
    this.#devices = devices;
    this.#members = members;
  }

  all(): Resemblance[] {
    return [...this.#open.values()];
  }

  /** More is known of a device: it may look like another now, or no longer. */
  compare(record: DeviceRecord): void {
    const best = this.#likest(record);
    const open = this.#open.get(record.id);
    if (open?.as === best?.as) return;
    if (open) this.#close(open);
    if (!best || this.#open.size >= MAX_RESEMBLANCES) return;
    this.#open.set(record.id, best);
    this.#members.events.push({ kind: 'resemblance', at: this.#members.at, change: 'new', resemblance: best });
  }

  /** Closes questions that answered themselves: the known device is back, or one of the two is gone. */
  review(): void {
    for (const open of this.#open.values()) {
      const record = this.#devices.get(open.device);
      const known = this.#devices.get(open.as);
      if (!record || !known || !this.#mayBeOne(record, known)) this.#close(open);
    }
  }

  #likest(record: DeviceRecord): Resemblance | undefined {
    const { at } = this.#members;
    if (record.restored || record.provisional || record.leaving || at - record.firstSeen > YOUNG) return undefined;
    if (!isTelling(record)) return undefined;
    let best: Resemblance | undefined;
    let second = 0;
    for (const known of this.#devices.all()) {
      if (!this.#mayBeOne(record, known)) continue;
      const { confidence, because } = likeness(looksOf(record), looksOf(known));
      if (best && confidence <= best.confidence) second = Math.max(second, confidence);
      else {
        second = best?.confidence ?? 0;
        best = { device: record.id, as: known.id, confidence, because, since: at };
      }
    }
    return best && best.confidence >= WORTH_ASKING && best.confidence - second >= MARGIN ? best : undefined;
  }

  /** One thing is not at two places: the known one must have been silent since the new one came. */
  #mayBeOne(record: DeviceRecord, known: DeviceRecord): boolean {
    if (known === record || known.provisional || known.leaving || known.macs.length === 0) return false;
    if (record.notSame.includes(known.id) || known.notSame.includes(record.id)) return false;
    if (!record.macs.some(isPrivate) && !known.macs.some(isPrivate)) return false;
    return known.firstSeen < record.firstSeen && this.#members.lastSeen(known) <= record.firstSeen;
  }

  #close(open: Resemblance): void {
    this.#open.delete(open.device);
    this.#members.events.push({ kind: 'resemblance', at: this.#members.at, change: 'over', resemblance: open });
  }
}

/** Whether anything is known by which it could be recognised: of the many that a flood makes up there is not. */
function isTelling({ traits, hostnames }: DeviceRecord): boolean {
  return traits.clientIds.size > 0 || traits.descriptions.size > 0 || hostnames.length > 0;
}

function looksOf({ id, askedAddressOf, hostnames, vendorClass, kind, identity, traits }: DeviceRecord) {
  return { id, askedAddressOf, hostnames, vendorClass, kind, vendor: identity.vendor?.value, traits };
}

/** Locally administered (IEEE 802-2014 §8.2.2): made up by the device's system. */
function isPrivate(mac: Mac): boolean {
  return (Number.parseInt(mac.slice(1, 2), 16) & 2) !== 0;
}
