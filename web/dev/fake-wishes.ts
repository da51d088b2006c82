import type {
  CorrectionView,
  NewcomerView,
  PreferenceBody,
  PreferencesView,
  RehearsalView,
} from '../../src/contract/api.ts';
import { DEFAULT_PREFERENCES } from '../../src/model/preferences.ts';
import type { FakeHome } from './fake-home.ts';
import { FakeRefusal } from './fake-rules.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NAME = /^(?=.*[a-z])[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$|^[0-9a-f.:]*[.:][0-9a-f.:]*$/;

/** What the made-up household wants, who is new in its home, and what it said is fine. */
export class FakeWishes {
  view: PreferencesView = { home: { ...DEFAULT_PREFERENCES, critical: [] }, groups: {}, devices: {} };
  corrections: CorrectionView[] = [];
  /** Devices by their number that came so long ago, ms. */
  readonly arrived = new Map<string, number>();
  /** What a choice would have done; a test's own truth. */
  rehearsal: RehearsalView;
  private readonly home: FakeHome;

  constructor(home: FakeHome) {
    this.home = home;
    this.rehearsal = { until: home.at, findings: 0, changed: [], unchanged: 0 };
  }

  /** A device that was never here before. */
  arrive(which: number, ago = HOUR): void {
    this.arrived.set(this.home.devices[which]!.id, this.home.at - ago);
  }

  /** Somebody said that a finding about a device is fine. */
  correct(which: number): void {
    const { id: device, label } = this.home.devices[which]!;
    const about = { detector: 'horizontal-scan', device, label, subject: 'tcp/23' };
    this.corrections.push({ id: `horizontal-scan/${device}/tcp%2F23`, ...about, at: this.home.at - DAY, by: 'owner' });
  }

  /** An incident that was stopped, and under another choice would have been told of only. */
  remember(which: number): void {
    const { at, devices } = this.home;
    const { id: device, label } = devices[which]!;
    const opened = at - 2 * HOUR;
    const now = { acted: opened, step: 'none', blocks: 2, cut: HOUR } as const;
    const would = { step: 'none', blocks: 0, cut: 0 } as const;
    const changed = [{ incident: 'i-1', device, label, opened, now, would }];
    this.rehearsal = { since: at - 3 * DAY, until: at, findings: 4, changed, unchanged: 1 };
  }

  newcomers(): NewcomerView[] {
    return [...this.arrived].flatMap(([device, since]): NewcomerView[] => {
      const stance = this.view.devices[device]?.newDevices ?? this.view.home.newDevices;
      const label = this.home.devices.find(({ id }) => id === device)?.label ?? device;
      if (stance === 'admit') return [];
      return [{ device, label, since, stance, ...(stance === 'limit' && { until: since + 3 * DAY }) }];
    });
  }

  admit(device: string): NewcomerView[] {
    if (!this.arrived.delete(device)) throw new FakeRefusal(404, 'unknown-newcomer', 'device');
    return this.newcomers();
  }

  uncorrect(id: string): CorrectionView[] {
    if (!this.corrections.some((one) => one.id === id)) throw new FakeRefusal(404, 'unknown-correction', 'id');
    this.corrections = this.corrections.filter((one) => one.id !== id);
    return this.corrections;
  }

  prefer(body: PreferenceBody): PreferencesView {
    this.check(body);
    const { scope, choice } = body;
    if ('home' in scope) this.view = { ...this.view, home: { ...DEFAULT_PREFERENCES, critical: [], ...choice } };
    else if ('group' in scope) this.view = { ...this.view, groups: withChoice(this.view.groups, scope.group, choice) };
    else this.view = { ...this.view, devices: withChoice(this.view.devices, scope.device, choice) };
    return this.view;
  }

  rehearse(body: PreferenceBody): RehearsalView {
    this.check(body);
    return this.rehearsal;
  }

  private check({ choice }: PreferenceBody): void {
    const wrong = (choice.critical ?? []).findIndex((name) => !NAME.test(name));
    if (wrong >= 0) throw new FakeRefusal(422, 'bad-preference', `choice.critical[${wrong}]`);
  }
}

type Choices = PreferencesView['groups'];

function withChoice(choices: Choices, id: string, choice: Choices[string]): Choices {
  const others = Object.fromEntries(Object.entries(choices).filter(([other]) => other !== id));
  return Object.keys(choice).length === 0 ? others : { ...others, [id]: choice };
}
