/**
 * What one run of SPIN is told at start. The command line writes it as JSON; agent and controller read it.
 * Paths are absolute.
 */
import { type Static, Type } from 'typebox';

export const DEFAULT_PORT = 7746;

export const RunConfig = Type.Object({
  /** `gateway` guards a router, `watch` only listens, `read` plays a capture file. */
  mode: Type.Union([Type.Literal('gateway'), Type.Literal('watch'), Type.Literal('read')]),
  /** Interfaces of the home network (gateway). */
  lan: Type.Array(Type.String()),
  /** Interface towards the internet (gateway). */
  wan: Type.Optional(Type.String()),
  /** Lease files of the DHCP server (gateway), besides those at their usual places. */
  leases: Type.Optional(Type.Array(Type.String())),
  /** Interface to listen on (watch). */
  watch: Type.Optional(Type.String()),
  /** Capture file (read). */
  file: Type.Optional(Type.String()),
  /** Recorded seconds per second (read); 0 reads as fast as possible. */
  speed: Type.Number({ minimum: 0, default: 1 }),
  /** Prefixes and hardware addresses that are home, where they cannot be inferred. */
  home: Type.Array(Type.String()),
  /** What is guarded when nothing was configured: the virtual home or a recorded one. */
  demo: Type.Optional(Type.Union([Type.Literal('virtual-home'), Type.Literal('recorded-home')])),
  /** Network namespace that the agent runs in, by name; the host's own if absent. */
  namespace: Type.Optional(Type.String()),
  /** Database and secrets; survives restarts. Owned by `user`. */
  stateDir: Type.String(),
  /** Sockets and process ids; may vanish at reboot. */
  runDir: Type.String(),
  /** Addresses that the dashboard binds to. */
  listen: Type.Array(Type.String()),
  /** Further names under which the dashboard may be opened, such as `spin.example.com`. */
  names: Type.Optional(Type.Array(Type.String())),
  port: Type.Integer({ minimum: 0, maximum: 65535, default: DEFAULT_PORT }),
  /** User that the controller becomes when started by root. */
  user: Type.Optional(Type.String()),
  /** Longest time between two writes of counters, ms. */
  flushInterval: Type.Integer({ minimum: 1000, default: 60_000 }),
});
export type RunConfig = Static<typeof RunConfig>;

export { AGENT_SOCKET } from './link.ts';
