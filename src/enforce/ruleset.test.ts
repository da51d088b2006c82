import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredPolicy, PolicyBlock } from '../model/policy.ts';
import { countingSets, readCounters } from './counters.ts';
import { asActual, changeText, compile, differences, diffText, replaceText } from './ruleset.ts';
import { PolicyError } from './validate.ts';

const LIMITS = {
  packets: { perSecond: 2000, burst: 1000 },
  destination: { perSecond: 200, burst: 100 },
  connections: { perSecond: 10, burst: 40 },
};
const MACS = ['02:00:00:00:00:01', '02:00:00:00:00:02'];

const policy = (change: Partial<DesiredPolicy> = {}): DesiredPolicy => ({
  lan: ['br-lan', 'eth0.10'],
  home: ['192.0.2.0/24', '2001:db8:1::/64'],
  routers: [],
  resolvers: ['192.0.2.1'],
  page: { addresses: ['192.0.2.1'], ports: [7746] },
  consoles: [],
  spoofing: { mode: 'enforce', exempt: [] },
  strangers: { mode: 'enforce', connections: { perSecond: 100, burst: 200 } },
  hold: 10,
  devices: MACS.map((mac, i) => ({
    id: `d-${i + 1}`,
    macs: [mac],
    addresses: [`192.0.2.${i + 2}`, `2001:db8:1::${i + 2}`],
    mode: 'enforce',
    limits: LIMITS,
    unneeded: [{ protocol: 47 }],
    critical: [],
  })),
  allows: [],
  blocks: [],
  ...change,
});

const RULES = (text: string) => text.split('\n').filter((line) => line.startsWith('add rule')).length;
const elements = (change: Partial<DesiredPolicy>) =>
  diffText(compile(policy()), compile(policy(change)))
    .split('\n')
    .filter((line) => line.includes(' element '));

