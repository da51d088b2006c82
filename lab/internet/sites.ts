/** The names of the far side and where they live. Each name has an address of its own; shared ones would hide which is which. */

export const SITE_PREFIX4 = '192.0.2.0/24';
export const SITE_PREFIX6 = '2001:db8:a::/48';

/** Where the authoritative name server listens. */
export const NAME_SERVER = { v4: '192.0.2.53', v6: '2001:db8:a::53' } as const;

/** TTL of every record, seconds: short enough that devices ask again within an evening's recording. */
export const RECORD_TTL = 60;

/** Names that are served under their own name. The order gives the addresses: only append. */
const OWN_NAMES = [
  'ntp.time.example',
  'mqtt.light.example',
  'mqtt.plug.example',
  'mqtt.alarm.example',
  'cloud.camera.example',
  'ingest.camera.example',
  'api.fridge.example',
  'api.thermostat.example',
  'weather.example.net',
  'voice.speaker.example',
  'radio.example.org',
  'tv-platform.example',
  'telemetry.tv-platform.example',
  'ads.tracker-one.example',
  'pixel.tracker-two.example',
  'stats.tracker-three.example',
  'video.stream.example',
  'update.vendor.example',
  'mail.example.org',
  'push.phone.example',
  'check.phone.example',
  'www.example.com',
  'www.example.net',
  'www.example.org',
  'news.example',
  'shop.example',
  'social.example',
  'search.example',
  'maps.example',
  'bank.example',
  'wiki.example.org',
  'forum.example.net',
  'recipes.example',
  'school.example',
  'travel.example',
  'games.example',
  'fonts.example.net',
  'scripts.example.net',
  'photos.example.com',
  'chat.example.com',
  'docs.example.com',
  'code.example.org',
] as const;

/** Names that are another name for a server of a content network. */
export const ALIASES: Readonly<Record<string, string>> = {
  'img.news.example': 'edge-1.cdn.example.net',
  'img.shop.example': 'edge-2.cdn.example.net',
  'static.social.example': 'edge-3.cdn.example.net',
  'tiles.maps.example': 'edge-1.cdn.example.net',
  'segments.video.stream.example': 'edge-4.cdn.example.net',
  'downloads.update.vendor.example': 'edge-5.cdn.example.net',
  'media.games.example': 'edge-2.cdn.example.net',
  'thumbs.recipes.example': 'edge-3.cdn.example.net',
};

const EDGES = [1, 2, 3, 4, 5].map((n) => `edge-${n}.cdn.example.net`);

export type Site = { name: string; v4: string; v6: string };

/** Every name with its addresses, the first being 192.0.2.64 and 2001:db8:a::64. */
export const SITES: readonly Site[] = [...OWN_NAMES, ...EDGES].map((name, i) => ({
  name,
  v4: `192.0.2.${64 + i}`,
  v6: `2001:db8:a::${64 + i}`,
}));

/** Zones that the authoritative server answers for; what it does not have there does not exist. */
export const ZONES = ['example', 'test', 'example.com', 'example.net', 'example.org', 'arpa'] as const;
