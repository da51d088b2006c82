/**
 * What an infected device does. All of it ends in the sinks of the virtual internet or at another device of the virtual home,
 * and is bounded in rate and time, whatever a scenario says.
 */

/** Most packets, connections or questions a second, and most of them in all: enough to trip whatever guards a home. */
export const MAX_PER_SECOND = 1000;
export const MAX_DEEDS = 60_000;

/** How often, and how often in all. */
type Pace = { perSecond: number; count: number };

/** The family of whatever goes beyond the home: IPv4 where nothing is said. */
type Over = { over?: 6 };

export type Attack = Over & Deed;

type Deed =
  /**
   * Tries one address after the other, of the sinks or of the home, at ports drawn by chance. `marked` sends bare SYNs whose
   * sequence number is the destination, as Mirai's scanner does; otherwise whole connections are opened.
   */
  | ({ do: 'scan'; where: 'sinks' | 'home'; ports: readonly number[]; marked?: true } & Pace)
  /** Bare SYNs from ports of chance, or datagrams of `bytes`, to one sink. */
  | ({ do: 'flood'; sink: number; port: number; with: 'syn' } & Pace)
  | ({ do: 'flood'; sink: number; port: number; with: 'udp'; bytes: number } & Pace)
  /** Asks the home's resolver for names of chance below a domain: ones that do not exist, or ones that carry data. */
  | ({ do: 'ask'; below: string; letters: number } & Pace)
  /** Calls a master that answers, or one that was taken away. */
  | { do: 'beacon'; sink: number; port: number; every: number; jitter: number; count: number }
  /** Hands mail straight to one server after the other. */
  | ({ do: 'spam'; servers: number; bytes: number } & Pace)
  /** Fetches what a broker wants from strangers' servers and hands it to the broker. */
  | { do: 'relay'; broker: number; servers: number; bytes: number; every: number; count: number }
  /** Guesses passwords at another device. */
  | ({ do: 'guess'; victim: string; port: number } & Pace);

const DEEDS: ReadonlySet<string> = new Set<Attack['do']>(['scan', 'flood', 'ask', 'beacon', 'spam', 'relay', 'guess']);

export function isAttack(act: { do: string }): act is Attack {
  return DEEDS.has(act.do);
}

/** Whether it has to do with anybody but the home's own things. */
export function leavesHome(act: Attack): boolean {
  return act.do !== 'guess' && !(act.do === 'scan' && act.where === 'home');
}

/** Ports of the far side where a bot's master and a proxy's broker listen. */
export const MASTER_PORT = 48_101;
export const BROKER_PORT = 7001;
/** Whom floods of half-open connections are aimed at. */
export const FLOODED_SINK = 40;
/** A port at which nothing of the far side listens. */
export const DEAD_PORT = 48_102;
/** Where the laptop lets people log in. */
export const LOGIN_PORT = 23;

/** A domain whose names do not exist, and one whose owner answers every name. */
export const VICTIM_DOMAIN = 'victim.example';
export const TUNNEL_DOMAIN = 'tunnel.example';