describe('a block is an entry, not a rule', () => {
  it.each<[string, Omit<PolicyBlock, 'id'>, string[]]>([
    [
      'a device',
      { device: 'd-1' },
      [
        'add element inet spin own_in4 { 192.0.2.2 : goto inbound_all }',
        'add element inet spin own_in6 { 2001:db8:1::2 : goto inbound_all }',
        'add element inet spin ruled_in4 { 192.0.2.2 }',
        'add element inet spin ruled_in6 { 2001:db8:1::2 }',
        'add element inet spin ruled { 02:00:00:00:00:01 }',
        'add element inet spin block_out_device { 02:00:00:00:00:01 }',
        'add element inet spin block_in_device4 { 192.0.2.2 }',
        'add element inet spin block_in_device6 { 2001:db8:1::2 }',
      ],
    ],
    [
      'a node',
      { node: { addresses: ['203.0.113.2', '2001:DB8::1'], prefixes: ['198.51.100.9/24'] } },
      [
        'add element inet spin block_out_address4 { 203.0.113.2 }',
        'add element inet spin block_out_address6 { 2001:db8::1 }',
        'add element inet spin block_out_prefix4 { 198.51.100.0/24 }',
        'add element inet spin block_in_address4 { 203.0.113.2 }',
        'add element inet spin block_in_address6 { 2001:db8::1 }',
        'add element inet spin block_in_prefix4 { 198.51.100.0/24 }',
      ],
    ],
    [
      'a service of a conversation',
      {
        device: 'd-1',
        node: { addresses: ['203.0.113.2'], prefixes: [] },
        service: { protocol: 6, port: 443, initiator: 'device' },
      },
      [
        'add element inet spin own_in4 { 192.0.2.2 : goto inbound_all }',
        'add element inet spin own_in6 { 2001:db8:1::2 : goto inbound_all }',
        'add element inet spin ruled_in4 { 192.0.2.2 }',
        'add element inet spin ruled_in6 { 2001:db8:1::2 }',
        'add element inet spin ruled { 02:00:00:00:00:01 }',
        'add element inet spin block_out_device_address_client4 { 02:00:00:00:00:01 . 203.0.113.2 . 6 . 443 }',
        'add element inet spin block_in_device_address_client4 { 192.0.2.2 . 203.0.113.2 . 6 . 443 }',
      ],
    ],
    ['a pause of the home', { internet: true }, ['add element inet spin pause_home { "br-lan", "eth0.10" }']],
  ])('%s', (_, block, lines) => {
    expect(elements({ blocks: [{ id: 'b', ...block }] }).sort()).toEqual(lines.toSorted());
  });

  const blockOf = (count: number) => {
    const addresses = Array.from({ length: count }, (_, i) => `198.18.${i >>> 8}.${i & 255}`);
    return compile(policy({ blocks: [{ id: 'b', node: { addresses, prefixes: [] } }] }));
  };

  it('and ten thousand of them need no more rules than one', () => {
    expect(RULES(replaceText(blockOf(10_000)))).toBe(RULES(replaceText(blockOf(1))));
    expect(diffText(blockOf(1), blockOf(2))).toBe(
      'flush set inet spin passed_out\nflush set inet spin passed_in\n' +
        'add element inet spin block_out_address4 { 198.18.0.1 }\nadd element inet spin block_in_address4 { 198.18.0.1 }\n',
    );
  });

  it('and memory is reserved only where every packet is looked up; what strangers may fill has a bound', () => {
    const sets = replaceText(compile(policy()))
      .split('\n')
      .filter((line) => /^add (set|map) /.test(line) && !/schema_|map inet spin own|block_(out|in)_address/.test(line));
    for (const line of sets) expect(line.includes('size ')).toBe(line.includes('flags dynamic,timeout'));
    expect(sets.filter((line) => line.includes('size ')).length).toBeGreaterThan(10);
  });

  it('and of a device it changes no rule, and no other device’s packets are looked up for it', () => {
    const rules = (change: Partial<DesiredPolicy>) =>
      replaceText(compile(policy(change)))
        .split('\n')
        .filter((line) => line.startsWith('add rule'));
    const blocks = [
      { id: 'b', device: 'd-1' },
      { id: 'c', device: 'd-2', node: { addresses: ['203.0.113.2'], prefixes: [] } },
      { id: 'p', device: 'd-2', internet: true as const },
    ];
    expect(rules({ blocks })).toEqual(rules({}));
    const running = rules({}).filter((rule) => /inet spin (early|guard|inbound) /.test(rule));
    expect(running).toEqual([
      'add rule inet spin guard iifname != @lan accept',
      'add rule inet spin guard ct state != established goto guard_all',
      'add rule inet spin guard th dport 53 goto guard_all',
      'add rule inet spin guard ether saddr vmap @own',
      'add rule inet spin inbound oifname != @lan accept',
      'add rule inet spin inbound ct state != established goto inbound_all',
      'add rule inet spin inbound ip6 daddr vmap @own_in6',
      'add rule inet spin inbound ip daddr vmap @own_in4',
    ]);
  });

  it('and of every device it is looked up for each packet, or, where there is much, for each connection', () => {
    const guard = (blocks: PolicyBlock[]) =>
      replaceText(compile(policy({ blocks })))
        .split('\n')
        .flatMap((line) => /^add rule inet spin guard (.*(?:block|passed).*)/.exec(line)?.[1] ?? []);
    const node = { addresses: ['203.0.113.2', '2001:db8::1'], prefixes: [] };
    const direct = ['ip6 daddr @block_out_address6 goto cut', 'ip daddr @block_out_address4 goto cut'];
    expect(guard([{ id: 'b', node }])).toEqual(direct);
    const service = { protocol: 6, port: 25, initiator: 'device' } as const;
    const all = [
      { id: 'b', node },
      { id: 's', service },
    ];
    expect(guard(all)).toEqual([
      'ct id @passed_out accept',
      ...direct,
      'meta l4proto . th dport @block_out_client goto cut',
      'add @passed_out { ct id }',
    ]);
    expect(diffText(compile(policy({ blocks: all })), compile(policy()))).toContain('flush set inet spin passed_out\n');
  });
});

