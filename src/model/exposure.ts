/** How well a device is secured, as far as its traffic shows: plain JSON for views. */
import type { Address } from './address.ts';

export type Exposure = {
  device: string;
  at: number;
  /** `weak`: somebody could get in or listen in; `fair`: something could be better; `unknown`: too little was seen. */
  grade: 'weak' | 'fair' | 'good' | 'unknown';
  /** The weightiest first. */
  points: ExposurePoint[];
  /** What traffic cannot show, or what this source does not. */
  unseen: Unseen[];
};

export type ExposurePoint = {
  sort: ExposureSort;
  weight: 'heavy' | 'light' | 'good';
  /** A service such as `tcp/23`, a name, a version. */
  subject: string;
  first: number;
  last: number;
  evidence: Record<string, string | number | boolean>;
};

export const EXPOSURE_SORTS = [
  'open-login',
  'open-service',
  'reached-from-outside',
  'port-mapping',
  'plain-text',
  'obsolete-encryption',
  'no-update-contact',
  'update-contact',
  'vulnerable-model',
  'unsupported',
] as const;
export type ExposureSort = (typeof EXPOSURE_SORTS)[number];

/** `passwords`, `software`: never seen in traffic. `services-not-tried`: nobody knocked, so it is not known who opens. */
export const UNSEEN = ['passwords', 'software', 'services-not-tried', 'young'] as const;
export type Unseen = (typeof UNSEEN)[number];

/** Models known to be vulnerable or no longer supported, as an installed list tells. */
export type ModelEntry = {
  vendor?: string;
  /** As announced, matched without regard to case. */
  model: string;
  problem: 'vulnerable' | 'unsupported';
  /** Where it is said, such as a CVE number. */
  source: string;
};

export type PortMapping = {
  protocol: 'tcp' | 'udp';
  externalPort: number;
  internalPort: number;
  via: 'upnp' | 'nat-pmp' | 'pcp';
  granted: boolean;
  /** Who asked, where it asked for another device. */
  by?: Address;
  since: number;
  until: number;
};
