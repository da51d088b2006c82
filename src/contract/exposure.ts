/** How well a device is secured, as far as its traffic shows, as a schema; see src/model/exposure.ts. */
import type { Exposure } from '../model/exposure.ts';
import { Type } from './schema.ts';

export const ExposureView = Type.Object({
  device: Type.String(),
  /** Observed time. */
  at: Type.Number(),
  grade: Type.Union([Type.Literal('weak'), Type.Literal('fair'), Type.Literal('good'), Type.Literal('unknown')]),
  /** The weightiest first. */
  points: Type.Array(
    Type.Object({
      /** One of `EXPOSURE_SORTS` (src/model/exposure.ts). */
      sort: Type.String(),
      weight: Type.Union([Type.Literal('heavy'), Type.Literal('light'), Type.Literal('good')]),
      /** A service such as `tcp/23`, a name, a version; text from the network, as the evidence is. */
      subject: Type.String(),
      first: Type.Number(),
      last: Type.Number(),
      evidence: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
    }),
  ),
  /** What traffic cannot show, or what this source does not. */
  unseen: Type.Array(Type.String()),
});
export type ExposureView = Exposure;
