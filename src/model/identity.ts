import type { Kind } from './kinds.ts';

/**
 * What a device is believed to be. Each answer has the probability that it is right and what it rests on, the weightiest
 * first; an answer that is not probable enough is not given.
 */
export type Identity = {
  kind?: Belief<Kind>;
  vendor?: Belief<string>;
  model?: Belief<string>;
  /** Several devices hide behind this one hardware address (a repeater): nothing is guessed of them. */
  several?: true;
};

/** @property confidence 0 to 1 */
export type Belief<T> = { value: T; confidence: number; because: Reason[] };

/** Something that tells what a device is: where it was seen, and what was seen, as text from the network. */
export type Reason = { from: Evidence; saw: string };

/** Where evidence comes from; interfaces have the words for it. */
export const EVIDENCE = [
  'owner',
  'hardware-address',
  'dhcp',
  'hostname',
  'announced',
  'model',
  'looked-up',
  'serves',
  'contacts',
  'behaviour',
] as const;
export type Evidence = (typeof EVIDENCE)[number];

/** What a device told of itself and showed, as far as it helps to know it again: plain JSON, bounded, kept by the store. */
export type Traits = {
  /** DHCP client identifier (RFC 2132 §9.14) or DUID (RFC 8415 §11), hex. */
  clientIds?: string[];
  /** DHCP options that it asks for, in its order. */
  parameters?: number[];
  services?: string[];
  /** Instance names and UPnP server strings. */
  descriptions?: string[];
  attributes?: Record<string, string>;
  /** The telling names that it looked up or greeted. */
  names?: string[];
  /** Ports that others reached it at, and ports that it reached others at, as `tcp/80`. */
  serves?: string[];
  contacts?: string[];
};

/** One device may be another one that was known before, under a new hardware address: for the owner to say. */
export type Resemblance = {
  device: string;
  /** The device known before. */
  as: string;
  confidence: number;
  because: Likeness[];
  since: number;
};

/** What two devices have in common, and its text. */
export type Likeness = {
  in: 'client-id' | 'hostname' | 'instance' | 'dhcp' | 'address' | 'model' | 'vendor' | 'names' | 'kind';
  saw: string;
};
