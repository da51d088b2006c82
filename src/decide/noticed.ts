/**
 * What is claimed of devices and is no part of an open incident, so that nothing is hidden that was seen. A view of what
 * detectors claim now and of the claims that gather until they are an incident; it remembers nothing.
 */
import type { Finding } from '../model/home.ts';
import type { Incident, IncidentFinding } from '../model/incident.ts';
import type { Noticed } from '../model/noticed.ts';
import { LEAST_WEIGHT, weightOf } from './evidence.ts';
import { isHarm, recordOf } from './incidents.ts';
import type { Suspect } from './kindred.ts';
import { FADED } from './suspects.ts';

export type Known = {
  /** The device's incident that is not closed. */
  incidentOf: (device: string) => Incident | undefined;
  /** The household said that this is fine. */
  isCorrected: (finding: Finding) => boolean;
  /** Claims that are no incident yet, those that are over included. */
  gathered: Iterable<Suspect>;
};

/** What may be harm first, then the newest. @param live what detectors claim now */
export function noticedOf(live: readonly Finding[], known: Known, at: number): Noticed[] {
  const ids = new Set(live.map(({ id }) => id));
  const now = live.flatMap((finding) => {
    const { device } = finding;
    const claim = { ...recordOf(finding), ...(known.isCorrected(finding) && { corrected: true as const }) };
    return isPartOf(known.incidentOf(device), claim) ? [] : noticed(device, claim, at);
  });
  const before = [...known.gathered].flatMap(([device, claims]) =>
    claims
      .filter((claim) => claim.over !== undefined && !ids.has(claim.id) && weightOf(claim, at) > FADED)
      .map((claim) => noticed(device, claim, at)),
  );
  return [...now, ...before].sort((a, b) => rankOf(a) - rankOf(b) || b.last - a.last);
}

/** An incident holds as many as can be claimed of a device at once, so that no claim that goes on has to make room. */
function isPartOf(incident: Incident | undefined, { id }: IncidentFinding): boolean {
  return incident?.findings.some((one) => one.id === id) ?? false;
}

function noticed(device: string, claim: IncidentFinding, at: number): Noticed {
  const { target: _, corrected, ...said } = claim;
  if (corrected) return { ...said, device, reason: 'fine' };
  if (!isHarm(claim)) return { ...said, device, reason: 'not-harm' };
  return { ...said, device, reason: 'not-sure', sure: weightOf(claim, at) < LEAST_WEIGHT ? 'hardly' : 'perhaps' };
}

function rankOf({ reason }: Noticed): number {
  return reason === 'not-sure' ? 0 : 1;
}
