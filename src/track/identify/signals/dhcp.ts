import { because, HINT, LIKELY, PROOF, type Signal, STRONG, WEAK } from '../signal.ts';

/** Systems that run on embedded boards: no phone asks for a lease with them. */
const EMBEDDED = { phone: -LIKELY, tablet: -LIKELY, computer: -HINT, console: -HINT };

/** The vendor class (RFC 2132 §9.13), as the systems are known to send it. */
export const VENDOR_CLASSES: readonly Signal[] = [
  ...because('the system’s own vendor class', 'dhcp', [
    [/^android-dhcp/i, { phone: STRONG, tablet: HINT + 1, tv: HINT }],
    [/^MSFT 5\.0 XBOX/i, { console: PROOF }, 'Microsoft'],
    [/^MSFT/i, { computer: STRONG, console: WEAK }],
    [/^(?:PS[345]|SONY.?PS)/i, { console: PROOF }, 'Sony'],
    [/^(?:Hewlett-Packard|HP) ?(?:JetDirect|Printer|OfficeJet|LaserJet)/i, { printer: PROOF }, 'HP'],
    [/^(?:EPSON|Brother|Canon|Lexmark|Kyocera|Xerox|Mfg=|Zebra)/i, { printer: STRONG }],
    [/^(?:ubnt|ArubaAP|Cisco AP|Ruckus|MikroTik|eero)/i, { router: STRONG }],
    [/^(?:Withings)/i, { health: LIKELY }, 'Withings'],
    [/^(?:Synology|QNAP)/i, { storage: STRONG }],
    [/^(?:Nintendo)/i, { console: STRONG }, 'Nintendo'],
    [/^(?:Roku|LG ?TV|webOS|SmartTV|Samsung ?TV|philipstv|BRAVIA)/i, { tv: STRONG }],
    [/^(?:Sonos)/i, { speaker: STRONG }, 'Sonos'],
    [/^(?:iRobot|roborock)/i, { vacuum: STRONG }],
    [/^udhcp/i, EMBEDDED],
    [/^(?:dhcpcd|systemd-networkd|NetworkManager|ISC dhclient)/i, { computer: 1 }],
  ]),
];

/** Order of the options asked for (option 55), joined by commas; systems keep theirs for many versions. */
export const PARAMETERS: readonly Signal[] = because('how this system asks for a lease', 'dhcp', [
  [/^1,3,6,15,31,33,43,44,46,47,119,121,249,252/, { computer: STRONG, console: 1 }],
  [/^1,15,3,6,44,46,47,31,33,(?:121,)?249/, { computer: STRONG }],
  [/^1,121,3,6,15,(?:108,)?(?:114,)?119,252,95,44,46/, { computer: STRONG }, 'Apple'],
  [
    /^1,121,3,6,15,(?:108,)?(?:114,)?119,252(?:,78)?$/,
    { phone: LIKELY, tablet: HINT + 1, tv: WEAK, speaker: 1 },
    'Apple',
  ],
  [/^1,3,6,15,(?:119,)?252(?:,46,208,92)?$/, { phone: HINT, computer: HINT, tablet: WEAK }],
  [/^1,3,6,15,26,28,51,58,59,43/, { phone: LIKELY, tablet: HINT + 1, tv: HINT }],
  [/^1,33,3,6,15,(?:26,)?28,51,58,59/, { phone: HINT, tablet: WEAK, tv: HINT }],
  [/^1,28,2,3,15,6,119,12/, { computer: LIKELY }],
  [/^1,2,6,12,15,26,28,121,3,33/, { computer: LIKELY }],
  [/^1,3,6,12,15,28,42$/, EMBEDDED],
  [/^1,3,28,6(?:,15,44,46,47,31,33,121,43)?$/, EMBEDDED],
]);
