/**
 * What the outside sees over HTTP, as schemas: one source for validation, OpenAPI, server, page and command line.
 * Times are ms since the epoch, sizes bytes.
 */
import { DeviceIdentity } from './identity.ts';
import { IncidentMessages, IncidentView, NewcomerView } from './incidents.ts';
import { DeviceStanding, EnforcementView, GroupView, NodeStanding, RuleMessages, RuleView } from './rules.ts';
import { type Static, Type } from './schema.ts';

export * from './exposure.ts';
export * from './identity.ts';
export * from './incidents.ts';
export * from './rules.ts';

const Counters = {
  packetsUp: Type.Number(),
  packetsDown: Type.Number(),
  bytesUp: Type.Number(),
  bytesDown: Type.Number(),
};

export const DeviceView = Type.Object({
  id: Type.String(),
  /** What to call it: the owner's name, else the best name it gave itself, else vendor and end of its address. */
  label: Type.String(),
  givenName: Type.Optional(Type.String()),
  names: Type.Array(Type.String()),
  macs: Type.Array(Type.String()),
  addresses: Type.Array(Type.String()),
  vendor: Type.Optional(Type.String()),
  kind: Type.Optional(Type.String()),
  services: Type.Array(Type.String()),
  firstSeen: Type.Number(),
  lastSeen: Type.Number(),
  /** Totals of this run. */
  ...Counters,
  /** Bytes per second over the last second. */
  rateUp: Type.Number(),
  rateDown: Type.Number(),
  ...DeviceIdentity,
  ...DeviceStanding,
});
export type DeviceView = Static<typeof DeviceView>;

/** What a far end is that is neither a device of the list nor outside: the router itself, or many at once. */
export const FarRole = Type.Union([Type.Literal('router'), Type.Literal('multicast'), Type.Literal('broadcast')]);
export type FarRole = Static<typeof FarRole>;

export const ConversationView = Type.Object({
  id: Type.Integer(),
  device: Type.String(),
  node: Type.Object({
    /**
     * Stable key within the page: the name, else the address; `device:` and the id for a device of this home, `role:` and
     * what it is for the router and for groups, so that all their addresses are one.
     */
    key: Type.String(),
    name: Type.Optional(Type.String()),
    nameSource: Type.Optional(Type.Union([Type.Literal('dns'), Type.Literal('hello'), Type.Literal('device')])),
    addresses: Type.Array(Type.String()),
    device: Type.Optional(Type.String()),
    role: Type.Optional(FarRole),
    /** Name of a well-known multicast group, such as `mDNS`. */
    group: Type.Optional(Type.String()),
  }),
  protocol: Type.String(),
  port: Type.Integer(),
  /** Name of the service, such as `https`; absent where there is none. */
  service: Type.Optional(Type.String()),
  initiator: Type.Union([Type.Literal('device'), Type.Literal('node')]),
  ...Counters,
  rateUp: Type.Number(),
  rateDown: Type.Number(),
  first: Type.Number(),
  last: Type.Number(),
  ...NodeStanding,
});
export type ConversationView = Static<typeof ConversationView>;

export const CoverageView = Type.Object({
  code: Type.String(),
  source: Type.String(),
  detail: Type.Optional(Type.String()),
  /** `inherent` lies in what the source is; `loss` is missing and changes the verdict. */
  severity: Type.Union([Type.Literal('inherent'), Type.Literal('loss')]),
});

/** The first screen's one sentence, as a code with its numbers; the texts belong to the interface. */
export const VerdictSentence = Type.Object({
  level: Type.Union([Type.Literal('ok'), Type.Literal('attention'), Type.Literal('danger')]),
  code: Type.Union([
    Type.Literal('all-quiet'),
    Type.Literal('no-devices-yet'),
    Type.Literal('limited-view'),
    Type.Literal('agent-gone'),
    // Incidents: a question waits; harm goes on that nothing stops; it was stopped.
    Type.Literal('asks'),
    Type.Literal('harm-seen'),
    Type.Literal('harm-stopped'),
  ]),
  devices: Type.Integer(),
  /** What to call the device of the newest incident that the sentence is about, and how many there are. */
  device: Type.Optional(Type.String()),
  incidents: Type.Optional(Type.Integer()),
});

export const RunView = Type.Object({
  mode: Type.Union([Type.Literal('gateway'), Type.Literal('watch'), Type.Literal('read')]),
  demo: Type.Optional(Type.Union([Type.Literal('virtual-home'), Type.Literal('recorded-home')])),
  version: Type.String(),
  startedAt: Type.Number(),
});

