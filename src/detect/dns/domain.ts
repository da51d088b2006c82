/**
 * The part of a name under which one owner gives out names, so that what a device asks for is judged by owner: the last
 * two labels, or three below a country's second level (`co.uk`), or one more where a provider gives a name to each
 * customer. A short form of the Public Suffix List's idea: a wrong answer only splits an owner, or joins two.
 */

/** Second levels under which countries register (RFC 1480 and the registries' own lists). */
const SECOND_LEVELS = new Set([
  ...['ac', 'co', 'com', 'edu', 'gob', 'gov', 'gouv', 'go', 'mil', 'ne', 'net', 'nom', 'or', 'org', 'sch', 'web'],
]);

/** Providers whose customers have a name each: one more label tells them apart. */
const PROVIDERS = new Set([
  'amazonaws.com',
  'akamaiedge.net',
  'akamaihd.net',
  'aliyuncs.com',
  'appspot.com',
  'azure-devices.net',
  'azureedge.net',
  'azurewebsites.net',
  'blogspot.com',
  'cloudapp.net',
  'cloudfront.net',
  'ddns.net',
  'duckdns.org',
  'dyndns.org',
  'edgekey.net',
  'edgesuite.net',
  'fastly.net',
  'firebaseio.com',
  'github.io',
  'googleapis.com',
  'herokuapp.com',
  'myfritz.net',
  'netlify.app',
  'no-ip.org',
  'on.aws',
  'pages.dev',
  'trafficmanager.net',
  'vercel.app',
  'web.app',
  'windows.net',
  'workers.dev',
]);

/** Index in `name` where its owner's domain begins; 0 for a name of one label or one that is an owner's itself. */
function ownerStart(name: string): number {
  const last = name.lastIndexOf('.');
  if (last <= 0) return 0;
  const second = name.lastIndexOf('.', last - 1);
  if (second <= 0) return 0;
  const countries = name.length - last === 3;
  const deeper = countries ? SECOND_LEVELS.has(name.slice(second + 1, last)) : PROVIDERS.has(name.slice(second + 1));
  return deeper ? name.lastIndexOf('.', second - 1) + 1 : second + 1;
}

/** The domain of a name's owner: `example.co.uk` for `a.b.example.co.uk`. */
export function ownerDomain(name: string): string {
  return name.slice(ownerStart(name));
}

/** Whether a name is below a domain, or the domain itself. */
export function isWithin(name: string, domain: string): boolean {
  return name.endsWith(domain) && (name.length === domain.length || name[name.length - domain.length - 1] === '.');
}
