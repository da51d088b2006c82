/** The deciding core without a kernel: what its policy would have done to each exchange. */
import { Casebook } from '../../src/decide/casebook.ts';
import { meaningOf } from '../../src/decide/meanings.ts';
import { Newcomers } from '../../src/decide/newcomers.ts';
import { tripwiresFor } from '../../src/decide/tripwires.ts';
import type { HomeEvent } from '../../src/model/event.ts';
import type { Finding } from '../../src/model/home.ts';
import type { Observation } from '../../src/model/observation.ts';
import type { Rate } from '../../src/model/policy.ts';
import { DEFAULT_PREFERENCES } from '../../src/model/preferences.ts';
import type { OwnPolicy, OwnRule } from '../../src/model/verdict.ts';
import { createPipeline } from '../../src/pipeline.ts';
import type { Call } from './life.ts';

const TICK = 1000;
const TCP = 6;
/** Steps that cut a device off from the internet. */
const QUARANTINES: readonly string[] = ['essential', 'local', 'isolated'];

export class Guard {
  readonly #pipeline = createPipeline();
  readonly #book: Casebook;
  readonly #newcomers: Newcomers;
  readonly #buckets = new Map<string, Tokens>();
  readonly #seen = new Set<string>();
  #wants: OwnPolicy = { rules: [], limits: [] };
  /** What was claimed of somebody, each once, and what was done. */
  readonly findings = new Map<string, Finding>();
  readonly quarantined = new Set<string>();
  readonly incidents = new Set<string>();

  constructor(installed: number) {
    const { home } = this.#pipeline;
    this.#book = new Casebook({
      profileOf: (device) => {
        const kind = home.device(device)?.kind;
        return { groups: [], ...(kind !== undefined && { kind }) };
      },
      devices: () => home.devices().map(({ id }) => id),
      preferences: () => ({ home: DEFAULT_PREFERENCES, groups: {}, devices: {} }),
    });
    this.#newcomers = new Newcomers(() => DEFAULT_PREFERENCES.newDevices, installed);
  }

  step(observation: Observation): void {
    this.#take(this.#pipeline.step(observation), observation.at);
  }

  tick(at: number): void {
    this.#take(this.#pipeline.step({ kind: 'tick', at }), at);
    const changed = this.#book.apply({ kind: 'tick', at });
    if (this.#newcomers.tick(at) || changed.length > 0) this.#settle();
  }

  /** The time that may pass without a tick, ms. */
  get pace(): number {
    return TICK;
  }

  /** Kind of every device, as SPIN sees it. */
  kinds(): Map<string, string | undefined> {
    return new Map(this.#pipeline.home.devices().map(({ names, kind, id }) => [names[0] ?? id, kind]));
  }

  /** Why an exchange would not have passed; nothing where it does. */
  stops(call: Call): string | undefined {
    const device = `d-${call.member.mac.replaceAll(':', '')}`;
    const rule = this.#wants.rules.find((one) => one.target.device === device && cuts(one, call));
    if (rule) return rule.id;
    const limit = this.#wants.limits.find((one) => one.device === device);
    const { volume, limits, unneeded } = tripwiresFor(this.#pipeline.home.device(device)?.kind, limit, true);
    const needless = unneeded.find(({ protocol, port }) => protocol === call.protocol && port === call.port);
    if (needless) return 'unneeded';
    if (volume === 'watch') return undefined;
    const which = call.protocol === TCP ? 'connections' : 'unanswered';
    if (!this.#bucket(device, which, limits[which]).passes(call.at, 1)) return which;
    // Its packets come one after the other; what counts is their rate.
    const perSecond = call.up / Math.max(1, call.lasts / 1000);
    return limits.packets && perSecond > limits.packets.perSecond ? 'packets' : undefined;
  }

  #bucket(device: string, which: string, rate: Rate | undefined): Tokens {
    const key = `${device} ${which} ${rate?.perSecond}`;
    const known = this.#buckets.get(key) ?? new Tokens(rate);
    this.#buckets.set(key, known);
    return known;
  }

  #take(events: readonly HomeEvent[], at: number): void {
    for (const event of events) {
      if (event.kind === 'device' && !this.#seen.has(event.device.id)) {
        this.#seen.add(event.device.id);
        if (this.#newcomers.arrived(event.device.id, at)) this.#settle();
      }
      if (event.kind !== 'finding') continue;
      const { finding, change } = event;
      if (meaningOf(finding.detector).sort !== 'note') this.findings.set(finding.id, finding);
      this.#book.apply({ kind: 'finding', at: event.at, change, finding });
      this.#settle();
    }
  }

  #settle(): void {
    const incidents = this.#book.wants();
    const newcomers = this.#newcomers.wants();
    this.#wants = {
      rules: [...incidents.rules, ...newcomers.rules],
      limits: [...incidents.limits, ...newcomers.limits],
    };
    for (const { id } of this.#book.all()) this.incidents.add(id);
    for (const { action, target } of incidents.rules)
      if (QUARANTINES.includes(action)) this.quarantined.add(target.device ?? '');
  }
}

/** Whether a rule of SPIN's own stops it; a step stops all but the home, as for a device without essential places. */
function cuts({ action, target }: OwnRule, call: Call): boolean {
  if (QUARANTINES.includes(action)) return true;
  if (action !== 'block') return false;
  const { node, service } = target;
  if (service && (service.protocol !== call.protocol || (service.port ?? call.port) !== call.port)) return false;
  if (!node) return true;
  const far = Object.values(node)[0];
  return far === call.name || far === call.address;
}

/** A token bucket as the kernel keeps it. */
class Tokens {
  readonly #rate: Rate | undefined;
  #left: number;
  #at = 0;

  constructor(rate: Rate | undefined) {
    this.#rate = rate;
    this.#left = rate?.burst ?? 0;
  }

  passes(at: number, count: number): boolean {
    if (!this.#rate) return true;
    const { perSecond, burst } = this.#rate;
    this.#left = Math.min(burst, this.#left + (Math.max(0, at - this.#at) / 1000) * perSecond);
    this.#at = at;
    if (this.#left < count) return false;
    this.#left -= count;
    return true;
  }
}
