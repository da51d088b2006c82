import type { Says, Signal } from '../signal.ts';
import { LIKELY, PROOF, STRONG } from '../signal.ts';

/**
 * Makers number their models by families (their catalogues): what comes before the digits tells the kind. A family is
 * only trusted where it cannot be an ordinary word, or where the maker is known besides.
 */
type Family = readonly [pattern: RegExp, says: Says, vendor: string, maker?: RegExp];

const D_LINK = /^d-?link/i;
const TP_LINK = /^tp-?link/i;
const EDIMAX = /^edimax/i;
const SAMSUNG = /^samsung/i;

const FAMILIES: readonly Family[] = [
  // D-Link.
  [/\bDCS-\d{3,5}[A-Z0-9]*/i, { camera: PROOF }, 'D-Link'],
  [/\bDSP-W\d{3}[A-Z0-9]*/i, { plug: PROOF }, 'D-Link'],
  [/\bDCH-S1[56]\d\b/i, { sensor: PROOF }, 'D-Link'],
  [/\bDCH-S2[02]\d\b/i, { siren: PROOF }, 'D-Link'],
  [/\bDCH-G\d{3}\b/i, { hub: PROOF }, 'D-Link'],
  [/\bDCH-Z\d{3}\b/i, { sensor: LIKELY, siren: 1 }, 'D-Link'],
  [/\bDNS-3\d\d[A-Z]*\b/i, { storage: STRONG }, 'D-Link', D_LINK],
  [/\b(?:DIR|DAP|DSL|COVR)-[A-Z]?\d{3,4}[A-Z0-9]*/i, { router: STRONG }, 'D-Link', D_LINK],
  // TP-Link: Kasa and Tapo.
  [/\b(?:HS1\d\d|HS300|KP\d{3}|EP\d{2,3})(?:\([A-Z]{2}\))?/, { plug: STRONG }, 'TP-Link', TP_LINK],
  [/\bTapo_?P\d{3}/i, { plug: PROOF }, 'TP-Link'],
  [/\b(?:HS2\d\d|KS2\d\d|ES20M)(?:\([A-Z]{2}\))?/, { switch: STRONG }, 'TP-Link', TP_LINK],
  [/\b(?:LB|KL|KB)[1-9]\d{1,2}(?:\([A-Z]{2}\))?/, { bulb: STRONG }, 'TP-Link', TP_LINK],
  [/\bTapo_?L\d{3}/i, { bulb: PROOF }, 'TP-Link'],
  [/\b(?:Tapo_?C\d{3}|Tapo_Camera|KC\d{3})/i, { camera: PROOF }, 'TP-Link'],
  [/\bTapo_?D\d{3}/i, { doorbell: PROOF }, 'TP-Link'],
  [/\bTapo_?H\d{3}/i, { hub: PROOF }, 'TP-Link'],
  [/\b(?:Archer|Deco)[ _-]?[A-Z]{1,2}\d+|\bRE\d{3}\b|\bTL-[WS][A-Z]\d{3,4}[A-Z]*/i, { router: STRONG }, 'TP-Link'],
  // Edimax.
  [/\bSP-?\d{4}W?\b/i, { plug: STRONG }, 'Edimax', EDIMAX],
  [/\bIC-?\d{4}[A-Z]*\b/i, { camera: STRONG }, 'Edimax', EDIMAX],
  // Shelly announces `shelly`, the model and the end of its address.
  [/\bshelly(?:plug|plus-?plug|pluss?plug)[a-z0-9]*/i, { plug: PROOF }, 'Shelly'],
  [/\bshelly(?:bulb|vintage|duo|colorbulb|rgbw)[a-z0-9]*/i, { bulb: PROOF }, 'Shelly'],
  [/\bshelly(?:plus)?smoke[a-z0-9]*/i, { 'smoke-alarm': PROOF }, 'Shelly'],
  [/\bshelly(?:plus)?(?:ht|flood|dw|motion|sense|gas)[a-z0-9]*/i, { sensor: PROOF }, 'Shelly'],
  [/\bshelly(?:pro)?(?:3)?em[a-z0-9]*/i, { energy: STRONG }, 'Shelly'],
  [/\bshellytrv[a-z0-9]*/i, { thermostat: PROOF }, 'Shelly'],
  [/\bshelly(?:plus|pro)?(?:1|2|4|i3|i4|dimmer|ix3|uni)[a-z0-9]*/i, { switch: STRONG }, 'Shelly'],
  // Xiaomi's protocol names are maker-kind-variant.
  [/\b(?:yeelink|philips|ikea|opple)-(?:light|lamp|bulb)-[a-z0-9]+/i, { bulb: PROOF }, 'Xiaomi'],
  [/\b[a-z]+-plug-[a-z0-9]+_miio/i, { plug: PROOF }, 'Xiaomi'],
  [/\b[a-z]+-camera-[a-z0-9]+(?:_miio|_mibt)?/i, { camera: PROOF }, 'Xiaomi'],
  [/\blumi-(?:gateway|acpartner)[a-z0-9-]*/i, { hub: PROOF }, 'Xiaomi'],
  [/\b(?:roborock|rockrobo|viomi|dreame|mijia)-vacuum-[a-z0-9]+/i, { vacuum: PROOF }, 'Xiaomi'],
  // Apple's hardware strings (`model`, `am`, `rpMd`).
  [/\biPhone\d+,\d+/, { phone: PROOF }, 'Apple'],
  [/\biPad\d+,\d+/, { tablet: PROOF }, 'Apple'],
  [/\b(?:MacBook(?:Pro|Air)?|iMac(?:Pro)?|Macmini|MacPro|Mac)\d+,\d+/, { computer: PROOF }, 'Apple'],
  [/\bAppleTV\d+,\d+/, { tv: PROOF }, 'Apple'],
  [/\bAudioAccessory\d+,\d+/, { speaker: PROOF }, 'Apple'],
  [/\b(?:TimeCapsule|AirPort)\d+,\d+/, { router: STRONG }, 'Apple'],
  // Others with names of their own.
  [/\bGoogle (?:Home|Nest (?:Mini|Audio|Hub))[A-Za-z ]*|\bNest Mini\b/i, { speaker: PROOF }, 'Google'],
  [/\bChromecast[A-Za-z0-9 ]*|\bGoogle TV\b/i, { tv: PROOF }, 'Google'],
  [/\bBSB00\d\b/, { hub: PROOF }, 'Philips'],
  [/\b(?:QE|UE|KS|QN|UN)\d{2}[A-Z]{1,3}\d{3,5}[A-Z]*/, { tv: STRONG }, 'Samsung', SAMSUNG],
  [/\bSM-[AFGNS]\d{3}[A-Z0-9]*/, { phone: PROOF }, 'Samsung'],
  [/\bSM-[TXP]\d{3}[A-Z0-9]*/, { tablet: PROOF }, 'Samsung'],
  [/\bDS\d{3,4}\+?(?:play|j|slim|xs)?\b/, { storage: STRONG }, 'Synology', /^synology/i],
  [/\bHP (?:Color )?(?:LaserJet|OfficeJet|DeskJet|ENVY|Smart Tank)[A-Za-z0-9 -]*/i, { printer: PROOF }, 'HP'],
  [/\b(?:EPSON )?(?:ET|XP|WF|WP)-\d{3,4}\b/, { printer: STRONG }, 'Epson'],
  [/\b(?:MFC|DCP|HL)-[A-Z]?\d{3,4}[A-Z]*/, { printer: PROOF }, 'Brother'],
  [/\bHWE-(?:P1|KWH\d|WTR|SKT)\b/, { energy: STRONG }, 'HomeWizard'],
];

export const MODELS: readonly Signal[] = FAMILIES.map(([what, says, vendor, maker]) => ({
  from: 'model',
  what,
  says,
  vendor,
  model: true,
  why: 'a family of models in its maker’s catalogue',
  ...(maker && { maker }),
}));
