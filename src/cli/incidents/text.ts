import type { IncidentView, NoticedView, RehearsalView } from '../../contract/api.ts';
import { adviceFor, stepSentence } from '../../model/clean-up-words.ts';
import { findingSentence, findingTitle, type Language } from '../../model/finding-words.ts';
import type { CleanUpName } from '../../model/incident.ts';
import { storySentence, type Teller, verdictSentence, WRONG_WORDS } from '../../model/incident-words.ts';
import { visible } from '../../model/visible.ts';
import { timeText } from '../rules/words.ts';

type Outcome = RehearsalView['changed'][number]['now'];

/** Devices that one line names. */
const MAX_NAMED = 5;

/** The languages of `--language`; the command line itself speaks English. */
export const LANGUAGES: readonly Language[] = ['en', 'nl'];

export function tellerOf(view: IncidentView, language: Language): Teller {
  const device = visible(view.label);
  return {
    language,
    device,
    time: timeText,
    finding: (id) => {
      const finding = view.findings.find((one) => one.id === id);
      return finding ? visible(findingSentence(finding, view.label, language)) : visible(id);
    },
    step: (name) => adviceFor(name as CleanUpName, view.kind, language).title,
  };
}

/** What it is about, in a few words: the titles of what is claimed, each once. */
export function aboutText({ findings }: IncidentView, language: Language): string {
  const real = findings.filter(({ corrected }) => corrected !== true);
  const titles = (real.length > 0 ? real : findings).map(({ detector }) => findingTitle(detector, language));
  return [...new Set(titles)].slice(0, 3).join('; ');
}

/** An incident as a story, with what to do and what the traffic shows of that. */
export function incidentLines(view: IncidentView, language: Language): string[] {
  const teller = tellerOf(view, language);
  const steps = view.cleanUp.flatMap((step) => {
    const { title, how } = adviceFor(step.name, view.kind, language);
    const mark = step.state === 'seen' ? 'x' : ' ';
    return [
      `[${mark}] ${title} (${step.name})`,
      `      ${how}`,
      `      ${visible(stepSentence(step, language, timeText))}`,
    ];
  });
  return [
    `${teller.device}: ${aboutText(view, language)}`,
    visible(verdictSentence(view, teller)),
    ...view.wrong.map((code) => WRONG_WORDS[language][code]),
    '',
    ...view.story.map((line) => `${timeText(line.at)}  ${storySentence(line, teller)}`),
    ...(steps.length > 0 ? ['', ...steps] : []),
  ];
}

/** Devices of which something was noticed that may be harm and is too little to act upon; none where there are none. */
export function suspicionLine(noticed: readonly NoticedView[]): string[] {
  const labels = new Map<string, string>();
  for (const { device, label, reason } of noticed) if (reason === 'not-sure') labels.set(device, visible(label));
  if (labels.size === 0) return [];
  const named = [...labels.values()].slice(0, MAX_NAMED).join(', ');
  const more = labels.size > MAX_NAMED ? ` and ${labels.size - MAX_NAMED} more` : '';
  return [`Noticed, and too little to act upon: ${named}${more}. More with: spin device DEVICE`];
}

/** What other preferences would have done. */
export function rehearsalLines({ since, findings, changed, unchanged }: RehearsalView): string[] {
  if (since === undefined) return ['Nothing was found in this home so far, so nothing would have been otherwise.'];
  const head = `Since ${timeText(since)}: ${findings} findings, ${changed.length + unchanged} incidents.`;
  if (changed.length === 0) return [head, 'All of them would have gone the same way.'];
  return [
    head,
    ...changed.flatMap(({ label, opened, now, would }) => [
      `${visible(label)}, ${timeText(opened)}:`,
      `  now    ${outcomeText(now)}`,
      `  would  ${outcomeText(would)}`,
    ]),
    ...(unchanged > 0 ? [`${unchanged} more would have gone the same way.`] : []),
  ];
}

function outcomeText({ asked, acted, step, blocks, cut }: Outcome): string {
  if (acted === undefined) return asked === undefined ? 'told of only' : `asked at ${timeText(asked)}, nothing cut`;
  const parts = [
    ...(asked === undefined ? [] : [`asked at ${timeText(asked)}`]),
    ...(step === 'none' ? [] : [`the device ${step === 'slow' ? 'slowed' : step}`]),
    ...(blocks === 0 ? [] : [`${blocks} conversation${blocks === 1 ? '' : 's'} cut`]),
    `for ${durationText(cut)}`,
  ];
  return parts.join(', ');
}

export function durationText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}