describe('a change of policy', () => {
  it('that changes nothing is no command', () => {
    expect(diffText(compile(policy()), compile(policy()))).toBe('');
  });

  it('back and forth leaves nothing', () => {
    const [before, after] = [compile(policy()), compile(policy({ blocks: [{ id: 'b', device: 'd-1' }] }))];
    const lines = (text: string) =>
      text
        .split('\n')
        .filter((line) => line.includes(' element '))
        .sort();
    expect(lines(diffText(after, before))).toEqual(
      lines(
        diffText(before, after)
          .replaceAll('add element', 'delete element')
          .replaceAll(/ : goto \w+/g, ''),
      ),
    );
  });

  it('that needs other rules writes their chains anew in the same transaction and keeps the sets', () => {
    const text = diffText(compile(policy()), compile(policy({ hold: 20 })));
    expect(text).toContain('flush chain inet spin trip_connections\n');
    expect(text).not.toMatch(/delete table|add set|element|guard_lan/);
    expect(RULES(text)).toBe(text.match(/^add rule inet spin trip_/gm)?.length);
  });

  it('from a table of another version replaces it in one transaction', () => {
    const text = replaceText(compile(policy()));
    expect(text.startsWith('add table inet spin\ndelete table inet spin\nadd table inet spin\n')).toBe(true);
    expect(text.match(/^(?!(add|delete) (table|set|map|chain|rule|element) inet spin)/gm)).toEqual(['']);
  });

  it('removes what the kernel has too much and adds what it lacks', () => {
    const ruleset = compile(policy({ blocks: [{ id: 'b', device: 'd-1' }] }));
    const actual = asActual(ruleset);
    const sets = new Map(actual.sets);
    sets.set('block_out_device', new Map([['02:00:00:00:00:99', '']]));
    const changed = { ...actual, sets, chains: new Map([...actual.chains, ['alien', 1]]) };
    expect(differences(ruleset, changed)).toEqual([
      'chain alien is not ours',
      'block_out_device: 02:00:00:00:00:01 is missing',
      'block_out_device: 02:00:00:00:00:99 is too many',
    ]);
    const text = changeText(ruleset, changed);
    expect(text).toContain('delete element inet spin block_out_device { 02:00:00:00:00:99 }\n');
    expect(text).toContain('add element inet spin block_out_device { 02:00:00:00:00:01 }\n');
    expect(text).toContain('delete chain inet spin alien\n');
    expect(differences(ruleset, actual)).toEqual([]);
  });
});

describe('intervals', () => {
  it('that others cover are left out, within one conversation only', () => {
    const node = {
      addresses: [],
      prefixes: ['10.1.0.0/16', '10.0.0.0/8', '10.0.0.0/8', '11.0.0.1/32', '2001:db8:1::/48', '2001:db8::/32'],
    };
    const lines = elements({
      blocks: [
        { id: 'b', node },
        { id: 'c', device: 'd-2', node: { addresses: [], prefixes: ['10.1.0.0/16'] } },
      ],
    });
    expect(lines).toContain('add element inet spin block_out_prefix4 { 10.0.0.0/8, 11.0.0.1 }');
    expect(lines).toContain('add element inet spin block_out_prefix6 { 2001:db8::/32 }');
    expect(lines).toContain('add element inet spin block_out_device_prefix4 { 02:00:00:00:00:02 . 10.1.0.0/16 }');
  });
});

describe('counters', () => {
  it('are told of by the id of the entry, summed over its elements', () => {
    const ruleset = compile(
      policy({
        blocks: [
          { id: 'b', device: 'd-1' },
          { id: 'p', node: { addresses: [], prefixes: ['10.0.0.0/8'] } },
        ],
      }),
    );
    const kernel: Record<string, Array<[string, number]>> = {
      block_out_device: [['02:00:00:00:00:01', 3]],
      block_in_device4: [['192.0.2.2', 2]],
      block_out_prefix4: [['10.0.0.0', 4]],
      count_connections: [
        ['02:00:00:00:00:02', 7],
        ['02:00:00:00:00:99', 5],
      ],
    };
    const counted = readCounters(countingSets(ruleset), (set, _type, handle) => {
      for (const [key, packets] of kernel[set] ?? []) handle(key, packets, packets * 100);
    });
    expect(Object.fromEntries([...counted].filter(([, { packets }]) => packets > 0))).toEqual({
      b: { packets: 5, bytes: 500 },
      p: { packets: 4, bytes: 400 },
      'd-2': { packets: 7, bytes: 700 },
    });
  });
});

