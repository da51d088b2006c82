/**
 * Incidents, questions and preferences over HTTP. Codes, not sentences: the words are in src/model/incident-words.ts and
 * src/model/clean-up-words.ts, for every interface the same.
 *
 * Routes (all under /api, JSON, with an open session):
 *
 *   GET    /incidents?state=open|all     IncidentView[], the newest first, at most `LIMITS.incidents`; `open` (the default)
 *                                        has quiet ones, too
 *   GET    /incidents/:id                IncidentView
 *   POST   /incidents/:id/answer         AnswerBody         IncidentView; also without a question
 *   POST   /incidents/:id/undo           IncidentView; everything as before, remembered as corrections
 *   POST   /incidents/:id/steps/:name    IncidentView; somebody says that a step of the clean-up is done
 *   GET    /noticed[?device=ID]          NoticedView[]; what was seen and is no part of an open incident: what may be harm
 *                                        first, then the newest, at most `LIMITS.noticed`
 *   GET    /corrections                  CorrectionView[]
 *   DELETE /corrections/:id              CorrectionView[]; the claim counts again
 *   GET    /newcomers                    NewcomerView[], the newest first: devices under limits, or held, until known
 *   POST   /newcomers/:device/admit      NewcomerView[]
 *   GET    /preferences                  PreferencesView
 *   PUT    /preferences                  PreferenceBody     PreferencesView
 *   POST   /preferences/preview          PreferenceBody     RehearsalView; changes nothing
 *
 * Refusals: unknown-incident, unknown-step, unknown-correction, unknown-newcomer, unknown-device, unknown-group,
 * closed (the incident is over), bad-preference (with its field).
 */
import { ANSWERS, CLEAN_UP_STEPS, INCIDENT_STATES, STORY_KINDS } from '../model/incident.ts';
import { NOTICED_REASONS, SURENESS } from '../model/noticed.ts';
import { AUTONOMIES, CERTAINTIES, NEW_DEVICES, PRECAUTIONS, UNANSWERED } from '../model/preferences.ts';
import { VERDICT_STEPS } from '../model/verdict.ts';
import { type Static, type TLiteral, type TUnion, Type } from './schema.ts';

type OneOf<Values extends readonly string[]> = TUnion<{ -readonly [I in keyof Values]: TLiteral<Values[I]> }>;

function oneOf<const Values extends readonly string[]>(values: Values): OneOf<Values> {
  return Type.Union(values.map((value) => Type.Literal(value))) as unknown as OneOf<Values>;
}

const Facts = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]));

const TargetView = Type.Object({
  node: Type.Optional(
    Type.Object({
      name: Type.Optional(Type.String()),
      address: Type.Optional(Type.String()),
      prefix: Type.Optional(Type.String()),
      device: Type.Optional(Type.String()),
    }),
  ),
  service: Type.Optional(
    Type.Object({
      protocol: Type.Integer(),
      port: Type.Optional(Type.Integer()),
      initiator: oneOf(['device', 'node']),
    }),
  ),
});

/** What SPIN does about it now, in its own decision. */
export const OwnVerdictView = Type.Object({
  step: oneOf(VERDICT_STEPS),
  blocks: Type.Array(TargetView),
  since: Type.Number(),
  /** When it ends if nothing more is seen. */
  until: Type.Number(),
  /** When the cuts ended; tight limits go on until the incident is closed. */
  released: Type.Optional(Type.Number()),
  /** `not-enforced`: this SPIN only watches, or the kernel refused. */
  inForce: oneOf(['yes', 'waiting', 'not-enforced']),
  stopped: Type.Object({ packets: Type.Number(), bytes: Type.Number() }),
});

export const IncidentFindingView = Type.Object({
  id: Type.String(),
  detector: Type.String(),
  subject: Type.String(),
  evidence: Facts,
  confidence: Type.Number(),
  first: Type.Number(),
  last: Type.Number(),
  /** Since when it is no longer open. */
  over: Type.Optional(Type.Number()),
  /** The household said that this is fine. */
  corrected: Type.Optional(Type.Boolean()),
});

