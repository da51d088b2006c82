import type { Random } from '../random.ts';
import type { Device } from './device.ts';

/** What an act is done with. */
export type Stage = {
  device: Device;
  random: Random;
  /** Scenario seconds per second. */
  speed: number;
  /** IPv4 address of another device, once it has one. */
  addressOf: (name: string) => string | undefined;
};
