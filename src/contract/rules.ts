/**
 * The household's rules, groups, audit log and what the kernel makes of them, as schemas. Times are ms since the epoch.
 * Bodies admit no field that is not named here: a rule whose target was misspelt would fit everything.
 */
import { type Static, Type } from './schema.ts';

const STRICT = { additionalProperties: false };
/** Longest id of a device or a group, and longest host name (RFC 1035 §2.3.4). */
const ID = { minLength: 1, maxLength: 64 };
const NAME = { maxLength: 253 };
const Stopped = Type.Object({ packets: Type.Number(), bytes: Type.Number() });

export const RuleAction = Type.Union([
  Type.Literal('block'),
  Type.Literal('allow'),
  Type.Literal('ignore'),
  Type.Literal('pause'),
  Type.Literal('slow'),
  Type.Literal('essential'),
  Type.Literal('local'),
  Type.Literal('isolated'),
]);

const Initiator = Type.Union([Type.Literal('device'), Type.Literal('node')]);

/** See `RuleTarget` in src/model/household.ts; `{}` is the whole home. */
export const RuleTarget = Type.Object(
  {
    device: Type.Optional(Type.String(ID)),
    /** An own group's id, `kind:` and a kind of device, or `all`. */
    group: Type.Optional(Type.String(ID)),
    node: Type.Optional(
      Type.Union([
        Type.Object({ name: Type.String(NAME) }, STRICT),
        Type.Object({ address: Type.String(NAME) }, STRICT),
        Type.Object({ prefix: Type.String(NAME) }, STRICT),
        /** Another device of the home. */
        Type.Object({ device: Type.String(ID) }, STRICT),
      ]),
    ),
    service: Type.Optional(
      Type.Object({ protocol: Type.Integer(), port: Type.Optional(Type.Integer()), initiator: Initiator }, STRICT),
    ),
  },
  STRICT,
);

const WeeklySlots = Type.Array(
  Type.Object(
    { days: Type.Array(Type.Integer(), { maxItems: 7 }), from: Type.String(NAME), to: Type.String(NAME) },
    STRICT,
  ),
  { maxItems: 64 },
);
export const RuleTime = Type.Union([
  Type.Object({ always: Type.Literal(true) }, STRICT),
  Type.Object({ until: Type.Number() }, STRICT),
  Type.Object({ weekly: WeeklySlots }, STRICT),
]);
const AskedTime = Type.Union([
  Type.Object({ always: Type.Literal(true) }, STRICT),
  Type.Object({ until: Type.Number() }, STRICT),
  Type.Object({ weekly: WeeklySlots }, STRICT),
  Type.Object({ for: Type.Number() }, STRICT),
  Type.Object({ tomorrow: Type.Literal(true) }, STRICT),
]);

/** A rule as it is asked for, or asked about. */
export const SetRuleBody = Type.Object({ action: RuleAction, target: RuleTarget, when: AskedTime }, STRICT);
export type SetRuleBody = Static<typeof SetRuleBody>;

/** A rule as it is kept. */
export const RuleData = Type.Object({
  id: Type.String(),
  action: RuleAction,
  target: RuleTarget,
  when: RuleTime,
  /** `owner`, `command-line` or `spin`. */
  by: Type.String(),
  since: Type.Number(),
});
export type RuleData = Static<typeof RuleData>;

/**
 * What a rule cannot do or does not do now. `same-network`: traffic between devices that does not cross this box cannot
 * be stopped. `name-not-met`: no address of the name is known yet; it is covered as soon as a device looks it up.
 * `device-away`: the device is not here. `allowed`: an allow of the household beats it, wholly. `stricter`: another rule
 * puts the device on a higher step. `console`: SPIN is used from this device, which is never isolated.
 */
export const RuleNote = Type.Union([
  Type.Literal('same-network'),
  Type.Literal('name-not-met'),
  Type.Literal('device-away'),
  Type.Literal('allowed'),
  Type.Literal('stricter'),
  Type.Literal('console'),
]);
export type RuleNote = Static<typeof RuleNote>;

export const RuleView = Type.Object({
  ...RuleData.properties,
  /** What to call the parts of the target. */
  labels: Type.Object({
    device: Type.Optional(Type.String()),
    group: Type.Optional(Type.String()),
    node: Type.Optional(Type.String()),
    service: Type.Optional(Type.String()),
  }),
  /** When it ends by itself. */
  until: Type.Optional(Type.Number()),
  /** When it begins or ends next, by its schedule. */
  changes: Type.Optional(Type.Number()),
  /** The incident because of which SPIN made it. */
  incident: Type.Optional(Type.String()),
  /** What it stopped since it is in force. */
  stopped: Stopped,
  /**
   * `yes`: the kernel does it. `waiting`: on its way to the kernel. `scheduled`: not now, by its schedule.
   * `not-enforced`: nothing does it; `EnforcementView` says why.
   */
  inForce: Type.Union([
    Type.Literal('yes'),
    Type.Literal('waiting'),
    Type.Literal('scheduled'),
    Type.Literal('not-enforced'),
  ]),
  notes: Type.Array(RuleNote),
});
export type RuleView = Static<typeof RuleView>;

