import type {
  ConversationView,
  DeviceView,
  GroupView,
  HomeView,
  IncidentView,
  NewcomerView,
  RuleView,
  StreamMessage,
} from '../../../src/contract/api.ts';

/** Conversations that the page keeps; the least recently active go first. The server shows fewer at a time. */
export const MAX_CONVERSATIONS = 6000;
/** Devices that the page keeps. */
export const MAX_DEVICES = 2000;
/** A rate older than this, in ms of observed time, counts as silence. */
const RATE_VALID_FOR = 3500;

type State = Pick<HomeView, 'run' | 'verdict' | 'coverage' | 'lost' | 'agent' | 'gateway' | 'enforcement'>;
export type Applied = 'applied' | 'gap';

/**
 * What the page knows of the home: a snapshot and everything that the stream said since. Plain maps, changed only by
 * `apply`; whoever draws asks for `version` once a frame.
 */
export class HomeState {
  epoch = '';
  sequence = -1;
  /** Observed time of the last message, ms. */
  at = 0;
  rateUp = 0;
  rateDown = 0;
  state: State | undefined;
  readonly devices = new Map<string, DeviceView>();
  readonly conversations = new Map<number, ConversationView>();
  /** Another map after every change, so that what is derived from it follows. */
  rules: ReadonlyMap<string, RuleView> = new Map();
  groups: GroupView[] = [];
  /** Those that are not closed. */
  incidents: IncidentView[] = [];
  newcomers: NewcomerView[] = [];

  /** `gap` says that messages are missing and that only a fresh snapshot helps. */
  apply(message: StreamMessage): Applied {
    if (message.kind === 'snapshot') {
      this.replace(message.home);
      this.sequence = message.sequence;
      return 'applied';
    }
    if (message.kind === 'resumed') return message.epoch === this.epoch ? 'applied' : 'gap';
    if (message.sequence <= this.sequence) return 'applied';
    if (message.sequence !== this.sequence + 1) return 'gap';
    this.sequence = message.sequence;
    this.at = Math.max(this.at, message.at);
    switch (message.kind) {
      case 'traffic':
        this.applyTraffic(message);
        break;
      case 'device':
        this.setDevice(message.device);
        break;
      case 'device-gone':
        this.removeDevice(message.device);
        break;
      case 'state':
        if (this.state) Object.assign(this.state, pickState(message));
        break;
      case 'rules':
        this.changeRules(message.changed, message.gone);
        break;
      case 'stopped':
        this.setStopped(message.rules);
        break;
      case 'groups':
        this.groups = message.groups;
        break;
      case 'incident':
        this.changeIncident(message.incident);
        break;
      case 'newcomers':
        this.newcomers = message.newcomers;
        break;
      case 'tripped':
        this.setTripped(message.device, message.tripped);
        break;
    }
    return 'applied';
  }

  replace(home: HomeView): void {
    this.epoch = home.epoch;
    this.sequence = home.sequence;
    this.at = home.at;
    this.state = { ...pickState(home), run: home.run };
    this.devices.clear();
    this.conversations.clear();
    this.rules = new Map(home.rules.map((rule) => [rule.id, rule]));
    this.groups = home.groups;
    this.incidents = home.incidents;
    this.newcomers = home.newcomers;
    for (const device of home.devices) this.setDevice(device);
    for (const conversation of home.conversations) this.setConversation(conversation);
    this.rateUp = sum(home.devices, (device) => device.rateUp);
    this.rateDown = sum(home.devices, (device) => device.rateDown);
  }

  /** All of it as the message that begins a copy; `undefined` while nothing is known. */
  snapshot(): StreamMessage | undefined {
    if (!this.state) return undefined;
    const { epoch, sequence, at, state, groups, incidents, newcomers } = this;
    const rules = [...this.rules.values()];
    const conversations = [...this.conversations.values()];
    const conversationsInAll = conversations.length;
    const devices = [...this.devices.values()];
    return {
      kind: 'snapshot',
      sequence,
      home: {
        ...{ epoch, sequence, at, ...state, rules, groups, incidents, newcomers },
        ...{ devices, conversations, conversationsInAll },
      },
    };
  }

  setDevice(device: DeviceView): void {
    if (this.devices.size < MAX_DEVICES || this.devices.has(device.id)) this.devices.set(device.id, device);
  }

  changeRules(changed: readonly RuleView[], gone: readonly string[]): void {
    const rules = new Map(this.rules);
    for (const rule of changed) rules.set(rule.id, rule);
    for (const id of gone) rules.delete(id);
    this.rules = rules;
  }

  private setStopped(told: readonly Pick<RuleView, 'id' | 'stopped'>[]): void {
    const changed = told.flatMap(({ id, stopped }) => {
      const rule = this.rules.get(id);
      return rule ? [{ ...rule, stopped }] : [];
    });
    this.changeRules(changed, []);
  }

  /** Closed ones are no longer kept. */
  changeIncident(incident: IncidentView): void {
    const others = this.incidents.filter(({ id }) => id !== incident.id);
    this.incidents = isOver(incident) ? others : [incident, ...others];
  }

  private setTripped(id: string, tripped: NonNullable<DeviceView['tripped']>): void {
    const device = this.devices.get(id);
    if (device) this.devices.set(id, { ...device, tripped });
  }

  /** A device and all it said leave together; a merged device's conversations come again under their new device. */
  private removeDevice(id: string): void {
    this.devices.delete(id);
    for (const [key, conversation] of this.conversations) {
      if (conversation.device === id) this.conversations.delete(key);
    }
  }

  private applyTraffic(message: Extract<StreamMessage, { kind: 'traffic' }>): void {
    for (const device of message.devices) this.setDevice(device);
    for (const conversation of message.conversations) this.setConversation(conversation);
    for (const id of message.gone) this.conversations.delete(id);
    this.rateUp = message.rateUp;
    this.rateDown = message.rateDown;
  }

  /** Re-inserting keeps the map in order of activity, so that the first is the one to forget. */
  private setConversation(conversation: ConversationView): void {
    this.conversations.delete(conversation.id);
    this.conversations.set(conversation.id, conversation);
    if (this.conversations.size <= MAX_CONVERSATIONS) return;
    const oldest = this.conversations.keys().next();
    if (!oldest.done) this.conversations.delete(oldest.value);
  }
}

/** Bytes per second each way, or silence where the last word is old. */
export function currentRate(
  of: { rateUp: number; rateDown: number; last?: number; lastSeen?: number },
  at: number,
): { up: number; down: number } {
  const last = of.last ?? of.lastSeen ?? at;
  return at - last > RATE_VALID_FOR ? { up: 0, down: 0 } : { up: of.rateUp, down: of.rateDown };
}

function isOver({ state }: IncidentView): boolean {
  return state === 'clean' || state === 'dismissed';
}

function pickState(from: Omit<State, 'run'>): Omit<State, 'run'> {
  const { verdict, coverage, lost, agent, gateway, enforcement } = from;
  return { verdict, coverage, lost, agent, gateway, enforcement };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
