import type { Kind } from '../model/kinds.ts';

/** Service types that tell what a device is (DNS-SD names of the IANA registry, UPnP device types). */
const KINDS: readonly [string, Kind][] = [
  ['_ipp._', 'printer'],
  ['_printer._', 'printer'],
  ['_pdl-datastream._', 'printer'],
  ['_scanner._', 'printer'],
  ['_rtsp._', 'camera'],
  ['_axis-video._', 'camera'],
  ['_googlecast._', 'tv'],
  ['_airplay._', 'tv'],
  ['_raop._', 'speaker'],
  ['_sonos._', 'speaker'],
  ['_spotify-connect._', 'speaker'],
  ['_androidtvremote', 'tv'],
  ['_roku', 'tv'],
  ['_hue._', 'hub'],
  ['_home-assistant._', 'hub'],
  ['_smb._', 'storage'],
  ['_afpovertcp._', 'storage'],
  ['_adisk._', 'storage'],
  ['_apple-mobdev2._', 'phone'],
  ['_workstation._', 'computer'],
  ['urn:schemas-upnp-org:device:mediarenderer', 'tv'],
  ['urn:schemas-upnp-org:device:mediaserver', 'storage'],
  ['urn:schemas-upnp-org:device:printer', 'printer'],
  ['urn:dial-multiscreen-org:', 'tv'],
  ['urn:belkin:device:', 'plug'],
];

/** HomeKit accessory categories (TXT key `ci`). */
const HOMEKIT: Record<string, Kind> = {
  2: 'hub',
  5: 'bulb',
  6: 'lock',
  7: 'plug',
  8: 'switch',
  9: 'thermostat',
  10: 'sensor',
  17: 'camera',
  18: 'doorbell',
  26: 'speaker',
  31: 'tv',
};

const VENDOR_CLASSES: readonly [string, Kind][] = [
  ['android-dhcp', 'phone'],
  ['msft', 'computer'],
];

/** What a device says it is; `undefined` where it says nothing that tells. */
export function kindOf(
  services: ReadonlySet<string>,
  attributes: ReadonlyMap<string, string>,
  vendorClass: string | undefined,
): Kind | undefined {
  const category = HOMEKIT[attributes.get('ci') ?? ''];
  if (category) return category;
  for (const service of services) {
    const lower = service.toLowerCase();
    const kind = KINDS.find(([prefix]) => lower.startsWith(prefix));
    if (kind) return kind[1];
  }
  const lower = vendorClass?.toLowerCase();
  return lower === undefined ? undefined : VENDOR_CLASSES.find(([prefix]) => lower.startsWith(prefix))?.[1];
}