/** Seen on a device, and no part of an open incident. */
export const NoticedView = Type.Object({
  device: Type.String(),
  label: Type.String(),
  id: Type.String(),
  detector: Type.String(),
  subject: Type.String(),
  evidence: Facts,
  /** How sure the detector is of what it claims, 0 to 1. */
  confidence: Type.Number(),
  first: Type.Number(),
  last: Type.Number(),
  /** When it ends if it is not seen again. */
  until: Type.Number(),
  /** Since when it is no longer seen; what may be harm fades from then on. */
  over: Type.Optional(Type.Number()),
  /** Why nothing is done about it. */
  reason: oneOf(NOTICED_REASONS),
  /** How likely it is harm, by itself; only with `not-sure`. */
  sure: Type.Optional(oneOf(SURENESS)),
  /** How sure the household wants SPIN to be of this device's harm before it does anything; only with `not-sure`. */
  wanted: Type.Optional(oneOf(CERTAINTIES)),
});
export type NoticedView = Static<typeof NoticedView>;

export const StoryEntryView = Type.Object({
  at: Type.Number(),
  kind: oneOf(STORY_KINDS),
  by: Type.Optional(Type.String()),
  with: Type.Optional(Facts),
});

export const CleanUpStepView = Type.Object({
  name: oneOf(CLEAN_UP_STEPS),
  state: oneOf(['open', 'claimed', 'doubted', 'seen']),
  at: Type.Optional(Type.Number()),
  detail: Type.Optional(Type.String()),
});

export const IncidentView = Type.Object({
  id: Type.String(),
  device: Type.String(),
  label: Type.String(),
  kind: Type.Optional(Type.String()),
  state: oneOf(INCIDENT_STATES),
  opened: Type.Number(),
  last: Type.Number(),
  closed: Type.Optional(Type.Number()),
  again: Type.Optional(Type.String()),
  relapses: Type.Integer(),
  strength: Type.Number(),
  findings: Type.Array(IncidentFindingView),
  /** Labels of devices of the same kind or group with the same harm at once. */
  kindred: Type.Array(Type.String()),
  story: Type.Array(StoryEntryView),
  cleanUp: Type.Array(CleanUpStepView),
  /** What is still wrong; empty when the incident may close itself. */
  wrong: Type.Array(oneOf(['goes-on', 'too-soon', 'mapping-open'])),
  /** When it closes itself if nothing more is seen. */
  closes: Type.Optional(Type.Number()),
  verdict: Type.Optional(OwnVerdictView),
  question: Type.Optional(
    Type.Object({
      asked: Type.Number(),
      until: Type.Number(),
      otherwise: oneOf(UNANSWERED),
      /** `until` came without an answer; one is taken all the same. */
      lapsed: Type.Optional(Type.Boolean()),
    }),
  ),
  answer: Type.Optional(oneOf(ANSWERS)),
});
export type IncidentView = Static<typeof IncidentView>;

export const AnswerBody = Type.Object({ answer: oneOf(ANSWERS) }, { additionalProperties: false });

export const CorrectionView = Type.Object({
  id: Type.String(),
  detector: Type.String(),
  device: Type.String(),
  label: Type.String(),
  subject: Type.String(),
  at: Type.Number(),
  by: Type.String(),
});
export type CorrectionView = Static<typeof CorrectionView>;

export const NewcomerView = Type.Object({
  device: Type.String(),
  label: Type.String(),
  since: Type.Number(),
  /** What its stance does to it now. */
  stance: oneOf(['limit', 'hold']),
  /** When it counts as known by itself; absent for one that waits for the owner. */
  until: Type.Optional(Type.Number()),
});
export type NewcomerView = Static<typeof NewcomerView>;