/** Everything the page needs to start: one snapshot, with the number of the last event that it contains. */
export const HomeView = Type.Object({
  /** Changes when the controller restarts; sequence numbers of different epochs do not compare. */
  epoch: Type.String(),
  sequence: Type.Integer(),
  /** Observed time. */
  at: Type.Number(),
  run: RunView,
  verdict: VerdictSentence,
  coverage: Type.Array(CoverageView),
  lost: Type.Object({ events: Type.Number(), packets: Type.Number() }),
  agent: Type.Object({ connected: Type.Boolean(), since: Type.Number() }),
  gateway: Type.Object({ macs: Type.Array(Type.String()), addresses: Type.Array(Type.String()) }),
  enforcement: EnforcementView,
  rules: Type.Array(RuleView),
  groups: Type.Array(GroupView),
  /** Those that are not closed, the newest, at most `LIMITS.incidents`. */
  incidents: Type.Array(IncidentView),
  newcomers: Type.Array(NewcomerView),
  devices: Type.Array(DeviceView),
  /** The conversations most recently active, at most `LIMITS.conversationsInView`. */
  conversations: Type.Array(ConversationView),
  conversationsInAll: Type.Integer(),
});
export type HomeView = Static<typeof HomeView>;

/** One message of the event stream; `sequence` rises by one from message to message within an epoch. */
export const StreamMessage = Type.Union([
  /** First message of a connection that could not resume: replaces everything the client holds. */
  Type.Object({ kind: Type.Literal('snapshot'), sequence: Type.Integer(), home: HomeView }),
  /** First message of a connection that resumes after `sequence`. */
  Type.Object({ kind: Type.Literal('resumed'), sequence: Type.Integer(), epoch: Type.String() }),
  Type.Object({
    kind: Type.Literal('traffic'),
    sequence: Type.Integer(),
    at: Type.Number(),
    /** Changed ones in full. */
    devices: Type.Array(DeviceView),
    conversations: Type.Array(ConversationView),
    /** Conversations no longer in view (evicted or merged). */
    gone: Type.Array(Type.Integer()),
    /** Bytes per second of the whole home. */
    rateUp: Type.Number(),
    rateDown: Type.Number(),
  }),
  Type.Object({ kind: Type.Literal('device'), sequence: Type.Integer(), at: Type.Number(), device: DeviceView }),
  Type.Object({
    kind: Type.Literal('device-gone'),
    sequence: Type.Integer(),
    at: Type.Number(),
    device: Type.String(),
    into: Type.Optional(Type.String()),
  }),
  Type.Object({
    kind: Type.Literal('state'),
    sequence: Type.Integer(),
    at: Type.Number(),
    verdict: VerdictSentence,
    coverage: Type.Array(CoverageView),
    lost: Type.Object({ events: Type.Number(), packets: Type.Number() }),
    agent: Type.Object({ connected: Type.Boolean(), since: Type.Number() }),
    gateway: Type.Object({ macs: Type.Array(Type.String()), addresses: Type.Array(Type.String()) }),
    enforcement: EnforcementView,
  }),
  ...RuleMessages,
  ...IncidentMessages,
]);
export type StreamMessage = Static<typeof StreamMessage>;

/** Traffic over time. `points` are `[start, bytesUp, bytesDown, packetsUp, packetsDown]`, oldest first, without gaps. */
export const HistoryView = Type.Object({
  /** Width of a point, ms: 1,000 (last ten minutes, from memory), 60,000, 3,600,000 or 86,400,000. */
  step: Type.Integer(),
  points: Type.Array(Type.Array(Type.Number())),
});
export type HistoryView = Static<typeof HistoryView>;

/** A far end of one device, over all kept history. */
export const NodeView = Type.Object({
  key: Type.String(),
  name: Type.Optional(Type.String()),
  role: Type.Optional(FarRole),
  group: Type.Optional(Type.String()),
  services: Type.Array(Type.String()),
  firstSeen: Type.Number(),
  lastSeen: Type.Number(),
  ...Counters,
  ...NodeStanding,
});
export type NodeView = Static<typeof NodeView>;

export const SessionView = Type.Object({
  /** `setup`: nobody has set a password yet. `login`: give it. `open`: signed in. */
  state: Type.Union([Type.Literal('setup'), Type.Literal('login'), Type.Literal('open')]),
  /** To be sent as `x-spin-csrf` with everything that changes something. */
  csrf: Type.Optional(Type.String()),
});
export type SessionView = Static<typeof SessionView>;

