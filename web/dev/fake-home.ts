import type { ConversationView, DeviceView, ExposureView, HistoryView, HomeView, NodeView } from '../../src/contract/api.ts';
import { serviceName } from '../../src/model/protocols.ts';

/** A home that only exists to develop and test the page: seeded, so that the same numbers come every time. */
export type FakeHomeOptions = { devices: number; farEnds: number; seed: number; at: number };

const KINDS = ['camera', 'bulb', 'plug', 'tv', 'kitchen', 'smoke-alarm', 'thermostat', 'phone', 'computer', 'speaker'];
const NAMES = [
  'Front door camera',
  'Reading lamp',
  'Coffee plug',
  'Living room TV',
  'Fridge',
  'Smoke alarm',
  'Thermostat',
  "Anna's phone",
  'Laptop',
  'Kitchen speaker',
];
const VENDORS = [
  'Example Cameras',
  'Lumen Works',
  'Plugwise Test',
  'Vision Labs',
  'Cold Chain',
  'Safe House',
  'Warm & Co',
  'Phonetic',
  'Lap Systems',
  'Sound Lab',
];
const SERVICES = [
  { service: 'https', protocol: 'tcp', port: 443 },
  { service: 'https', protocol: 'udp', port: 443 },
  { service: 'mqtts', protocol: 'tcp', port: 8883 },
  { service: 'ntp', protocol: 'udp', port: 123 },
  { service: 'http', protocol: 'tcp', port: 80 },
  { service: undefined, protocol: 'tcp', port: 32100 },
] as const;
const WORDS = ['cloud', 'api', 'cdn', 'video', 'time', 'update', 'push', 'metrics', 'ads', 'img', 'edge', 'iot'];

export class FakeHome {
  readonly devices: DeviceView[] = [];
  readonly conversations: ConversationView[] = [];
  at: number;
  /** What would have talked in the last step, had no rule cut it. */
  tried: ConversationView[] = [];
  private state: number;

  constructor(options: FakeHomeOptions) {
    this.at = options.at;
    this.state = options.seed;
    for (let i = 0; i < options.devices; i++) this.devices.push(this.device(i));
    for (let i = 0; i < options.farEnds; i++) this.conversations.push(this.conversation(i, options.farEnds));
    if (options.devices > 4) this.conversations.push(this.local(options.farEnds), ...this.shared(options.farEnds + 1));
    for (const conversation of this.conversations)
      this.count(conversation, conversation.bytesUp, conversation.bytesDown);
  }

  /** Moves time on by `ms`; returns what changed: about a tenth of the conversations. */
  step(ms: number): { devices: DeviceView[]; conversations: ConversationView[] } {
    this.at += ms;
    for (const device of this.devices) Object.assign(device, { rateUp: 0, rateDown: 0 });
    const devices = new Set<DeviceView>();
    const talking = this.conversations.filter(
      (_, i) => i < 3 || this.random() < Math.min(0.35, 40 / this.conversations.length),
    );
    this.tried = talking.filter(({ cutBy }) => cutBy !== undefined);
    const conversations = talking.filter(({ cutBy }) => cutBy === undefined);
    for (const conversation of conversations) {
      const weight = 10 ** (1 + (4 * ((conversation.id * 7919) % 97)) / 97);
      const up = Math.round(weight * this.random() * (conversation.id % 3 === 0 ? 1 : 0.1));
      const down = Math.round(weight * this.random());
      Object.assign(conversation, { rateUp: (up * 1000) / ms, rateDown: (down * 1000) / ms, last: this.at });
      conversation.bytesUp += up;
      conversation.bytesDown += down;
      const device = this.count(conversation, up, down);
      device.rateUp += conversation.rateUp;
      device.rateDown += conversation.rateDown;
      devices.add(device);
    }
    return { devices: [...devices], conversations };
  }

  view(epoch: string, sequence: number): HomeView {
    return {
      epoch,
      sequence,
      at: this.at,
      run: { mode: 'gateway', demo: 'virtual-home', version: '0.1.0', startedAt: this.at - 3_600_000 },
      verdict: {
        level: 'ok',
        code: this.devices.length > 0 ? 'all-quiet' : 'no-devices-yet',
        devices: this.devices.length,
      },
      coverage: [
        { code: 'headers-not-seen', source: 'conntrack', severity: 'inherent' },
        { code: 'flow-offload', source: 'conntrack', detail: 'nft flowtable ft', severity: 'loss' },
      ],
      lost: { events: 0, packets: 0 },
      agent: { connected: true, since: this.at - 3_600_000 },
      gateway: { macs: ['02:00:00:00:00:01'], addresses: ['192.0.2.1'] },
      enforcement: { state: 'in-force', revision: 1, since: this.at - 3_600_000 },
      rules: [],
      groups: [],
      incidents: [],
      newcomers: [],
      devices: this.devices,
      conversations: this.conversations,
      conversationsInAll: this.conversations.length,
    };
  }

  nodes(device: string, order: 'volume' | 'new'): NodeView[] {
    const nodes = this.conversations
      .filter((conversation) => conversation.device === device)
      .map(({ node, protocol, port, first, last, packetsUp, packetsDown, bytesUp, bytesDown }) => ({
        key: node.role === undefined ? node.key : (node.addresses[0] ?? node.key),
        ...(node.name === undefined ? {} : { name: node.name }),
        ...(node.role === undefined ? {} : { role: node.role }),
        ...(node.group === undefined ? {} : { group: node.group }),
        services: [serviceName(protocol, port) ?? `${protocol}/${port}`],
        firstSeen: first,
        lastSeen: last,
        packetsUp,
        packetsDown,
        bytesUp,
        bytesDown,
      }));
    const size = (node: NodeView) => node.bytesUp + node.bytesDown;
    return nodes.sort((a, b) => (order === 'new' ? b.firstSeen - a.firstSeen : size(b) - size(a)));
  }

