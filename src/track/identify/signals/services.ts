import { because, HINT, LIKELY, PROOF, type Signal, STRONG, WEAK } from '../signal.ts';

/** What devices announce: DNS-SD types (IANA service name registry), UPnP device types, HomeKit categories. */
export const SERVICES: readonly Signal[] = [
  ...because('the protocol of this kind of thing', 'announced', [
    [/^_(?:ipps?|printer|pdl-datastream|uscans?|scanner)\._/, { printer: STRONG, computer: WEAK }],
    [/^_(?:axis-video|nvr|onvif|psia|cgi-camera|dcs-)/, { camera: STRONG }],
    [/^_rtsp\._/, { camera: LIKELY }],
    [/^_(?:sonos|raop|bose|musc|stereo|heos-audio|bluesound)/, { speaker: LIKELY }],
    [/^_spotify-connect\._/, { speaker: HINT, tv: HINT, console: 1 }],
    [/^_googlecast\._/, { tv: LIKELY, speaker: HINT }],
    [/^_airplay\._/, { tv: HINT, speaker: HINT, computer: WEAK }],
    [/^_androidtvremote2?\./, { tv: STRONG, phone: -LIKELY, tablet: -LIKELY }],
    [/^_(?:viziocast|amzn-wplay|nvstream_dbd|roku|webostv|lg-smart-device)/, { tv: STRONG }],
    [/^_(?:smb|afpovertcp|nfs|webdavs?)\._/, { storage: HINT, computer: HINT }],
    [/^_(?:adisk|readynas|qdiscover|synology|timemachine)/, { storage: LIKELY }],
    [/^_(?:workstation|rfb|sftp-ssh|nvstream|presence|net-assistant|xsanmds?)\._/, { computer: LIKELY }],
    [/^_(?:ssh)\._/, { computer: HINT, storage: HINT }],
    [/^_(?:apple-mobdev2?|remotepairing-tunnel)/, { phone: LIKELY, tablet: HINT }],
    [
      /^_(?:hue|ikea|dirigera|homey|hubitat|lutron|deconz|home-assistant|homeassistant|matterd|meshcop)/,
      { hub: LIKELY },
    ],
    [/^_(?:wled|elg|nanoleaf|yeelight|lifx|hue-lamp)/, { bulb: STRONG }],
    [/^_(?:hwenergy|p1meter|solaredge|enphase|evse)/, { energy: STRONG }],
    [/^_nanoleafapi\./, { bulb: STRONG }],
    [/^_octoprint/, { printer: HINT, computer: HINT }],
    [/^_(?:irobot|roborock|valetudo)/, { vacuum: STRONG }],
  ]),
  ...because('a device type of UPnP or DIAL', 'announced', [
    [/^urn:schemas-upnp-org:device:printer/i, { printer: STRONG }],
    [/^urn:schemas-upnp-org:device:digitalsecuritycamera/i, { camera: STRONG }],
    [/^urn:schemas-upnp-org:device:mediarenderer/i, { tv: LIKELY, speaker: LIKELY }],
    [/^urn:schemas-upnp-org:device:mediaserver/i, { storage: HINT, tv: WEAK, computer: WEAK }],
    [
      /^urn:schemas-upnp-org:device:(?:internetgatewaydevice|wandevice|wanconnectiondevice|landevice)/i,
      { router: PROOF },
    ],
    [/^urn:schemas-upnp-org:device:(?:dimmablelight|binarylight)/i, { bulb: STRONG }],
    [/^urn:schemas-upnp-org:device:hvac/i, { thermostat: STRONG }],
    [/^urn:schemas-upnp-org:device:zoneplayer/i, { speaker: STRONG }],
    [
      /^urn:(?:dial-multiscreen-org|samsung\.com:device:(?:remotecontrolreceiver|maintvserver)|lge-com:)/i,
      { tv: STRONG },
    ],
    [/^roku:ecp/i, { tv: STRONG }],
    [/^urn:belkin:device:(?:controllee|insight|socket)/i, { plug: STRONG }, 'Belkin'],
    [/^urn:belkin:device:(?:lightswitch|dimmer)/i, { switch: STRONG }, 'Belkin'],
    [/^urn:belkin:device:(?:crockpot|coffeemaker|humidifier|heater|airpurifier)/i, { kitchen: STRONG }, 'Belkin'],
    [/^urn:belkin:device:bridge/i, { hub: STRONG }, 'Belkin'],
    [/^urn:belkin:device:/i, {}, 'Belkin'],
  ]),
];

/** HomeKit accessory categories (HomeKit Accessory Protocol Specification, table of category identifiers; TXT key `ci`). */
export const HOMEKIT: readonly Signal[] = because('its HomeKit category', 'announced', [
  [/^ci=2$/, { hub: STRONG }],
  [/^ci=(?:4|12|13|14)$/, { blind: STRONG }],
  [/^ci=5$/, { bulb: STRONG }],
  [/^ci=6$/, { lock: STRONG }],
  [/^ci=7$/, { plug: STRONG }],
  [/^ci=(?:8|15)$/, { switch: STRONG }],
  [/^ci=(?:9|20|21)$/, { thermostat: STRONG }],
  [/^ci=10$/, { sensor: STRONG }],
  [/^ci=11$/, { siren: LIKELY }],
  [/^ci=17$/, { camera: STRONG }],
  [/^ci=18$/, { doorbell: STRONG }],
  [/^ci=(?:24|31|35|36)$/, { tv: STRONG }],
  [/^ci=(?:25|26|34)$/, { speaker: STRONG }],
  [/^ci=(?:27|33)$/, { router: STRONG }],
]);
