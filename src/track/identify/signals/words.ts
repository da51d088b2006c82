import { because, HINT, LIKELY, type Says, type Signal, STRONG, WEAK } from '../signal.ts';

/**
 * Ordinary words in what a device calls itself, or is called by its owner, in the languages of its makers and homes
 * (English, Dutch, some German). A word stands by itself, or beside what is no letter.
 */
const WORDS: readonly (readonly [string, Says])[] = [
  ['doorbell|deurbel|türklingel|videodoor', { doorbell: STRONG }],
  ['camera|[a-z]{0,8}cam|ipc|kamera|nvr|dvr', { camera: STRONG }],
  ['babyphone|babymonitor|babycam', { camera: LIKELY }],
  ['bulb|lamp|light|lights|lamps|licht|lightstrip|ledstrip', { bulb: LIKELY }],
  ['plug|socket|outlet|stekker|stopcontact|steckdose|smartplug', { plug: STRONG }],
  ['switch|schakelaar|dimmer|wallswitch|lightswitch', { switch: HINT + 1 }],
  ['motion|sensor|sensors|pir|watersensor|leak|weatherstation|thermometer|hygrometer|rainmeter', { sensor: LIKELY }],
  ['smoke|smokealarm|smokedetector|rookmelder|rauchmelder|co-alarm', { 'smoke-alarm': LIKELY + 1 }],
  ['lock|doorlock|smartlock|deurslot|türschloss', { lock: LIKELY }],
  ['thermostat|thermostaat|heating|verwarming|boiler|cv-ketel|airco|aircon|hvac', { thermostat: LIKELY + 1 }],
  ['siren|sirene|alarmsiren', { siren: LIKELY + 1 }],
  ['blind|blinds|curtain|shutter|gordijn|rolluik|garagedoor|awning', { blind: LIKELY }],
  [
    'kettle|fridge|freezer|koelkast|vriezer|oven|dishwasher|vaatwasser|washer|dryer|wasmachine|droger|coffee|koffie|microwave|airfryer|hob',
    { kitchen: LIKELY + 1 },
  ],
  ['scale|weegschaal|bodyscale|bloodpressure|fitness', { health: LIKELY }],
  ['cpap|insulin|glucose|ventilator|pacemaker|defibrillator', { medical: LIKELY + 1 }],
  ['inverter|solar|omvormer|p1-meter|p1meter|energymeter|wallbox|charger|laadpaal|evse', { energy: LIKELY }],
  ['speaker|soundbar|sonos|homepod|echo|subwoofer|luidspreker|receiver|radio', { speaker: LIKELY }],
  [
    'tv|television|televisie|smarttv|chromecast|firetv|appletv|settopbox|stb|bravia|webos|roku|mediabox',
    { tv: LIKELY + 1 },
  ],
  ['printer|laserjet|officejet|deskjet|pixma|ecotank|scanner|mfp|drucker', { printer: LIKELY + 1 }],
  ['nas|diskstation|storage|fileserver|readynas|mybooklive|mycloud', { storage: LIKELY }],
  ['hub|bridge|gateway|zigbee|zwave|z-wave|smarthome|ipbridge', { hub: LIKELY }],
  ['vacuum|roomba|stofzuiger|roborock|saugroboter|mower|maaier', { vacuum: LIKELY + 1 }],
  ['iphone|phone|telefoon|galaxy|pixel|oneplus|redmi|android', { phone: LIKELY }],
  ['ipad|tablet|galaxy-tab|kindle|ereader', { tablet: LIKELY + 1 }],
  [
    'laptop|macbook|imac|desktop|pc|notebook|thinkpad|workstation|chromebook|macmini|surface|computer',
    { computer: LIKELY + 1 },
  ],
  ['playstation|ps4|ps5|xbox|nintendo|console|steamdeck', { console: LIKELY + 1 }],
  ['router|modem|access-?point|repeater|extender|fritz|openwrt', { router: LIKELY }],
];

function wordPattern(words: string): RegExp {
  return new RegExp(`(?:^|[^a-z])(?:${words})(?![a-z])`);
}