describe('text from outside', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '*',
      'eth0*',
      'eth0"; flush ruleset; "',
      'eth0\nflush ruleset',
      '1.2.3.4 }',
      '0.0.0.0/0, 1.1.1.1',
      '@lan',
      'fe80::1%eth0',
      '1.2.3.4/33',
      '::/129',
      'a:b',
      '',
      ' ',
    ),
    fc.ipV4(),
    fc.ipV6(),
  );
  /** All that may stand in our text: words, numbers, addresses, and nft's own signs in known places. */
  const LINE =
    /^(?:(?:add|delete) table inet spin|(?:add|delete) element inet spin [a-z0-9_]+ \{ [0-9a-f:./ ,]+(?: (?::|jump|goto|accept|limit|rate|over|packets|burst|second)\b[^;{}"@]*)?[^;{}"@]* \}|add element inet spin (?:lan|pause_home) \{ "[A-Za-z0-9_.@+=~-]+"(?:, "[A-Za-z0-9_.@+=~-]+")* \}|(?:add|flush|delete) (?:chain|set|map|rule) inet spin .*)$/;

  /** A line with what may stand in a rule– an interface – by kind. */
  const shape = (line: string) => line.replace(/"[A-Za-z0-9_.@+=~-]+"/, 'NAME');

  it('is refused or written anew: it never becomes a command', () => {
    const honest = new Set(
      [
        policy({ lan: ['br-lan'], home: ['192.0.2.0/24', '2001:db8:1::/64'] }),
        policy({ home: [...policy().home, '10.0.0.0/8', 'fd00::/8'] }),
        policy({ blocks: [{ id: 'p', internet: true }] }),
        policy({ blocks: [{ id: 'b', node: { addresses: ['192.0.2.9', '2001:db8::9'], prefixes: [] } }] }),
        policy({ blocks: [{ id: 'b', node: { addresses: [], prefixes: ['10.0.0.0/8', 'fd00::/8'] } }] }),
      ]
        .flatMap((one) => replaceText(compile(one)).split('\n'))
        .filter((line) => !line.includes(' element '))
        .map(shape),
    );
    fc.assert(
      fc.property(hostile, fc.integer({ min: 0, max: 9 }), (text, place) => {
        const change = places(text)[place]!;
        let made: string;
        try {
          made = replaceText(compile(change));
        } catch (error) {
          expect(error).toBeInstanceOf(PolicyError);
          return;
        }
        for (const line of made.trimEnd().split('\n')) {
          expect(line).toMatch(LINE);
          if (!line.includes(' element ')) expect(honest).toContain(shape(line));
        }
      }),
      { numRuns: 300 },
    );
  });

  const withFirst = (change: object): DesiredPolicy => {
    const [first, ...rest] = policy().devices;
    return policy({ devices: [{ ...first!, ...change }, ...rest] });
  };
  const places = (text: string): DesiredPolicy[] => [
    policy({ lan: [text] }),
    policy({ home: ['192.0.2.0/24', '2001:db8:1::/64', text] }),
    policy({ routers: [text] }),
    policy({ resolvers: [text] }),
    policy({ consoles: [{ mac: MACS[0]!, addresses: [text] }] }),
    withFirst({ macs: [text] }),
    withFirst({ addresses: [text] }),
    withFirst({ id: text, critical: ['203.0.113.1'] }),
    policy({ blocks: [{ id: text, node: { name: text, addresses: [text], prefixes: [] } }] }),
    policy({ blocks: [{ id: 'b', node: { addresses: [], prefixes: [text] } }] }),
  ];

  it.each<[string, Partial<DesiredPolicy>, string]>([
    ['an unknown device', { blocks: [{ id: 'b', device: 'd-9' }] }, 'blocks[0].device'],
    ['a block of everything', { blocks: [{ id: 'b' }] }, 'blocks[0]'],
    [
      'a port that is none',
      { blocks: [{ id: 'b', service: { protocol: 6, port: 70_000, initiator: 'device' } }] },
      'blocks[0].service.port',
    ],
    [
      'a rate of nothing',
      { strangers: { mode: 'enforce', connections: { perSecond: 0, burst: 1 } } },
      'strangers.connections.perSecond',
    ],
    [
      'more nodes than a set holds',
      {
        blocks: [
          {
            id: 'b',
            node: {
              addresses: Array.from({ length: 65_537 }, (_, i) => `10.${i >>> 16}.${(i >>> 8) & 255}.${i & 255}`),
              prefixes: [],
            },
          },
        ],
      },
      'blocks[0]',
    ],
    ['a hold without end', { hold: Number.POSITIVE_INFINITY }, 'hold'],
  ])('%s is refused with its field', (_, change, field) => {
    expect(() => compile(policy(change))).toThrow(expect.objectContaining({ field }));
  });

  it('names interfaces one by one or in a set, VLANs and bridges among them', () => {
    const rulesOf = (lan: string[]) =>
      replaceText(compile(policy({ lan })))
        .split('\n')
        .filter((line) => /^add rule .*ifname (?!@pause_home)/.test(line));
    expect(rulesOf(['br-lan.20'])).toEqual([
      'add rule inet spin guard iifname != "br-lan.20" accept',
      'add rule inet spin inbound oifname != "br-lan.20" accept',
    ]);
    expect(rulesOf(['eth0.10', 'br-lan']).every((rule) => rule.includes(' @lan '))).toBe(true);
    const text = replaceText(compile(policy({ lan: ['eth0.10', 'br-lan', 'wlan0'] })));
    expect(text).toContain('add element inet spin lan { "eth0.10", "br-lan", "wlan0" }\n');
  });

  it('that holds no address of a family leaves that family’s sources alone', () => {
    const text = replaceText(compile(policy({ home: ['192.0.2.0/24'] })));
    expect(text).toContain('jump spoofing4');
    expect(text).not.toContain('spoofing6 ');
  });
});