/** Of one scope; what is absent is as the less specific says. Bounds are those of src/decide/preferences.ts. */
const Choice = {
  autonomy: Type.Optional(oneOf(AUTONOMIES)),
  certainty: Type.Optional(oneOf(CERTAINTIES)),
  unanswered: Type.Optional(Type.Object({ after: Type.Number(), otherwise: oneOf(UNANSWERED) })),
  newDevices: Type.Optional(oneOf(NEW_DEVICES)),
  kindred: Type.Optional(oneOf(PRECAUTIONS)),
  weak: Type.Optional(oneOf(PRECAUTIONS)),
  critical: Type.Optional(Type.Array(Type.String({ maxLength: 253 }), { maxItems: 64 })),
};
export const PreferenceChoiceView = Type.Object(Choice, { additionalProperties: false });

export const PreferencesView = Type.Object({
  home: Type.Object({
    autonomy: oneOf(AUTONOMIES),
    certainty: oneOf(CERTAINTIES),
    unanswered: Type.Object({ after: Type.Number(), otherwise: oneOf(UNANSWERED) }),
    newDevices: oneOf(NEW_DEVICES),
    kindred: oneOf(PRECAUTIONS),
    weak: oneOf(PRECAUTIONS),
    critical: Type.Array(Type.String()),
  }),
  groups: Type.Record(Type.String(), PreferenceChoiceView),
  devices: Type.Record(Type.String(), PreferenceChoiceView),
});
export type PreferencesView = Static<typeof PreferencesView>;

/**
 * The whole choice of one scope. For the home what is absent becomes the default again; an empty choice of a group or a
 * device leaves everything to the less specific.
 */
export const PreferenceBody = Type.Object(
  {
    scope: Type.Union([
      Type.Object({ home: Type.Literal(true) }, { additionalProperties: false }),
      Type.Object({ group: Type.String({ maxLength: 128 }) }, { additionalProperties: false }),
      Type.Object({ device: Type.String({ maxLength: 128 }) }, { additionalProperties: false }),
    ]),
    choice: PreferenceChoiceView,
  },
  { additionalProperties: false },
);
export type PreferenceBody = Static<typeof PreferenceBody>;

const Outcome = Type.Object({
  /** When SPIN would have asked, and acted first. */
  asked: Type.Optional(Type.Number()),
  acted: Type.Optional(Type.Number()),
  /** The strictest it came to. */
  step: oneOf(VERDICT_STEPS),
  blocks: Type.Integer(),
  /** ms for which anything of the device was cut. */
  cut: Type.Number(),
});

/** What the home's own history would have been. */
export const RehearsalView = Type.Object({
  /** Of the oldest finding that is remembered; absent when there is none. */
  since: Type.Optional(Type.Number()),
  until: Type.Number(),
  findings: Type.Integer(),
  /** Incidents that would have gone otherwise. */
  changed: Type.Array(
    Type.Object({
      incident: Type.String(),
      device: Type.String(),
      label: Type.String(),
      opened: Type.Number(),
      now: Outcome,
      would: Outcome,
    }),
  ),
  /** Incidents that would have been the same. */
  unchanged: Type.Integer(),
});
export type RehearsalView = Static<typeof RehearsalView>;

/** Members of the event stream (see `StreamMessage`). */
export const IncidentMessages = [
  Type.Object({ kind: Type.Literal('incident'), sequence: Type.Integer(), at: Type.Number(), incident: IncidentView }),
  /** All of them. */
  Type.Object({
    kind: Type.Literal('newcomers'),
    sequence: Type.Integer(),
    at: Type.Number(),
    newcomers: Type.Array(NewcomerView),
  }),
  /** Preferences or corrections are others than before: ask for them again. */
  Type.Object({ kind: Type.Literal('wishes'), sequence: Type.Integer(), at: Type.Number() }),
] as const;
