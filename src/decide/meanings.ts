/** What a detector's claim means for deciding: how much it counts, whom it harms, what stops it. */
import type { VerdictStep } from '../model/verdict.ts';

/**
 * `absolute`: a fact that no healthy device shows. `attack`: harm to somebody, told from how much of it. `suspicion`:
 * unusual, and harmless more often than not. `note`: for the household to know; never acted upon.
 */
export type Sort = 'absolute' | 'attack' | 'suspicion' | 'note';

/** Who is harmed: somebody on the internet, somebody at home, or the name servers behind the home's own resolver. */
export type Harm = 'others' | 'home' | 'names';

export type Meaning = {
  sort: Sort;
  harm: Harm;
  /** Lowest step that stops it even where the finding names what to cut; `none` where cutting that is enough. */
  step: VerdictStep;
  /** What a device that is cut off tries as well: it prolongs and escalates nothing. */
  expected?: true;
  /** Says of the device what another claim says with what to cut: beside such a one it asks for no step of its own. */
  echo?: true;
  /** Spreads from device to device: seen on several of one kind, each makes the others more likely. */
  spreads?: boolean;
};

/** How much a claim of full confidence counts by itself, 0 to 1: what a detector of the sort gets right at its worst. */
export const WEIGHT: Readonly<Record<Sort, number>> = { absolute: 1, attack: 0.95, suspicion: 0.6, note: 0 };

const infected: Meaning = { sort: 'absolute', harm: 'others', step: 'essential', spreads: true };
const absolute: Meaning = { sort: 'absolute', harm: 'others', step: 'none' };
const attack: Meaning = { sort: 'attack', harm: 'others', step: 'none', spreads: true };
const atHome: Meaning = { ...attack, harm: 'home' };
const throughNames: Meaning = { ...attack, harm: 'names' };
const suspicion: Meaning = { sort: 'suspicion', harm: 'others', step: 'none', spreads: true };
const note: Meaning = { sort: 'note', harm: 'home', step: 'none' };

/** By detector. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  'mirai-mark': infected,
  'spoofed-source': absolute,
  'tripwire-spoofing': absolute,
  'unneeded-protocol': absolute,
  'outbound-mail': absolute,
  'peer-fan-out': absolute,
  'known-bad': infected,
  'horizontal-scan': attack,
  'vertical-scan': attack,
  // Apps and hubs look for their devices at home.
  'arp-sweep': { ...suspicion, harm: 'home' },
  'login-guessing': attack,
  flood: attack,
  // Others ask it for that: what it does not answer harms nobody.
  reflection: { ...attack, spreads: false },
  'tripwire-rate': { ...attack, echo: true },
  // The kernel stops each try: a camera that mails its pictures the old way is told of, and not cut off for it.
  'tripwire-service': suspicion,
  'dns-water-torture': throughNames,
  'dns-tunnel': throughNames,
  'generated-names': { ...suspicion, harm: 'names' },
  beacon: suspicion,
  'thin-session': suspicion,
  'command-and-control': attack,
  'chat-control': attack,
  mining: attack,
  tor: suspicion,
  // Bytes in mirror bytes out, minute by minute: what the device carries is done to others by strangers in its name.
  'proxy-relay': attack,
  // Browsers and televisions switch to it with an update.
  'encrypted-dns': { ...suspicion, spreads: false },
  // Updates and content networks bring new far ends to all of a kind at once, and what is blocked looks for others.
  novelty: { ...suspicion, spreads: false, expected: true },
  'address-spoofing': atHome,
  'name-spoofing': atHome,
  'rogue-dhcp': atHome,
  'rogue-router': atHome,
  'new-device': note,
  'vanished-device': note,
  'port-mapping': note,
  'unencrypted-service': note,
  'weak-encryption': note,
  'steady-upload': note,
  tracker: note,
};

/** A detector that nobody placed may tell, and never cut by itself. */
export function meaningOf(detector: string): Meaning {
  return Object.hasOwn(MEANINGS, detector) ? MEANINGS[detector]! : suspicion;
}

export function isPlaced(detector: string): boolean {
  return Object.hasOwn(MEANINGS, detector);
}
