import type { DetectorName } from '../model/finding-words.ts';
import type { Finding } from '../model/home.ts';
import type { DnsObservation, Observation } from '../model/observation.ts';
import type { Home } from '../track/home.ts';
import type { BadPlaces } from './absolute/bad-places.ts';
import type { Contact, Contacts } from './contacts/contacts.ts';
import type { DnsBook, News } from './dns/book.ts';
import type { Evidence } from './evidence/evidence.ts';
import type { OpenedFlow } from './evidence/opened-flow.ts';

export type { OpenedFlow };

/**
 * What a source must show for a detector to see anything.
 *
 * - `connections` each connection with its counters
 * - `syns` the header of each TCP connection's first packet
 * - `headers` every packet's header
 * - `names` what is looked up, and answered
 * - `control` DHCP, TLS hellos and the like, whole
 * - `link` ARP and neighbour discovery
 */
export type Need = 'connections' | 'syns' | 'headers' | 'names' | 'control' | 'link';

/** What a detector says of a device now. The same detector, device and subject are one finding however often it is said. */
export type Claim = {
  /** Index of the device in the home. */
  device: number;
  /** Whom or what it concerns: a service, an address, a name; empty where the device alone says it. */
  subject: string;
  /** As in `Finding`: what to cut so that it stops. */
  target?: Finding['target'];
  /** Numbers and words that the finding's sentence is made of. */
  evidence: Record<string, string | number | boolean>;
  /** How likely it is true, 0–1. */
  confidence: number;
  /** How long it holds without being said again, ms; 0: it is over. */
  hold: number;
  /** When it began, where that is known to be earlier than now; ms since the epoch. */
  first?: number;
};

/** A number that decides, with what speaks for it. */
export type Threshold = { value: number; unit: string; reason: string; source?: string };

export type Context = {
  readonly home: Home;
  /** What devices did lately, counted once for all detectors. */
  readonly evidence: Evidence;
  /** Whom devices call beyond the home, and what they ask the DNS for. */
  readonly contacts: Contacts;
  readonly names: DnsBook;
  /** What installed lists call bad. */
  readonly badPlaces: BadPlaces;
  claim(claim: Claim): void;
};

type Kinds = Exclude<Observation['kind'], 'flows' | 'tick'>;

/** Takes an observation; `device` is the index of the device whose doing it is, or -1. */
type Observers = { [K in Kinds]?: (observation: Extract<Observation, { kind: K }>, device: number) => void };

/** What a running detector wants to be told of. Each hook may throw: it is caught, counted and shown. */
export type Hooks = {
  /** Each whole second of observed time in which anything happened; `active` are the devices that did something in it. */
  second?: (at: number, active: readonly number[]) => void;
  /** Flows that begin, up to a rate for each device (`MAX_OPENED`), since who opens more is scanning. */
  opened?: (flow: OpenedFlow) => void;
  /** A device called somebody beyond the home; connections within a moment are one call. */
  called?: (contact: Contact) => void;
  /** A look-up told something new. */
  named?: (news: News, message: DnsObservation) => void;
  observe?: Observers;
  /** The device of that index left the home's list; the index will stand for another. */
  forget?: (device: number) => void;
};

export type Detector = {
  name: DetectorName;
  needs: readonly Need[];
  /** Begins with empty, bounded state. */
  start(context: Context): Hooks;
};