/** A text as the patterns of words want it: in lower case, as it is and with `NetworkCamera` taken apart. */
export function asWords(text: string): string {
  const lower = text.toLowerCase();
  const apart = text.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return lower === apart ? lower : `${lower} ${apart}`;
}

function raised(says: Says): Says {
  return Object.fromEntries(Object.entries(says).map(([kind, bits]) => [kind, Math.min(STRONG, bits + WEAK)]));
}

const rows = WORDS.map(([words, says]) => [wordPattern(words), says] as const);

export const HOSTNAME_WORDS: readonly Signal[] = because('what it is called', 'hostname', rows);
export const ANNOUNCED_WORDS: readonly Signal[] = because('what it calls itself', 'announced', rows);
/** Types are coined by makers for what the thing is; words in them are no accident. */
export const TYPE_WORDS: readonly Signal[] = because(
  'a word of the type that it announces',
  'announced',
  WORDS.map(([words, says]) => [wordPattern(words), raised(says)] as const),
);
/** Names of models are coined by makers: the words in them weigh less where they may mean something else. */
export const MODEL_WORDS: readonly Signal[] = because('a word of its model’s name', 'model', rows);

/** Host names that systems give themselves. */
export const DEFAULT_HOSTNAMES: readonly Signal[] = [
  ...because('the system’s own default name', 'hostname', [
    [/^android-[0-9a-f]{8,}/i, { phone: LIKELY, tablet: HINT, tv: WEAK }],
    [/^(?:DESKTOP|LAPTOP|WIN)-[0-9A-Z]{7,}$/, { computer: STRONG }],
    [/^(?:MacBook|iMac|Mac-?mini|Mac-?Studio|.*MacBook)/i, { computer: STRONG }, 'Apple'],
    [/iPhone/i, { phone: STRONG }, 'Apple'],
    [/iPad/i, { tablet: STRONG }, 'Apple'],
    [/^(?:XBOX|Xbox)/, { console: STRONG }, 'Microsoft'],
    [/^PS[345]-/i, { console: STRONG }, 'Sony'],
    [/^(?:raspberrypi|ubuntu|debian|fedora|archlinux|kali)/i, { computer: LIKELY }],
    [/^(?:SonosZP|Sonos-)/i, { speaker: STRONG }, 'Sonos'],
    [/^(?:LGwebOSTV|LGSmartTV|Samsung-?TV|SAMSUNG-TV|BRAVIA|Chromecast|AFTS?[A-Z]|Roku)/i, { tv: STRONG }],
    [/^(?:amazon-[0-9a-f]{8,})/i, { speaker: HINT, tv: HINT, tablet: WEAK }, 'Amazon'],
    [/^(?:EPSON|BRN|BRW|HP|NPI|Canon|KM|ET|RNP)[0-9A-F]{6}/i, { printer: STRONG }],
    [/^(?:Philips-hue|TRADFRI-Gateway|DIRIGERA|homematic|SmartThings|Homey|hubitat)/i, { hub: STRONG }],
    [/^KEQ\d{7}$/i, { hub: LIKELY }, 'eQ-3'],
    [/^ring(?:doorbell|pro)/i, { doorbell: STRONG }, 'Ring'],
    [/^ring(?:hp|stickup|floodlight|spotlight)?cam/i, { camera: STRONG }, 'Ring'],
    [/^(?:Nest-Hello|Google-Nest-Doorbell)/i, { doorbell: STRONG }, 'Google'],
    [/^(?:0[129]AA01)/, { thermostat: LIKELY }, 'Google'],
    [/^(?:iRobot-|Roomba-)/i, { vacuum: STRONG }, 'iRobot'],
    [/^(?:ESP[_-][0-9A-F]{6}|espressif|tasmota|wlan0|lwip0)/i, { phone: -LIKELY, computer: -LIKELY, tablet: -LIKELY }],
    [/^(?:GainSpan)/i, { phone: -LIKELY, computer: -LIKELY, tablet: -LIKELY, tv: -WEAK }],
  ]),
];
