import type { Exposure, ExposurePoint, ExposureSort, ModelEntry, Unseen } from '../model/exposure.ts';
import type { Device } from '../model/home.ts';
import { protocolName } from '../model/protocols.ts';
import type { Home } from '../track/home.ts';
import { type OpenService, type Security, securityBookOf } from './household/security-book.ts';
import { weaknessOf } from './household/services.ts';
import { habitBookOf } from './novelty/habit-book.ts';

const DAY = 24 * 3_600_000;
/** Makers of things that are looked after publish a few times a year, and their devices ask every day to every month. */
const UPDATE_EXPECTED = 60 * DAY;
/** Younger, a device has shown too little. */
const YOUNG = DAY;
/** Ports whose use without encryption gives more away than pages: passwords and commands. */
const TELLING = new Set([21, 23, 1883, 2323]);

/**
 * How well a device is secured, by what was seen of it. What was not seen is no praise: it is listed as unseen.
 *
 * @param models what an installed list says of models
 * @returns `undefined` for a device that is not known
 */
export function exposureOf(home: Home, id: string, models: readonly ModelEntry[] = []): Exposure | undefined {
  const device = home.device(id);
  if (!device) return undefined;
  const index = home.indexOf(id);
  const security = securityBookOf(home).known(index);
  const points = [
    ...(security ? [...servicePoints(security), ...mappingPoints(security, home.at), ...usePoints(security)] : []),
    ...updatePoints(security, device, home.at),
    ...modelPoints(device, models),
    ...supportPoints(home, index, device),
  ].sort((a, b) => WEIGHTS.indexOf(a.weight) - WEIGHTS.indexOf(b.weight));
  const unseen = unseenOf(security, device, home.at);
  return { device: id, at: home.at, grade: gradeOf(points, unseen), points, unseen };
}

const WEIGHTS: readonly ExposurePoint['weight'][] = ['heavy', 'light', 'good'];

function* servicePoints({ open }: Security): Iterable<ExposurePoint> {
  for (const service of open.values()) {
    if (!service.confirmed) continue;
    const { protocol, port, outside, by, first, last } = service;
    const weak = weaknessOf(protocol, port);
    const subject = `${protocolName(protocol)}/${port}`;
    const seen = { subject, first, last, evidence: { service: weak?.name ?? subject, by } };
    if (weak)
      yield { sort: weak.weakness === 'login' ? 'open-login' : 'open-service', weight: weightOf(service), ...seen };
    if (outside) yield { sort: 'reached-from-outside', weight: weak ? 'heavy' : 'light', ...seen };
  }
}

function weightOf({ protocol, port, outside }: OpenService): ExposurePoint['weight'] {
  return outside || weaknessOf(protocol, port)?.weakness === 'login' ? 'heavy' : 'light';
}

function* mappingPoints({ mappings }: Security, now: number): Iterable<ExposurePoint> {
  for (const { protocol, externalPort, internalPort, via, granted, since, until, by } of mappings.values()) {
    if (until < now) continue;
    const isWeak = weaknessOf(protocol === 'tcp' ? 6 : 17, internalPort) !== undefined;
    const evidence = { internalPort, via, granted, ...(by !== undefined && { by }) };
    const subject = `${protocol}/${externalPort}`;
    yield { sort: 'port-mapping', weight: isWeak ? 'heavy' : 'light', subject, first: since, last: now, evidence };
  }
}

function* usePoints({ plain, obsolete }: Security): Iterable<ExposurePoint> {
  for (const { port, node, first, last, confirmed } of plain.values()) {
    const weight = TELLING.has(port) ? 'heavy' : 'light';
    if (confirmed) yield { sort: 'plain-text', weight, subject: node, first, last, evidence: { port } };
  }
  for (const [node, { version, first, last }] of obsolete)
    yield { sort: 'obsolete-encryption', weight: 'light', subject: node, first, last, evidence: { version } };
}

function updatePoints(security: Security | undefined, device: Device, now: number): ExposurePoint[] {
  const update = security?.update;
  const { firstSeen } = device;
  if (update && now - update.at < UPDATE_EXPECTED) {
    const { at, name } = update;
    return [{ sort: 'update-contact', weight: 'good', subject: name, first: at, last: at, evidence: {} }];
  }
  if (now - firstSeen < UPDATE_EXPECTED) return [];
  const days = Math.round((now - (update?.at ?? firstSeen)) / DAY);
  const subject = update?.name ?? '';
  return [{ sort: 'no-update-contact', weight: 'light', subject, first: firstSeen, last: now, evidence: { days } }];
}

function modelPoints(device: Device, models: readonly ModelEntry[]): ExposurePoint[] {
  const model = device.identity?.model?.value.toLowerCase();
  if (model === undefined) return [];
  const makers = [device.identity?.vendor?.value, device.vendor].map((vendor) => vendor?.toLowerCase());
  return models
    .filter((entry) => entry.model.toLowerCase() === model)
    .filter(({ vendor }) => vendor === undefined || makers.some((maker) => maker?.includes(vendor.toLowerCase())))
    .map(({ problem, source }) => {
      const sort: ExposureSort = problem === 'vulnerable' ? 'vulnerable-model' : 'unsupported';
      const { firstSeen: first, lastSeen: last } = device;
      return { sort, weight: 'heavy', subject: device.identity!.model!.value, first, last, evidence: { source } };
    });
}

/** The maker's own file may say that it is no longer looked after (RFC 8520 §3.7). */
function supportPoints(home: Home, index: number, device: Device): ExposurePoint[] {
  const profile = habitBookOf(home).profile(index);
  if (!profile || profile.isSupported) return [];
  const { firstSeen: first, lastSeen: last } = device;
  const subject = profile.system ?? '';
  return [{ sort: 'unsupported', weight: 'heavy', subject, first, last, evidence: { source: profile.url } }];
}

function unseenOf(security: Security | undefined, device: Device, now: number): Unseen[] {
  const tried = [...(security?.open.values() ?? [])].some(({ conversation }) => conversation >= 0);
  const unseen: Unseen[] = ['passwords', 'software'];
  if (!tried) unseen.push('services-not-tried');
  if (now - device.firstSeen < YOUNG) unseen.push('young');
  return unseen;
}

function gradeOf(points: readonly ExposurePoint[], unseen: readonly Unseen[]): Exposure['grade'] {
  if (points.some(({ weight }) => weight === 'heavy')) return 'weak';
  if (points.some(({ weight }) => weight === 'light')) return 'fair';
  if (unseen.includes('young')) return 'unknown';
  return points.some(({ weight }) => weight === 'good') || !unseen.includes('services-not-tried') ? 'good' : 'unknown';
}
