/** English texts of what a device is believed to be, how well it is secured, and what was noticed of it. */
import type { Evidence, Likeness } from '../../../src/model/identity.ts';

const from: Record<Evidence, string> = {
  owner: 'You said so',
  'hardware-address': 'Maker of its hardware address',
  dhcp: 'How it asks for an address',
  hostname: 'Its host name',
  announced: 'What it announces',
  model: 'Its model',
  'looked-up': 'A name that it looks up',
  serves: 'Where it answers',
  contacts: 'Where it asks',
  behaviour: 'How it behaves',
};

const likeness: Record<Likeness['in'], string> = {
  'client-id': 'Its DHCP identifier',
  hostname: 'Its host name',
  instance: 'The name that it announces',
  dhcp: 'How it asks for an address',
  address: 'The address that it asks for',
  model: 'Its model',
  vendor: 'Its maker',
  names: 'Names that it looks up',
  kind: 'Its kind',
};

const belief = {
  maker: 'Maker',
  model: 'Model',
  sure: (percent: string) => `${percent} sure`,
  short: (kind: string, percent: string) => `${kind} (${percent})`,
  why: 'Why?',
  youSaid: 'You said so.',
  spinThinks: (kind: string, percent: string) => `You said so. SPIN takes it for: ${kind.toLowerCase()} (${percent}).`,
  several: 'Several devices share its hardware address, so SPIN does not guess.',
  none: 'Nothing was seen yet that tells.',
  auto: 'SPIN decides',
  pick: 'What it is',
  from,
  set: (name: string, kind: string) => `${name}: ${kind.toLowerCase()}, as you say.`,
  left: (name: string) => `${name}: SPIN decides what it is.`,
  failed: 'What it is was not changed.',
  undo: 'Undo',
};

const same = {
  title: (name: string) => `Is this ${name} again?`,
  short: (name: string) => `${name} again?`,
  lead: 'It is new here, but looks like that device, which has been silent since. Phones and laptops change their hardware address now and then.',
  common: 'What both have in common',
  likeness,
  yes: 'Yes, it is the same',
  no: 'No, it is another one',
  hint: 'If it is the same, the two become one device for good.',
  one: (name: string) => `It is ${name} again, with its name, history and rules.`,
  two: (name: string) => `It is not ${name}. SPIN does not ask again.`,
  failed: 'Your answer was not taken.',
};

const exposure = {
  title: 'How well it is secured',
  lead: 'As far as its traffic shows.',
  weights: { heavy: 'Serious:', light: 'Could be better:', good: 'Good:' },
  seen: (first: string, last: string) => `seen from ${first} to ${last}`,
  seenOnce: (when: string) => `seen ${when}`,
  unseen: 'What SPIN cannot see',
  asking: 'Looking …',
  failed: 'This could not be found out.',
};

const noticed = {
  title: 'Noticed',
  once: (when: string) => `seen ${when}`,
  since: (first: string, last: string) => `since ${first}, last ${last}`,
  between: (first: string, last: string) => `from ${first} to ${last}, no longer`,
  more: (count: string) => `${count} more`,
};

export const devicesEn = { belief, same, exposure, noticed };
export type DevicesTexts = typeof devicesEn;
