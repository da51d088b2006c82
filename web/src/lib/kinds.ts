import { isKind, type Kind as KnownKind } from '../../../src/model/kinds.ts';

/** What the page draws: a kind of the home, or a thing of which nobody knows what it is. */
export type Kind = KnownKind | 'device';

/** First match wins: the narrower word stands before the wider. */
const WORDS: readonly (readonly [RegExp, Kind])[] = [
  [/smoke|co2?-alarm|rookmelder/, 'smoke-alarm'],
  [/thermostat|heating|tado|nest-therm/, 'thermostat'],
  [/doorbell/, 'doorbell'],
  [/camera|\bcam\b|ipcam|nvr/, 'camera'],
  [/bulb|lamp|\blight|hue\b/, 'bulb'],
  [/plug|socket|stekker/, 'plug'],
  [/fridge|freezer|refrigerator|koelkast/, 'kitchen'],
  [/\btv\b|television|chromecast|roku|webos|bravia|smart-?tv/, 'tv'],
  [/speaker|sonos|homepod|echo\b|alexa/, 'speaker'],
  [/printer|laserjet|officejet|ipp/, 'printer'],
  [/playstation|xbox|nintendo|console/, 'console'],
  [/router|gateway|access-?point/, 'router'],
  [/ipad|tablet/, 'tablet'],
  [/phone|iphone|android|pixel|galaxy/, 'phone'],
  [/laptop|macbook|notebook|desktop|\bpc\b|computer|thinkpad/, 'computer'],
];

/** The kind to draw: what SPIN found, else a guess by the names it gave itself; `device` when nothing tells. */
export function kindOf(device: { kind?: string | undefined; label: string; names: readonly string[] }): Kind {
  const given = device.kind?.toLowerCase() ?? '';
  if (isKind(given)) return given;
  const text = [given, device.label, ...device.names].join(' ').toLowerCase().replaceAll('_', '-').slice(0, 400);
  return WORDS.find(([word]) => word.test(text))?.[1] ?? 'device';
}