  exposure(device: string): ExposureView {
    const { at } = this;
    const seen = { first: at - 86_400_000, last: at };
    return {
      ...{ device, at, grade: 'weak', unseen: ['passwords', 'software'] },
      points: [
        {
          ...{ sort: 'open-login', weight: 'heavy', subject: 'tcp/23', ...seen },
          evidence: { service: 'telnet', by: '192.0.2.9' },
        },
        { sort: 'plain-text', weight: 'light', subject: 'cloud.example', ...seen, evidence: { port: 80 } },
        { sort: 'update-contact', weight: 'good', subject: 'update.example', ...seen, evidence: {} },
      ],
    };
  }

  history(step: number, count: number, scale: number): HistoryView {
    const end = Math.floor(this.at / step) * step;
    const points = Array.from({ length: count }, (_, i) => {
      const wave = 1 + Math.sin(i / 17) + (i % 41 === 0 ? 6 : 0) + this.random();
      return [end - (count - i) * step, Math.round(scale * wave * 0.3), Math.round(scale * wave), 1, 2];
    });
    return { step, points };
  }

  private device(i: number): DeviceView {
    const which = i % KINDS.length;
    const round = Math.floor(i / KINDS.length);
    const mac = `02:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`;
    return {
      id: `d-${mac}`,
      label: NAMES[which]! + (round > 0 ? ` ${round + 1}` : ''),
      names: [NAMES[which]!.toLowerCase().replaceAll(/\W+/g, '-')],
      macs: [mac],
      addresses: [`192.0.2.${(i % 250) + 2}`, `2001:db8::${(i + 2).toString(16)}`],
      vendor: VENDORS[which]!,
      kind: KINDS[which]!,
      identity: {
        kind: { value: KINDS[which]!, confidence: 0.83, because: [{ from: 'hostname', saw: NAMES[which]! }] },
        vendor: { value: VENDORS[which]!, confidence: 0.9, because: [{ from: 'hardware-address', saw: VENDORS[which]! }] },
      },
      services: which === 9 ? ['_googlecast._tcp'] : [],
      firstSeen: this.at - 86_400_000 * (1 + (i % 9)),
      lastSeen: this.at - (i % 7) * 60_000,
      ...{ packetsUp: 0, packetsDown: 0, bytesUp: 0, bytesDown: 0, rateUp: 0, rateDown: 0 },
    };
  }

  private conversation(i: number, all: number): ConversationView {
    const device = this.devices[(i * 7 + (i % 3)) % this.devices.length]!;
    const kind = SERVICES[i % SERVICES.length]!;
    const named = i % 9 !== 8;
    const name = `${WORDS[i % WORDS.length]}${i % 5}.${WORDS[(i * 5) % WORDS.length]}-${i % Math.max(6, Math.floor(all / 3))}.example`;
    const address = `198.51.${100 + (i >> 8)}.${i & 255}`;
    const size = 10 ** (2.5 + 5 * this.random());
    const up = Math.round(size * (i % 3 === 0 ? 0.8 : 0.08));
    return {
      id: i + 1,
      device: device.id,
      node: {
        key: named ? name : address,
        ...(named ? { name, nameSource: 'dns' as const } : {}),
        addresses: [address],
      },
      protocol: kind.protocol,
      port: kind.port,
      ...(kind.service ? { service: kind.service } : {}),
      initiator: i % 40 === 39 ? 'node' : 'device',
      packetsUp: Math.ceil(up / 700),
      packetsDown: Math.ceil(size / 1100),
      bytesUp: up,
      bytesDown: Math.round(size),
      ...{ rateUp: 0, rateDown: 0, first: this.at - 3_600_000 + i * 1000, last: this.at - 5000 - i * 800 },
    };
  }

  /** A phone that talks to a lamp of the same home. */
  private local(id: number): ConversationView {
    const lamp = this.devices[1]!;
    return {
      ...this.conversation(0, 10),
      id: id + 1,
      device: this.devices[Math.min(7, this.devices.length - 1)]!.id,
      node: { key: `device:${lamp.id}`, addresses: lamp.addresses, device: lamp.id, nameSource: 'device' },
      ...{ protocol: 'tcp', port: 80, service: 'http', bytesUp: 20_000, bytesDown: 52_000 },
    };
  }

  /** Every device asks the router for names, and tells all others its own. */
  private shared(id: number): ConversationView[] {
    const router = { key: 'role:router', role: 'router' as const, addresses: ['192.0.2.1'] };
    const group = { key: 'role:mDNS', role: 'multicast' as const, group: 'mDNS', addresses: ['ff02::fb'] };
    return this.devices.flatMap((device, i) => {
      const own = { ...this.conversation(i, 10), device: device.id, protocol: 'udp', bytesUp: 900, bytesDown: 2400 };
      return [
        { ...own, id: id + 2 * i + 1, node: router, port: 53, service: 'domain' },
        { ...own, id: id + 2 * i + 2, node: group, port: 5353, service: 'mdns', bytesDown: 0 },
      ];
    });
  }

  private count(conversation: ConversationView, up: number, down: number): DeviceView {
    const device = this.devices.find((one) => one.id === conversation.device)!;
    device.bytesUp += up;
    device.bytesDown += down;
    device.lastSeen = Math.max(device.lastSeen, conversation.last);
    return device;
  }

  /** mulberry32 */
  private random(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
}
