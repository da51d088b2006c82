/** What a device is believed to be, and questions whether two are one, as schemas; see src/model/identity.ts. */
import { type Static, Type } from './schema.ts';

const Belief = Type.Object({
  value: Type.String(),
  /** 0 to 1. */
  confidence: Type.Number(),
  /** Where something was seen that says so, and what; the weightiest first. Texts are from the network. */
  because: Type.Array(Type.Object({ from: Type.String(), saw: Type.String() })),
});

export const IdentityView = Type.Object({
  kind: Type.Optional(Belief),
  vendor: Type.Optional(Belief),
  model: Type.Optional(Belief),
  /** Several devices hide behind this one hardware address: nothing is guessed of them. */
  several: Type.Optional(Type.Boolean()),
});
export type IdentityView = Static<typeof IdentityView>;

/** A new device looks like one that was known before, which has been silent since: are they one? */
export const LooksLikeView = Type.Object({
  /** Id of the device known before. */
  device: Type.String(),
  confidence: Type.Number(),
  because: Type.Array(Type.Object({ in: Type.String(), saw: Type.String() })),
  since: Type.Number(),
});
export type LooksLikeView = Static<typeof LooksLikeView>;

/** Fields of a device. */
export const DeviceIdentity = {
  /** The owner's own answer to what it is; `kind` gives it too. */
  givenKind: Type.Optional(Type.String()),
  identity: Type.Optional(IdentityView),
  looksLike: Type.Optional(LooksLikeView),
};

/** A kind of `KINDS` (src/model/kinds.ts); empty leaves it to SPIN again. */
export const KindBody = Type.Object({ kind: Type.String({ maxLength: 32 }) }, { additionalProperties: false });
export type KindBody = Static<typeof KindBody>;

/** The answer to `looksLike`: whether the device is the one known before as `as`. */
export const SameBody = Type.Object(
  { as: Type.String({ minLength: 1, maxLength: 64 }), same: Type.Boolean() },
  { additionalProperties: false },
);
export type SameBody = Static<typeof SameBody>;