/** What the kernel makes of the rules. */
export const EnforcementView = Type.Object({
  /**
   * `in-force`: the kernel does what is wanted. `applying`: it is being told. `refused`: it refused what is wanted and
   * does what it did before; `message` says why, and it is tried again. `passive`: this run never touches the firewall.
   * `agent-away`: the kernel does what it did last; changes wait.
   */
  state: Type.Union([
    Type.Literal('in-force'),
    Type.Literal('applying'),
    Type.Literal('refused'),
    Type.Literal('passive'),
    Type.Literal('agent-away'),
  ]),
  /** Number of what is wanted; rises with every change. */
  revision: Type.Integer(),
  /** Since when it is in that state. */
  since: Type.Number(),
  message: Type.Optional(Type.String()),
});
export type EnforcementView = Static<typeof EnforcementView>;

/** What a change was, for its undo: the number of its entry in the audit log. Absent where nothing changed. */
const Change = Type.Optional(Type.Integer());

export const RuleChangeView = Type.Object({ change: Change, rule: Type.Optional(RuleView) });
export type RuleChangeView = Static<typeof RuleChangeView>;

/** Part of a preview: a device or a far end, with what would have been cut of it. */
const PreviewPart = {
  packets: Type.Number(),
  bytes: Type.Number(),
  /** Device, far end, service and who began it. */
  conversations: Type.Integer(),
};

/** What a rule would have cut, by the home's own history. */
export const PreviewView = Type.Object({
  /** What was looked at; `from` is later than asked for where history begins later. */
  from: Type.Number(),
  to: Type.Number(),
  ...PreviewPart,
  /** In whole hours where the history is older than an hour. Absent where nothing would have been cut. */
  first: Type.Optional(Type.Number()),
  last: Type.Optional(Type.Number()),
  /** The most affected first, at most `RULE_LIMITS.preview` of each. */
  devices: Type.Array(Type.Object({ id: Type.String(), label: Type.String(), ...PreviewPart })),
  nodes: Type.Array(
    Type.Object({
      /** Name, address, or `device:` and an id. */
      key: Type.String(),
      label: Type.String(),
      ...PreviewPart,
      /** It is cut since it shares an address with what the rule names. */
      shared: Type.Optional(Type.Literal(true)),
    }),
  ),
  devicesInAll: Type.Integer(),
  nodesInAll: Type.Integer(),
  notes: Type.Array(RuleNote),
});
export type PreviewView = Static<typeof PreviewView>;

export const GroupData = Type.Object({ id: Type.String(), name: Type.String(), members: Type.Array(Type.String()) });
export type GroupData = Static<typeof GroupData>;

export const GroupView = Type.Object({
  ...GroupData.properties,
  /** `own` was made by the household; `kind` holds the devices of a kind, `all` every device, and neither can be changed. */
  source: Type.Union([Type.Literal('own'), Type.Literal('kind'), Type.Literal('all')]),
});
export type GroupView = Static<typeof GroupView>;

const Members = Type.Array(Type.String(ID), { maxItems: 1_024 });
const GroupName = Type.String({ minLength: 1, maxLength: 64 });
export const NewGroupBody = Type.Object({ name: GroupName, members: Type.Optional(Members) }, STRICT);
export type NewGroupBody = Static<typeof NewGroupBody>;
/** `members` replaces all; `add` and `remove` change some. */
export const GroupBody = Type.Object(
  {
    name: Type.Optional(GroupName),
    members: Type.Optional(Members),
    add: Type.Optional(Members),
    remove: Type.Optional(Members),
  },
  STRICT,
);
export type GroupBody = Static<typeof GroupBody>;
export const GroupChangeView = Type.Object({ change: Change, group: Type.Optional(GroupView) });
export type GroupChangeView = Static<typeof GroupChangeView>;

