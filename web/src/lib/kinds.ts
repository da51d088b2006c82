/** Kinds of device that the page draws; each has an icon in `icons.ts` and a name in the texts. */
export const KINDS = [
  'camera',
  'bulb',
  'plug',
  'tv',
  'fridge',
  'smoke-alarm',
  'thermostat',
  'phone',
  'laptop',
  'speaker',
  'printer',
  'console',
  'router',
  'device',
] as const;
export type Kind = (typeof KINDS)[number];

/** First match wins: the narrower word stands before the wider. */
const WORDS: readonly (readonly [RegExp, Kind])[] = [
  [/smoke|co2?-alarm|rookmelder/, 'smoke-alarm'],
  [/thermostat|heating|tado|nest-therm/, 'thermostat'],
  [/doorbell|camera|\bcam\b|ipcam|nvr/, 'camera'],
  [/bulb|lamp|\blight|hue\b|lamp/, 'bulb'],
  [/plug|socket|switch\b|stekker/, 'plug'],
  [/fridge|freezer|refrigerator|koelkast/, 'fridge'],
  [/\btv\b|television|chromecast|roku|webos|bravia|smart-?tv/, 'tv'],
  [/speaker|sonos|homepod|echo\b|alexa/, 'speaker'],
  [/printer|laserjet|officejet|ipp/, 'printer'],
  [/playstation|xbox|nintendo|console/, 'console'],
  [/router|gateway|access-?point/, 'router'],
  [/phone|iphone|android|pixel|galaxy|ipad|tablet/, 'phone'],
  [/laptop|macbook|notebook|desktop|\bpc\b|computer|thinkpad/, 'laptop'],
];

/** The kind to draw: what SPIN found, else a guess by the names it gave itself; `device` when nothing tells. */
export function kindOf(device: { kind?: string | undefined; label: string; names: readonly string[] }): Kind {
  const given = device.kind?.toLowerCase().replaceAll(/[\s_]+/g, '-');
  const known = KINDS.find((kind) => kind === given);
  if (known) return known;
  const text = [given ?? '', device.label, ...device.names].join(' ').toLowerCase().replaceAll('_', '-').slice(0, 400);
  return WORDS.find(([word]) => word.test(text))?.[1] ?? 'device';
}
