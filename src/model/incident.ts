import type { Finding } from './home.ts';
import type { Verdict } from './verdict.ts';

/**
 * `open`: harm is seen, or was a moment ago. `quiet`: it stopped, and SPIN watches whether it stays away. `clean`: it
 * stayed away. `dismissed`: the household said that it was none.
 */
export const INCIDENT_STATES = ['open', 'quiet', 'clean', 'dismissed'] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

/** The story of related findings on one device, from the first sign to the clean-up. Plain JSON. */
export type Incident = {
  id: string;
  device: string;
  state: IncidentState;
  opened: number;
  /** When harm was last seen. */
  last: number;
  /** When it became `clean` or was dismissed. */
  closed?: number;
  /** The device's earlier incident, where it had been clean since. */
  again?: string;
  /** How often harm came back after it had stopped. */
  relapses: number;
  /** The most that the evidence came to, 0 to 1. */
  strength: number;
  findings: IncidentFinding[];
  /** Devices of the same kind or group with the same harm at the same time. */
  kindred: string[];
  story: StoryEntry[];
  cleanUp: CleanUpStep[];
  verdict?: Verdict;
  /** Waits for an answer. */
  question?: Question;
  /** What the household decided for this incident; it counts instead of the preference. */
  answer?: Answer;
};

export type IncidentFinding = Pick<
  Finding,
  'id' | 'detector' | 'subject' | 'evidence' | 'confidence' | 'first' | 'last' | 'until' | 'target'
> & {
  /** Since when it is no longer open. */
  over?: number;
  /** The household said that this is fine. */
  corrected?: true;
};

export type Question = {
  asked: number;
  until: number;
  otherwise: 'nothing' | 'stop';
  /** `until` came without an answer; one is taken all the same. */
  lapsed?: true;
};

/** `leave`: do nothing about this incident; it is told of all the same. */
export const ANSWERS = ['leave', 'stop', 'quarantine'] as const;
export type Answer = (typeof ANSWERS)[number];

/** One line of the story; sentences are made from it by src/model/incident-words.ts. */
export type StoryEntry = {
  at: number;
  kind: StoryKind;
  /** `spin`, or who of the household. */
  by?: string;
  /** Numbers and names within the sentence. */
  with?: Readonly<Record<string, string | number>>;
};

export const STORY_KINDS = [
  'first-sign',
  'finding',
  'stopped-by-itself',
  'kindred',
  'again',
  'relapse',
  'asked',
  'answered',
  'unanswered',
  'withdrawn',
  'acted',
  'escalated',
  'released',
  'undone',
  'claimed',
  'doubted',
  'seen',
  'not-enforced',
  'clean',
  'dismissed',
] as const;
export type StoryKind = (typeof STORY_KINDS)[number];

/** What a household can do about it, in the order that it should. */
export const CLEAN_UP_STEPS = ['restart', 'password', 'update', 'port-mapping', 'reset', 'retire'] as const;
export type CleanUpName = (typeof CLEAN_UP_STEPS)[number];

/**
 * `open`: nothing seen yet. `claimed`: somebody said it was done, traffic does not show it yet. `doubted`: traffic shows
 * that it did not help. `seen`: traffic shows it.
 */
export type CleanUpStep = {
  name: CleanUpName;
  state: 'open' | 'claimed' | 'doubted' | 'seen';
  /** When it was claimed or doubted, or what was seen. */
  at?: number;
  /** What traffic showed, such as the name of the server. */
  detail?: string;
};

/** What traffic shows of a clean-up. */
export const SIGNS = ['came-back', 'settings-visited', 'update-contact', 'mapping-gone', 'long-away', 'gone'] as const;
export type SignName = (typeof SIGNS)[number];
export type Sign = { at: number; device: string; name: SignName; detail?: string };

/** An undo, remembered: this claim about this device no longer counts. */
export type Correction = { id: string; detector: string; device: string; subject: string; at: number; by: string };
