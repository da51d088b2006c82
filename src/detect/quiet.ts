import { beacon, masterCalled } from './command/beacon.ts';
import { chat } from './command/chat.ts';
import { mining } from './command/mining.ts';
import { proxyRelay } from './command/proxy-relay.ts';
import { thinSession } from './command/thin-session.ts';
import { tor } from './command/tor.ts';
import type { Detector } from './detector.ts';
import { encryptedDns } from './dns/encrypted-dns.ts';
import { generatedNames } from './dns/generated-names.ts';
import { dnsTunnel } from './dns/tunnel.ts';
import { waterTorture } from './dns/water-torture.ts';
import { addressSpoofing } from './household/address-spoofing.ts';
import { newDevice, vanishedDevice } from './household/comings.ts';
import { nameSpoofing } from './household/name-spoofing.ts';
import { portMapping, unencryptedService } from './household/openings.ts';
import { rogueDhcp } from './household/rogue-dhcp.ts';
import { rogueRouter } from './household/rogue-router.ts';
import { steadyUpload } from './household/steady-upload.ts';
import { tracker } from './household/trackers.ts';
import { weakEncryption } from './household/weak-encryption.ts';
import { novelty } from './novelty/novelty.ts';

/** Detectors of what makes no noise: masters and tunnels, what is new, the household's own network. */
export const QUIET: readonly Detector[] = [
  beacon,
  masterCalled,
  thinSession,
  chat,
  mining,
  tor,
  proxyRelay,
  dnsTunnel,
  generatedNames,
  waterTorture,
  encryptedDns,
  novelty,
  addressSpoofing,
  nameSpoofing,
  rogueDhcp,
  rogueRouter,
  newDevice,
  vanishedDevice,
  portMapping,
  unencryptedService,
  weakEncryption,
  steadyUpload,
  tracker,
];
