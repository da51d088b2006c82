import { because, HINT, LIKELY, oneOf, type Signal, STRONG, WEAK } from '../signal.ts';

/** Beside what they are known for, large makers sell other things: a hint for each, together no answer. */
const ONE_KIND = 'sells things of this kind and hardly any other';
const MAIN_KIND = 'sells mostly things of this kind';
const SOME_KINDS = 'sells things of these kinds among others';

/** By the organisation of the hardware address (IEEE registry, as the list writes it). */
export const MAKERS: readonly Signal[] = [
  ...because(ONE_KIND, 'hardware-address', [
    [
      oneOf('sonos', 'bose', 'denon', 'd&m holdings', 'lenbrook', 'devialet', 'linn products', 'naim'),
      { speaker: STRONG },
    ],
    [oneOf('bang & olufsen', 'libratone', 'raumfeld', 'sound united', 'frontier silicon'), { speaker: STRONG }],
    [oneOf('roku', 'vizio', 'tp vision', 'skyworth', 'arcelik', 'vestel', 'loewe'), { tv: STRONG }],
    [oneOf('withings', 'fitbit', 'garmin', 'omron healthcare', 'qardio', 'polar electro'), { health: STRONG }],
    [
      oneOf(
        'resmed',
        'philips respironics',
        'philips patient',
        'philips medical',
        'dexcom',
        'medtronic',
        'fisher & paykel healthcare',
        'insulet',
      ),
      { medical: STRONG },
    ],
    [
      oneOf('hangzhou hikvision', 'zhejiang dahua', 'axis communications', 'foscam', 'shenzhen foscam', 'reolink'),
      { camera: STRONG },
    ],
    [
      oneOf('amcrest', 'vivotek', 'arlo', 'mobotix', 'hanwha', 'ezviz', 'hangzhou ezviz', 'lorex', 'swann'),
      { camera: STRONG },
    ],
    [
      oneOf('shenzhen bilian', 'hangzhou xiongmai', 'anjvision', 'zmodo', 'immedia semiconductor', 'dropcam'),
      { camera: STRONG },
    ],
    [
      oneOf('ecobee', 'tado', 'honeywell home', 'resideo', 'danfoss', 'heatmiser', 'eneco', 'quby'),
      { thermostat: STRONG },
    ],
    [oneOf('lifi labs', 'lifx', 'yeelight', 'sengled', 'nanoleaf', 'wiz', 'wizconnected'), { bulb: STRONG }],
    [oneOf('sony interactive', 'sony computer entertainment', 'nintendo', 'valve'), { console: STRONG }],
    [
      oneOf('synology', 'qnap', 'drobo', 'asustor', 'terramaster', 'western digital', 'netgear readynas'),
      { storage: STRONG },
    ],
    [oneOf('irobot', 'roborock', 'beijing roborock', 'ecovacs', 'neato', 'dreame', 'rockrobo'), { vacuum: STRONG }],
    [oneOf('seiko epson', 'brother', 'lexmark', 'kyocera', 'ricoh', 'oki', 'zebra', 'konica'), { printer: STRONG }],
    [
      oneOf('bsh', 'miele', 'whirlpool', 'electrolux', 'vorwerk', 'jura', "de'longhi", 'anova', 'liebherr'),
      { kitchen: STRONG },
    ],
    [
      oneOf('solaredge', 'enphase', 'sma solar', 'fronius', 'growatt', 'goodwe', 'victron', 'zaptec', 'easee'),
      { energy: STRONG },
    ],
    [
      oneOf('homewizard', 'smappee', 'youless', 'wallbox', 'alfen', 'tesla energy', 'kostal', 'omnik'),
      { energy: STRONG },
    ],
    [oneOf('ei electronics', 'fireangel', 'sprue', 'kidde', 'first alert', 'brk brands'), { 'smoke-alarm': STRONG }],
    [oneOf('nuki', 'august home', 'assa abloy', 'yale', 'danalock', 'schlage', 'allegion', 'tedee'), { lock: STRONG }],
    [oneOf('somfy', 'velux', 'chamberlain', 'hunter douglas'), { blind: STRONG }],
    [oneOf('airthings', 'awair', 'ecowitt', 'davis instruments', 'ambient'), { sensor: STRONG }],
    [
      oneOf('avm', 'mikrotik', 'routerboard', 'eero', 'arcadyan', 'sagemcom', 'technicolor', 'compal broadband'),
      { router: STRONG },
    ],
    [
      oneOf('ruckus', 'aruba', 'zyxel', 'draytek', 'linksys', 'cisco-linksys', 'gl technologies', 'plume'),
      { router: STRONG },
    ],
  ]),
  ...because('sells gateways: its other things speak radios that are not IP', 'hardware-address', [
    [oneOf('philips lighting', 'signify'), { hub: LIKELY + 1, bulb: WEAK }],
    [oneOf('eq-3', 'physical graph', 'smartthings', 'athom', 'hubitat', 'insteon', 'wink', 'lutron'), { hub: STRONG }],
    [oneOf('ikea of sweden', 'silicon labs gateway', 'dresden elektronik', 'vera control', 'fibar'), { hub: LIKELY }],
  ]),
  ...because(MAIN_KIND, 'hardware-address', [
    [
      oneOf('oneplus', 'guangdong oppo', 'vivo mobile', 'motorola mobility', 'hmd global', 'fairphone', 'realme'),
      { phone: STRONG, tablet: HINT },
    ],
    [oneOf('htc', 'blackberry', 'nothing technology', 'honor device', 'meizu'), { phone: LIKELY + 1, tablet: HINT }],
    [
      oneOf('dell', 'lenovo', 'lcfc', 'micro-star', 'giga-byte', 'asustek', 'acer', 'framework', 'wistron'),
      { computer: LIKELY },
    ],
    [
      oneOf('intel corporate', 'elitegroup', 'quanta', 'compal information', 'clevo', 'pegatron', 'supermicro'),
      { computer: LIKELY },
    ],
    [oneOf('raspberry pi', 'vmware', 'pcs systemtechnik', 'beaglebone', 'asrock'), { computer: LIKELY }],
    [oneOf('hisense', 'tcl', 'panasonic', 'sharp', 'shenzhen tcl', 'philips consumer'), { tv: LIKELY }],
    [oneOf('ring'), { doorbell: LIKELY, camera: LIKELY }],
    [oneOf('wyze', 'anker', 'eufy', 'd-link cam', 'imou', 'tuya camera'), { camera: LIKELY }],
    [oneOf('canon'), { printer: LIKELY, camera: WEAK }],
    [oneOf('ubiquiti', 'netgear', 'tenda', 'mercusys', 'huawei device'), { router: HINT, camera: WEAK }],
    [oneOf('meross', 'sonoff', 'itead', 'broadlink', 'shelly', 'allterco'), { plug: HINT, switch: HINT }],
  ]),
  ...because(SOME_KINDS, 'hardware-address', [
    [oneOf('apple'), { phone: HINT, computer: HINT, tablet: WEAK, tv: 1, speaker: 1 }],
    [oneOf('samsung'), { phone: HINT, tv: HINT, tablet: 1, kitchen: 1 }],
    [/^lg electronics \(mobile/i, { phone: LIKELY, tablet: HINT }],
    [oneOf('lg electronics', 'lg innotek'), { tv: HINT, kitchen: WEAK, phone: 1 }],
    [oneOf('xiaomi', 'beijing xiaomi'), { phone: HINT, camera: WEAK, vacuum: WEAK, bulb: 1, hub: 1 }],
    [oneOf('huawei'), { phone: HINT, router: HINT, tablet: 1 }],
    [
      oneOf('google', 'nest labs'),
      { thermostat: WEAK, camera: WEAK, speaker: WEAK, tv: WEAK, phone: 1, 'smoke-alarm': 1 },
    ],
    [oneOf('amazon'), { speaker: HINT, tv: WEAK, tablet: 1 }],
    [oneOf('sony'), { tv: HINT, phone: 1, speaker: 1, camera: 1 }],
    [oneOf('microsoft'), { console: HINT, computer: HINT }],
    [oneOf('hewlett packard', 'hp inc'), { printer: HINT, computer: HINT }],
    [oneOf('netatmo'), { sensor: HINT, thermostat: HINT, camera: HINT }],
    [
      oneOf('tp-link', 'd-link', 'edimax', 'belkin', 'trendnet', 'lupus', 'assmann'),
      { router: WEAK, camera: WEAK, plug: WEAK },
    ],
    [oneOf('bosch', 'siemens', 'legrand', 'schneider', 'hager', 'gira'), { hub: WEAK, switch: WEAK, thermostat: WEAK }],
    [oneOf('harman', 'yamaha', 'onkyo', 'pioneer'), { speaker: LIKELY, tv: 1 }],
  ]),
];

/**
 * Organisations that make radio modules and boards for others: the registry then names no maker of the thing. Who buys
 * modules makes appliances, not phones or computers.
 */
export const MODULE_MAKERS =
  /^(?:espressif|murata|azurewave|liteon|lite-on|hon hai|foxconn|tuya|gainspan|texas instruments|realtek|mediatek|ralink|broadcom|qualcomm|cypress|microchip|silicon lab|nordic semi|u-blox|ublox|ampak|fn-link|bouffalo|beken|winner micro|hui zhou gaoshengda|shenzhen bilian|sichuan ai-link|cybertan|universal global|chongqing fugui|wistron neweb|gemtek|askey|alpha networks|delta electronics|usi|usiinternational|inventek|marvell|electric imp|particle|quectel|telit|sierra|samjin|intellirocks|shanghai high-flying|high-flying|amlogic|rockchip|allwinner)\b/i;

export const MODULES: readonly Signal[] = because(
  'radio modules and boards for makers of appliances',
  'hardware-address',
  [
    [
      /^(?:espressif|tuya|gainspan|electric imp|bouffalo|beken|winner micro|shanghai high-flying|high-flying)\b/i,
      { phone: -LIKELY, computer: -LIKELY, tablet: -LIKELY, console: -LIKELY, router: -HINT },
    ],
  ],
);
