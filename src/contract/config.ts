/**
 * What one run of SPIN is told at start. The command line writes it as JSON; agent and controller read it and check what
 * they use by hand, since a schema library would cost each of the three 15 MB for as long as SPIN runs. Paths are absolute.
 */
export const DEFAULT_PORT = 7746;

export type RunConfig = {
  /** `gateway` guards a router, `watch` only listens, `read` plays a capture file. */
  mode: 'gateway' | 'watch' | 'read';
  /** Interfaces of the home network (gateway). */
  lan: string[];
  /** Interface towards the internet (gateway). */
  wan?: string;
  /** Lease files of the DHCP server (gateway), besides those at their usual places. */
  leases?: string[];
  /** Interface to listen on (watch). */
  watch?: string;
  /** Capture file (read). */
  file?: string;
  /** Recorded seconds per second (read), at least 0; 0 reads as fast as possible. */
  speed: number;
  /** Prefixes and hardware addresses that are home, where they cannot be inferred. */
  home: string[];
  /** What is guarded when nothing was configured: the virtual home or a recorded one. */
  demo?: 'virtual-home' | 'recorded-home';
  /** Network namespace that the agent runs in, by name; the host's own if absent. */
  namespace?: string;
  /** Database and secrets; survives restarts. Owned by `user`. */
  stateDir: string;
  /** Sockets and process ids; may vanish at reboot. */
  runDir: string;
  /** Addresses that the dashboard binds to. */
  listen: string[];
  /** Further names under which the dashboard may be opened, such as `spin.example.com`. */
  names?: string[];
  /** 0 to 65535; 0 takes any free one. */
  port: number;
  /** User that the controller becomes when started by root. */
  user?: string;
  /** Longest time between two writes of counters, ms; at least 1,000. */
  flushInterval: number;
};

export { AGENT_SOCKET } from './link.ts';