/** Every refusal: a stable code, a sentence in English, and the field at fault where there is one. */
export const ErrorView = Type.Object({
  error: Type.Object({ code: Type.String(), message: Type.String(), field: Type.Optional(Type.String()) }),
});
export type ErrorView = Static<typeof ErrorView>;

export const SetupBody = Type.Object({
  code: Type.String({ maxLength: 64 }),
  password: Type.String({ maxLength: 1024 }),
});
export const LoginBody = Type.Object({ password: Type.String({ maxLength: 1024 }) });
/** The password again, so that an open browser alone cannot erase. */
export const EraseBody = Type.Object({ password: Type.String({ maxLength: 1024 }) });
export const RenameBody = Type.Object({ name: Type.String({ maxLength: 64 }) });

/** What happened and who did it. `kind` is a code, `actor` `owner`, `command-line` or `spin`. */
export const EventView = Type.Object({
  id: Type.Integer(),
  at: Type.Number(),
  kind: Type.String(),
  actor: Type.String(),
  device: Type.Optional(Type.String()),
  detail: Type.Optional(Type.String()),
});
export type EventView = Static<typeof EventView>;

/** Largest numbers in one answer. */
export const LIMITS = {
  conversationsInView: 2_000,
  nodes: 1_000,
  events: 1_000,
  incidents: 128,
  noticed: 256,
} as const;

export const HISTORY_SPANS = ['10m', '1h', '1d', '1w', '1M', '1y'] as const;
export type HistorySpan = (typeof HISTORY_SPANS)[number];

/**
 * Routes (all under /api, JSON; all but session, setup, login and openapi.json need an open session):
 *
 *   GET    /session                      SessionView
 *   POST   /setup          SetupBody     SessionView, sets the cookie
 *   POST   /login          LoginBody     SessionView, sets the cookie
 *   POST   /logout                       SessionView
 *   GET    /home                         HomeView
 *   GET    /devices                      DeviceView[]
 *   GET    /devices/:id                  DeviceView
 *   PATCH  /devices/:id    RenameBody    DeviceView
 *   PUT    /devices/:id/kind  KindBody   DeviceView; the owner's answer to what it is
 *   POST   /devices/:id/same  SameBody   DeviceView of what it now is; the answer to `looksLike`
 *   GET    /devices/:id/exposure         ExposureView: how well it is secured, as far as its traffic shows
 *   GET    /devices/:id/nodes?order=volume|new&limit=   NodeView[]
 *   GET    /devices/:id/conversations    ConversationView[]
 *   GET    /history?span=HistorySpan[&device=ID]        HistoryView
 *   GET    /events?limit=                EventView[], the newest first
 *   GET    /rules                        RuleView[]
 *   POST   /rules          SetRuleBody   RuleChangeView; the same action on the same target replaces the rule before
 *   POST   /rules/preview  SetRuleBody   PreviewView: what it would have cut in the last 24 hours
 *   DELETE /rules/:id                    RuleChangeView
 *   GET    /groups                       GroupView[]
 *   POST   /groups         NewGroupBody  GroupChangeView
 *   PATCH  /groups/:id     GroupBody     GroupChangeView
 *   DELETE /groups/:id                   GroupChangeView; its rules go with it
 *   POST   /undo           UndoBody      AuditView of the undo; everything is as it was before the change
 *   GET    /audit?before=ID&limit=       AuditView[], the newest first; with after=ID instead, the oldest first
 *   GET    /audit/export                 AuditView as JSON lines, the oldest first
 *   …      /incidents, /noticed, /corrections, /newcomers, /preferences: see src/contract/incidents.ts
 *   POST   /erase          EraseBody     SessionView; forgets everything about the home, keeps the password
 *   GET    /status                       StatusView
 *   GET    /openapi.json
 *   WS     /stream?epoch=E&after=N       StreamMessage, one per frame
 */
export const StatusView = Type.Object({
  run: RunView,
  verdict: VerdictSentence,
  agent: Type.Object({ connected: Type.Boolean(), since: Type.Number() }),
  coverage: Type.Array(CoverageView),
  lost: Type.Object({ events: Type.Number(), packets: Type.Number() }),
  enforcement: EnforcementView,
  rules: Type.Integer(),
  devices: Type.Integer(),
  conversations: Type.Integer(),
  /** Resident memory of the controller, bytes. */
  memory: Type.Number(),
  database: Type.Object({ bytes: Type.Number(), written: Type.Number() }),
});
export type StatusView = Static<typeof StatusView>;
