/** What a device is known to need beyond the home, learned from what it did: plain JSON, bounded, for the store to keep. */
export type Habits = {
  device: string;
  /** Since when it is watched, ms since the epoch. */
  since: number;
  /** Days on which it called anybody. */
  days: number;
  places: HabitPlace[];
  /** When it last contacted what looks like an update server, and which. */
  update?: { at: number; name: string };
};

export type HabitPlace = {
  /** An owner's domain (`example.com`) or a network (`198.51.100.0/24`), a blank, and a service (`tcp/443`). */
  place: string;
  first: number;
  last: number;
};
