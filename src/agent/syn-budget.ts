/**
 * How many SYNs of one sender are looked at: a scanner sends thousands a second that all say the same, and what they
 * say is known after a few. Frames are Ethernet's, as the control filter passes them.
 */

const PER_SECOND = 200;
const BURST = 400;
/** Senders told apart; beyond them all share one budget. */
const MAX_SENDERS = 1024;

const ETHERNET = 14;
const TCP = 6;
const SYN = 2;
const ACK = 16;

type Budget = { left: number; at: number };

export class SynBudget {
  readonly #senders = new Map<number, Budget>();
  readonly #others: Budget = { left: BURST, at: 0 };
  /** SYNs that were not looked at. */
  skipped = 0;

  /** False for a SYN beyond its sender's budget; true for everything else. */
  admits(bytes: Uint8Array, view: DataView, start: number, end: number, at: number): boolean {
    if (!isSyn(bytes, view, start, end)) return true;
    const budget = this.#budgetOf(view.getUint16(start + 6) * 2 ** 32 + view.getUint32(start + 8), at);
    budget.left = Math.min(BURST, budget.left + (Math.max(0, at - budget.at) * PER_SECOND) / 1000);
    budget.at = at;
    if (budget.left < 1) {
      this.skipped++;
      return false;
    }
    budget.left--;
    return true;
  }

  #budgetOf(sender: number, at: number): Budget {
    const known = this.#senders.get(sender);
    if (known) return known;
    if (this.#senders.size >= MAX_SENDERS) return this.#others;
    const budget = { left: BURST, at };
    this.#senders.set(sender, budget);
    return budget;
  }
}

function isSyn(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
  if (end - start < ETHERNET + 40) return false;
  const etherType = view.getUint16(start + 12);
  let tcp = start + ETHERNET;
  if (etherType === 0x0800 && bytes[tcp + 9] === TCP) tcp += (bytes[tcp]! & 15) * 4;
  else if (etherType === 0x86dd && bytes[tcp + 6] === TCP) tcp += 40;
  else return false;
  return tcp + 14 <= end && (bytes[tcp + 13]! & (SYN | ACK)) === SYN;
}
