/** How much a home may hold. Every table here has its bound; LIMITS.md gives the reasons. */
export type Limits = {
  /** Devices in all. */
  devices: number;
  /** New devices at once, and how long one more takes to be allowed, ms: spoofed addresses must not fill the list. */
  newDevices: number;
  newDeviceEvery: number;
  /** Devices known only as a destination that never answered. */
  silentDevices: number;
  /** Hardware addresses whose place is not decided yet. */
  undecidedStations: number;
  /** Conversations in all and of one device; the older ones of the largest device are folded into its `(others)`. */
  conversations: number;
  conversationsPerDevice: number;
  /** Looked-up addresses in all and of one device. */
  names: number;
  namesPerDevice: number;
  /** Addresses of devices in all and of one device (privacy addresses come every day, RFC 8981). */
  addresses: number;
  addressesPerDevice: number;
  /** Flow slots whose conversation is remembered; others are looked up each time. */
  slots: number;
};

export const DEFAULT_LIMITS: Limits = {
  devices: 1024,
  newDevices: 512,
  newDeviceEvery: 10_000,
  silentDevices: 32,
  undecidedStations: 1024,
  conversations: 65_536,
  conversationsPerDevice: 8192,
  names: 65_536,
  namesPerDevice: 4096,
  addresses: 16_384,
  addressesPerDevice: 64,
  slots: 1 << 20,
};

/** A device is gone after this much silence, ms. */
export const GONE_AFTER = 10 * 60_000;
/** An address that a device has not used for so long is no longer its own, ms (the default preferred lifetime of RFC 8981 §3.8). */
export const ADDRESS_AGE = 24 * 3_600_000;
/** Shortest time that a looked-up address keeps its name, ms: with a TTL of 0 a device still connects right after its look-up. */
export const NAME_FLOOR = 10_000;
/** Longest time, ms; no TTL makes a name stay forever. */
export const NAME_CEILING = 24 * 3_600_000;
/** How long a name from a TLS or QUIC server name holds for other flows to that address, ms. */
export const HELLO_LIFE = 10 * 60_000;
/** Addresses shown for one far end. */
export const NODE_ADDRESSES = 8;
export const SERVICES_PER_DEVICE = 32;
export const MACS_PER_DEVICE = 16;
/** Devices that an owner said a device is not; a phone that changes its address daily meets as many likenesses in a month. */
export const NOT_SAME = 32;
/** Longest text taken over from the network, characters. */
export const TEXT_LENGTH = 253;
/** Longest name that an owner may give, characters (as in the contract's RenameBody). */
export const GIVEN_NAME_LENGTH = 64;
/** Shortest time between two judgements of a device that keeps changing, ms: one costs 0.06 ms, and 1 ms with all that a hostile device can tell. */
export const IDENTIFY_EVERY = 10_000;
/** Longest time between two looks through a busy device's conversations, ms. */
export const LOOK_EVERY = 10 * 60_000;
/** How long a device may come to be known as something that is treated more gently, ms. */
export const LEARNING = 24 * 3_600_000;
/** How long a new device is compared with those known before, ms. */
export const YOUNG = 3_600_000;
/** How long a hardware address behind which several devices were seen is not judged, ms. */
export const SEVERAL = 24 * 3_600_000;
/** IPv4 addresses that one device uses in turn within `SEVERAL_WITHIN` ms: one more is that of another device behind it. */
export const SEVERAL_ADDRESSES = 2;
export const SEVERAL_WITHIN = 10 * 60_000;
/** Open questions whether two devices are one; a household answers a few. */
export const MAX_RESEMBLANCES = 64;
export const PREFIXES = 32;
export const GATEWAY_ADDRESSES = 64;
export const SOURCES = 64;
