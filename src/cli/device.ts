import type { DeviceView, ExposureView, NoticedView } from '../contract/api.ts';
import { exposureSentence, gradeWords, unseenWords } from '../model/exposure-words.ts';
import { findingSentence } from '../model/finding-words.ts';
import { isKind, KINDS } from '../model/kinds.ts';
import { reasonWords, sureWords } from '../model/noticed-words.ts';
import { visible } from '../model/visible.ts';
import { Client, findRun, parseCommand } from './client.ts';
import { kindText } from './devices.ts';
import { findDevice } from './rules/whom.ts';
import { timeText } from './rules/words.ts';
import { EXIT, Failure } from './terminal.ts';

const HELP = `Usage: spin device DEVICE [--json] [--run DIR]
       spin device DEVICE --kind KIND
       spin device DEVICE --same-as DEVICE | --not DEVICE

Shows what a device is believed to be and why, how well it is secured as far as its traffic shows, and what was noticed
of it that is no incident; or corrects what it is for good. DEVICE by name, id or address.

  --kind KIND       what it is; "auto" leaves it to SPIN again
  --same-as DEVICE  it is the one known before, under a new hardware address: the two become one
  --not DEVICE      it is another one; SPIN does not ask again

Kinds: ${KINDS.join(', ')}
Exit codes: 0 done · 1 refused, or no answer · 4 SPIN does not run · 64 wrong usage`;

/** Where evidence comes from, in words. */
const PLACES: Record<string, string> = {
  owner: 'you said so',
  'hardware-address': 'the maker of its hardware address',
  dhcp: 'how it asks for an address',
  hostname: 'its host name',
  announced: 'what it announces',
  model: 'its model',
  'looked-up': 'a name that it looks up',
  serves: 'where it answers',
  contacts: 'where it asks',
  behaviour: 'how it behaves',
};
const COMMON: Record<string, string> = {
  'client-id': 'its DHCP identifier',
  hostname: 'its host name',
  instance: 'the name that it announces',
  dhcp: 'how it asks for an address',
  address: 'the address, which it asks for as',
  model: 'its model',
  vendor: 'its maker',
  names: 'names that it looks up',
  kind: 'its kind',
};

export async function device(args: readonly string[]): Promise<number> {
  const own = { kind: { type: 'string' }, 'same-as': { type: 'string' }, not: { type: 'string' } } as const;
  const options = parseCommand('device', args, HELP, own, 1);
  if (!options) return EXIT.ok;
  const { kind, 'same-as': as, not } = options.values;
  const [asked] = options.rest;
  if (asked === undefined) throw new Failure('of which device? (see spin device --help)', EXIT.usage);
  if ([kind, as, not].filter((one) => one !== undefined).length > 1)
    throw new Failure('one correction at a time (see spin device --help)', EXIT.usage);
  const client = new Client(findRun(options.run).record);
  const devices = await client.devices();
  const { id } = findDevice(asked, devices);
  const other = as ?? not;
  if (kind !== undefined) await client.setKind(id, { kind: readKind(kind) });
  const now =
    other === undefined
      ? id
      : (await client.same(id, { as: findDevice(other, devices).id, same: not === undefined })).id;
  const [view, exposure, noticed] = await Promise.all([client.device(now), client.exposure(now), client.noticed(now)]);
  const label = (known: string) => devices.find((one) => one.id === known)?.label ?? known;
  const texts = [deviceText(view, label), exposureText(exposure), noticedText(noticed)];
  console.log(options.json ? JSON.stringify({ ...view, exposure, noticed }) : texts.join('\n'));
  return EXIT.ok;
}

function readKind(text: string): string {
  const kind = text.toLowerCase();
  if (kind === 'auto') return '';
  if (!isKind(kind)) throw new Failure(`"${visible(text)}" is no kind: ${KINDS.join(', ')}`, EXIT.usage);
  return kind;
}

/** What a device is and why, a line each. */
export function deviceText(view: DeviceView, label: (id: string) => string): string {
  const { identity, givenKind, looksLike } = view;
  const lines = [`${visible(view.label)}  ${view.id}`, `  kind: ${kindText(view) || 'unknown'}`];
  if (givenKind !== undefined) lines.push(`    ${PLACES.owner}`);
  else if (identity?.several) lines.push('    several devices share its hardware address, so nothing is guessed');
  else lines.push(...becauseOf(identity?.kind));
  for (const what of ['vendor', 'model'] as const) {
    const belief = identity?.[what];
    if (belief) lines.push(`  ${what === 'vendor' ? 'maker' : what}: ${visible(belief.value)}`, ...becauseOf(belief));
  }
  lines.push(`  hardware: ${view.macs.join(', ') || 'not seen'}`, `  addresses: ${view.addresses.join(', ')}`);
  if (looksLike) lines.push(...question(view.id, looksLike, label(looksLike.device)));
  return lines.join('\n');
}

/** How well it is secured, by what was seen, and what cannot be seen. */
export function exposureText({ grade, points, unseen }: ExposureView): string {
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  const seen = points.flatMap((point) => {
    const { first, last } = point;
    const when = day(first) === day(last) ? day(first) : `${day(first)} to ${day(last)}`;
    return [`    ${MARKS[point.weight]} ${visible(exposureSentence(point, 'en'))}`, `      seen ${when}`];
  });
  const hidden = unseen.map((one) => `      ${unseenWords(one, 'en')}`);
  return [`  security: ${gradeWords(grade, 'en')}`, ...seen, '    SPIN cannot see', ...hidden].join('\n');
}

/** What was seen of it and is no incident, and why nothing is done about that. */
export function noticedText(noticed: readonly NoticedView[]): string {
  const lines = noticed.flatMap((one) => {
    const sure = sureWords(one, 'en');
    const seen = `seen ${timeText(one.first)} to ${timeText(one.last)}`;
    return [
      `    ${visible(findingSentence(one, one.label, 'en'))}`,
      `      ${sure ? `${sure.toLowerCase()}; ` : ''}${seen}${one.over === undefined ? '' : ', no longer'}`,
      `      ${reasonWords(one, 'en')}`,
    ];
  });
  return lines.length > 0 ? ['  noticed:', ...lines].join('\n') : '  noticed: nothing more';
}

/** In front of a point. */
const MARKS = { heavy: '!', light: '-', good: '+' } as const;

function becauseOf(belief: NonNullable<DeviceView['identity']>['kind']): string[] {
  if (!belief) return [];
  const because = belief.because.map(({ from, saw }) => `    ${PLACES[from] ?? from}: ${visible(saw)}`);
  return [`    ${Math.round(100 * belief.confidence)} % sure`, ...because];
}

function question(id: string, { device: known, because }: NonNullable<DeviceView['looksLike']>, label: string) {
  return [
    `  this looks like ${visible(label)} again:`,
    ...because.map((one) => `    the same: ${COMMON[one.in] ?? one.in} (${visible(one.saw)})`),
    `    it is: spin device ${id} --same-as ${known}`,
    `    it is another one: spin device ${id} --not ${known}`,
  ];
}
