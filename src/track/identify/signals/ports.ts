import { because, HINT, LIKELY, type Signal, STRONG, WEAK } from '../signal.ts';

/** Ports that answered others (IANA service names, or the maker's documented protocol). */
export const SERVED: readonly Signal[] = [
  ...because('answers where this kind of thing answers', 'serves', [
    ['tcp/9100', { printer: STRONG }],
    ['tcp/515', { printer: LIKELY }],
    ['tcp/631', { printer: LIKELY, computer: WEAK }],
    ['tcp/554', { camera: LIKELY, doorbell: WEAK, storage: 1, computer: 1 }],
    ['tcp/37777', { camera: STRONG }],
    ['tcp/34567', { camera: STRONG }],
    ['tcp/62078', { phone: LIKELY, tablet: HINT }],
    ['tcp/1400', { speaker: LIKELY }],
    ['tcp/8009', { tv: HINT, speaker: HINT, computer: 1 }],
    ['tcp/8060', { tv: LIKELY }],
    ['tcp/8001', { tv: HINT }],
    ['tcp/3001', { tv: HINT }],
    ['tcp/445', { storage: HINT, computer: HINT }],
    ['tcp/548', { storage: HINT, computer: WEAK }],
    ['tcp/2049', { storage: LIKELY }],
    ['tcp/3389', { computer: LIKELY }],
    ['tcp/8123', { hub: LIKELY, computer: WEAK }],
    ['tcp/62910', { hub: STRONG }],
    ['tcp/2081', { kitchen: LIKELY }],
    ['tcp/55443', { bulb: LIKELY }],
    ['udp/56700', { bulb: LIKELY }],
    ['udp/38899', { bulb: LIKELY }],
    ['tcp/6668', { plug: WEAK, bulb: WEAK, switch: WEAK }],
    ['udp/54321', { vacuum: WEAK, camera: 1, hub: 1 }],
  ]),
  {
    from: 'serves',
    what: 'tcp/9999',
    says: { plug: LIKELY, bulb: HINT },
    maker: /^tp-?link/i,
    why: 'Kasa plugs and bulbs take commands there',
  },
  {
    from: 'serves',
    what: 'tcp/10000',
    says: { plug: LIKELY + 1 },
    maker: /^edimax/i,
    why: 'Edimax plugs take commands there',
  },
];

/** Ports at which the device reached others; none that a scanner looks for, or it would pass for a computer. */
export const CONTACTED: readonly Signal[] = because('speaks what this kind of thing speaks', 'contacts', [
  ['tcp/5228', { phone: HINT, tablet: WEAK, tv: WEAK }],
  ['tcp/5223', { phone: HINT, computer: WEAK, tablet: WEAK }],
  ['udp/32100', { camera: LIKELY }],
  ['tcp/3074', { console: LIKELY }],
  ['udp/3074', { console: LIKELY }],
]);

/** How it behaves as a whole, by the names that `behaviours` gives (behaviour.ts). */
export const BEHAVIOURS: readonly Signal[] = because('how it behaves', 'behaviour', [
  [
    'many-names',
    {
      computer: HINT,
      phone: HINT,
      tablet: WEAK,
      camera: -LIKELY,
      plug: -LIKELY,
      bulb: -LIKELY,
      sensor: -LIKELY,
      switch: -LIKELY,
    },
  ],
  ['few-names', { phone: -HINT, tablet: -HINT, computer: -HINT }],
  ['many-makers', { phone: HINT, tablet: WEAK, computer: 1 }],
  ['uploads', { camera: HINT, doorbell: WEAK, storage: 1 }],
]);
