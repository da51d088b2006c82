import type { Signal } from '../signal.ts';
import { PARAMETERS, VENDOR_CLASSES } from './dhcp.ts';
import { MAKERS, MODULES } from './makers.ts';
import { MODELS } from './models.ts';
import { NAMES } from './names.ts';
import { BEHAVIOURS, CONTACTED, SERVED } from './ports.ts';
import { HOMEKIT, SERVICES } from './services.ts';
import { ANNOUNCED_WORDS, DEFAULT_HOSTNAMES, HOSTNAME_WORDS, MODEL_WORDS, TYPE_WORDS } from './words.ts';

/** Every signal, by what it is looked for in. A new one is one row in its table. */
export const SIGNALS = {
  makers: [...MAKERS, ...MODULES],
  vendorClass: VENDOR_CLASSES,
  parameters: PARAMETERS,
  hostnames: DEFAULT_HOSTNAMES,
  hostnameWords: HOSTNAME_WORDS,
  services: SERVICES,
  attributes: HOMEKIT,
  announcedWords: ANNOUNCED_WORDS,
  typeWords: TYPE_WORDS,
  modelWords: MODEL_WORDS,
  models: MODELS,
  names: NAMES,
  serves: SERVED,
  contacts: CONTACTED,
  behaviours: BEHAVIOURS,
} as const satisfies Record<string, readonly Signal[]>;

export type SignalTables = Readonly<Record<keyof typeof SIGNALS, readonly Signal[]>>;
