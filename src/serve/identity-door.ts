import type { DeviceView, KindBody, SameBody } from '../contract/api.ts';
import type { Actor } from './actor.ts';

/**
 * The owner's answers to what a device is, and to whether two are one. They are durable when a method returns.
 * @throws {Refusal} and {CannotStore}; nothing is changed then
 */
export type IdentityDoor = {
  setKind(device: string, body: KindBody, actor: Actor): DeviceView;
  /** @returns the device that `device` now is: itself, or the one known before */
  same(device: string, body: SameBody, actor: Actor): DeviceView;
};