/** What somebody decided. `kind` is a code; what is absent before was made, what is absent after is gone. */
export const AuditView = Type.Object({
  id: Type.Integer(),
  at: Type.Number(),
  kind: Type.Union([
    Type.Literal('rule-set'),
    Type.Literal('rule-removed'),
    Type.Literal('rule-ended'),
    Type.Literal('group-made'),
    Type.Literal('group-changed'),
    Type.Literal('group-removed'),
    Type.Literal('renamed'),
    Type.Literal('kind-set'),
    /** Asked whether two devices are one, somebody said yes, or no; neither can be taken back. */
    Type.Literal('same-device'),
    Type.Literal('not-same-device'),
    /** Two devices turned out to be one, and what was decided for the one holds for both. */
    Type.Literal('merged'),
    Type.Literal('undone'),
  ]),
  actor: Type.String(),
  rules: Type.Array(
    Type.Object({ id: Type.String(), before: Type.Optional(RuleData), after: Type.Optional(RuleData) }),
  ),
  groups: Type.Array(
    Type.Object({ id: Type.String(), before: Type.Optional(GroupData), after: Type.Optional(GroupData) }),
  ),
  names: Type.Array(
    Type.Object({ device: Type.String(), before: Type.Optional(Type.String()), after: Type.Optional(Type.String()) }),
  ),
  /** The device that was asked about, and the one that it looks like. */
  same: Type.Optional(Type.Object({ device: Type.String(), as: Type.String() })),
  /** What the owner says that devices are. */
  kinds: Type.Optional(
    Type.Array(
      Type.Object({ device: Type.String(), before: Type.Optional(Type.String()), after: Type.Optional(Type.String()) }),
    ),
  ),
  /** What to call the devices and groups that it is about, by id, as they are called now. */
  labels: Type.Record(Type.String(), Type.String()),
  /** The entry that this one undid, and the one that undid it. */
  undoes: Type.Optional(Type.Integer()),
  undoneBy: Type.Optional(Type.Integer()),
});
export type AuditView = Static<typeof AuditView>;

/** Without `change`, the last change that was not undone yet. */
export const UndoBody = Type.Object({ change: Type.Optional(Type.Integer({ minimum: 1 })) }, STRICT);
export type UndoBody = Static<typeof UndoBody>;

/** A tripwire in the kernel acted on a device, or would have where it only watches. */
export const TrippedView = Type.Object({
  /** `spoofing`, `unneeded`, `packets`, `stateless`, `connections`, `destination4`, `destination6` or `dns`. */
  reason: Type.String(),
  mode: Type.Union([Type.Literal('off'), Type.Literal('watch'), Type.Literal('enforce')]),
  at: Type.Number(),
});
export type TrippedView = Static<typeof TrippedView>;

/** What the household's rules mean for a device now; part of its view. */
export const DeviceStanding = {
  /** Ids of the rules that fit it, in force or not; absent where there are none. */
  rules: Type.Optional(Type.Array(Type.String())),
  /** Its step of the ladder. */
  ladder: Type.Optional(
    Type.Union([Type.Literal('slow'), Type.Literal('essential'), Type.Literal('local'), Type.Literal('isolated')]),
  ),
  /** The last trip, for a minute. */
  tripped: Type.Optional(TrippedView),
  /** The household wants it hidden. */
  hidden: Type.Optional(Type.Literal(true)),
  /** SPIN is used from it. */
  console: Type.Optional(Type.Literal(true)),
};

/** What the household's rules mean for a far end or a conversation now; part of its view. */
export const NodeStanding = {
  /** The rule in force that cuts it, and the one that keeps it from being cut. */
  cutBy: Type.Optional(Type.String()),
  allowedBy: Type.Optional(Type.String()),
  hidden: Type.Optional(Type.Literal(true)),
};

/** Largest numbers in one answer. */
export const RULE_LIMITS = { audit: 1_000, preview: 100 } as const;

/** Messages of the event stream about rules. */
export const RuleMessages = [
  /** Rules that are new or changed, in full, and those that are gone. */
  Type.Object({
    kind: Type.Literal('rules'),
    sequence: Type.Integer(),
    at: Type.Number(),
    changed: Type.Array(RuleView),
    gone: Type.Array(Type.String()),
  }),
  /** What rules stopped so far, where it rose; at most once a second. */
  Type.Object({
    kind: Type.Literal('stopped'),
    sequence: Type.Integer(),
    at: Type.Number(),
    rules: Type.Array(Type.Object({ id: Type.String(), stopped: Stopped })),
  }),
  Type.Object({
    kind: Type.Literal('groups'),
    sequence: Type.Integer(),
    at: Type.Number(),
    groups: Type.Array(GroupView),
  }),
  Type.Object({
    kind: Type.Literal('tripped'),
    sequence: Type.Integer(),
    at: Type.Number(),
    device: Type.String(),
    tripped: TrippedView,
  }),
] as const;
