import type { GroupView, RuleView } from '../../contract/api.ts';
import type { Asked } from '../../decide/effect.ts';
import type { Rules } from '../../decide/rules.ts';
import type { Group } from '../../model/audit.ts';
import type { Device } from '../../model/home.ts';
import type { GuardPreferences, HomeFacts, HouseholdRule } from '../../model/household.ts';
import type { TrippedObservation } from '../../model/observation.ts';
import type { DesiredPolicy } from '../../model/policy.ts';
import type { Announcement } from '../../serve/stream.ts';
import type { Store } from '../../store/store.ts';
import type { Enforcement } from './enforcement.ts';
import { allGroups, groupLabel, groupViews } from './groups.ts';
import { nodeOf } from './preview.ts';
import { ruleView, type Seen } from './rule-views.ts';
import { type OfDevice, type OfNode, Standing } from './standing.ts';
import { Trips } from './trips.ts';

/** What a policy was made of, and the policy. */
export type Made = { rules: Rules; facts: HomeFacts; preferences: GuardPreferences; policy: DesiredPolicy };

export type OutlookOptions = {
  store: Store;
  now: () => number;
  /** The home's time, ms. */
  at: () => number;
  devices: () => Device[];
  device: (id: string) => Device | undefined;
  label: (device: Device) => string;
  announce: (message: Announcement) => void;
  /** Told of devices for which the rules mean something else now. */
  onStanding: (devices: readonly string[]) => void;
};

export type OutlookSources = {
  enforcement: Enforcement;
  made: () => Made | undefined;
  groups: () => ReadonlyMap<string, Group>;
  addressesOf: (name: string) => string[];
};

/** What the rules look like from outside: their views, what they mean for what is shown, and what the stream is told. */
export class Outlook {
  readonly #options: OutlookOptions;
  readonly #sources: OutlookSources;
  readonly #trips: Trips;
  readonly #rules = new Told();
  readonly #groups = new Told();
  readonly #devices = new Told();
  #standing: Standing | undefined;
  #telling: NodeJS.Immediate | undefined;

  constructor(options: OutlookOptions, sources: OutlookSources) {
    this.#options = options;
    this.#sources = sources;
    this.#trips = new Trips(options.now);
  }

  close(): void {
    clearImmediate(this.#telling);
  }

  rule(rule: HouseholdRule): RuleView {
    return ruleView(rule, this.#seen());
  }

  rules(): RuleView[] {
    const seen = this.#seen();
    return [...this.#sources.made()!.rules.values()].map((rule) => ruleView(rule, seen));
  }

  groups(): GroupView[] {
    return groupViews(this.#sources.groups().values(), this.#options.devices());
  }

  /** Whether there is, or may be, such a group. */
  isGroup(id: string): boolean {
    return allGroups(this.#sources.groups().values()).includes(id);
  }

  deviceLabel(id: string): string | undefined {
    const device = this.#options.device(id);
    return device && this.#options.label(device);
  }

  groupLabel(id: string): string {
    return groupLabel(id, this.#sources.groups());
  }

  ofDevice(id: string): OfDevice {
    return this.#current()?.device(id) ?? {};
  }

  ofConversation(asked: Asked): OfNode {
    return this.#current()?.conversation(asked) ?? {};
  }

  /** @param node as the store names it */
  ofNode(device: string, node: string): OfNode {
    const far = nodeOf(node, this.#sources.addressesOf);
    return this.ofConversation({ device, node: far, protocol: -1, port: -1, initiator: 'device' });
  }

  tripped(device: string, observation: TrippedObservation): void {
    const { tripped, isNews } = this.#trips.add(device, observation);
    const { at, reason, mode } = observation;
    if (isNews) this.#options.store.note({ at, kind: `tripped-${mode}`, actor: 'spin', device, detail: reason });
    this.#options.announce({ kind: 'tripped', at, device, tripped });
  }

  /** Once a second. */
  settle(): void {
    const over = this.#trips.settle();
    if (over.length > 0) this.#options.onStanding(over);
  }

  /** Something is another: told once for all that happens in this turn, and after the kernel was told. */
  changed(): void {
    this.#standing = undefined;
    this.#telling ??= setImmediate(() => {
      this.#telling = undefined;
      this.#tell();
    });
  }

  #tell(): void {
    const made = this.#sources.made();
    if (!made) return;
    const at = this.#options.at();
    const { announce, onStanding } = this.#options;
    const views = this.rules();
    const rules = this.#rules.tell(views.map(({ stopped: _, ...view }) => [view.id, view]));
    for (const id of rules.gone) this.#sources.enforcement.forget(id);
    const changed = views.filter(({ id }) => rules.changed.has(id));
    if (changed.length + rules.gone.length > 0) announce({ kind: 'rules', at, changed, gone: rules.gone });
    const groups = this.groups();
    if (this.#groups.tell([['', groups]]).changed.size > 0) announce({ kind: 'groups', at, groups });
    const devices = this.#devices.tell(made.facts.devices.map(({ id }) => [id, this.ofDevice(id)]));
    onStanding([...devices.changed]);
  }

  #current(): Standing | undefined {
    const made = this.#sources.made();
    if (!this.#standing && made) {
      this.#standing = new Standing({
        ...made,
        at: this.#options.at(),
        isInForce: (id) => this.#sources.enforcement.standing(id) === 'yes',
        tripped: this.#trips.shown,
      });
    }
    return this.#standing;
  }

  #seen(): Seen {
    const { facts, policy } = this.#sources.made()!;
    const { enforcement } = this.#sources;
    return {
      facts,
      policy,
      at: this.#options.at(),
      standing: (id) => enforcement.standing(id),
      stoppedBy: (id) => enforcement.stoppedBy(id),
      deviceLabel: (id) => this.deviceLabel(id),
      groupLabel: (id) => this.groupLabel(id),
    };
  }
}

/** What was told last of each thing, so that only what is another is told again. */
class Told {
  #texts: ReadonlyMap<string, string> = new Map();

  tell(views: ReadonlyArray<readonly [string, unknown]>): { changed: Set<string>; gone: string[] } {
    const texts = new Map(views.map(([id, view]) => [id, JSON.stringify(view)]));
    const changed = [...texts].filter(([id, text]) => this.#texts.get(id) !== text).map(([id]) => id);
    const gone = [...this.#texts.keys()].filter((id) => !texts.has(id));
    this.#texts = texts;
    return { changed: new Set(changed), gone };
  }
}
