/**
 * An incident in the words of the household: a title, what SPIN does about it, and each line of its story. Every
 * sentence names what happened and, where there is one, what comes next. The same for the page and the command line.
 */
import type { Language } from './finding-words.ts';
import type { StoryKind } from './incident.ts';
import type { VerdictStep } from './verdict.ts';

/** How an interface writes what differs from reader to reader. All of it is made safe for its medium. */
export type Teller = {
  language: Language;
  /** What people call the incident's device. */
  device: string;
  time(at: number): string;
  /** The sentence of a finding of this incident, by id. */
  finding(id: string): string;
  /** The title of a step of the clean-up, for this kind of device. */
  step(name: string): string;
};

const STEPS: Record<Language, Record<VerdictStep, string>> = {
  en: {
    none: '{device} itself is free; only the conversations that did harm are cut.',
    slow: '{device} is slowed down; everything still works, slowly.',
    essential: '{device} reaches only what is essential: the home, names, the time, its maker’s servers and updates.',
    local: '{device} reaches the home only, not the internet.',
    isolated: '{device} reaches nothing any more.',
  },
  nl: {
    none: '{device} zelf is vrij; alleen de gesprekken die kwaad deden zijn afgesneden.',
    slow: '{device} is vertraagd; alles werkt nog, langzaam.',
    essential:
      '{device} bereikt alleen het noodzakelijke: het huis, namen, de tijd, de servers van de maker en updates.',
    local: '{device} bereikt alleen het huis, niet internet.',
    isolated: '{device} bereikt niets meer.',
  },
};

const VERDICTS = {
  en: {
    until: 'It is opened again at {at} if nothing more is seen.',
    probation: 'It is free again, under tight limits until it has stayed quiet for three days.',
    asks: 'SPIN waits for your answer; until {at} nothing is cut.',
    'then-stop': 'Without an answer SPIN stops the harm then.',
    'then-nothing': 'Without an answer nothing is cut.',
    watched: 'Nothing is cut: SPIN is not sure enough, or you chose that it only tells.',
    held: 'The brakes in the router stop this by themselves; nothing more is cut.',
    'not-enforced': 'It is not enforced: this SPIN cannot cut anything now.',
    limits: 'What it asks of the home’s name server is held within tight limits.',
    clean: 'Clean since {at}.',
    dismissed: 'You said that this is fine.',
  },
  nl: {
    until: 'Het wordt om {at} weer geopend als er niets meer wordt gezien.',
    probation: 'Het is weer vrij, onder krappe grenzen tot het drie dagen rustig is gebleven.',
    asks: 'SPIN wacht op uw antwoord; tot {at} wordt niets afgesneden.',
    'then-stop': 'Zonder antwoord stopt SPIN dan het kwaad.',
    'then-nothing': 'Zonder antwoord wordt er niets afgesneden.',
    watched: 'Er wordt niets afgesneden: SPIN is niet zeker genoeg, of u koos dat het alleen vertelt.',
    held: 'De remmen in de router stoppen dit vanzelf; meer wordt er niet afgesneden.',
    'not-enforced': 'Het wordt niet afgedwongen: deze SPIN kan nu niets afsnijden.',
    limits: 'Wat het aan de naamserver van het huis vraagt, blijft binnen krappe grenzen.',
    clean: 'Schoon sinds {at}.',
    dismissed: 'U zei dat dit in orde is.',
  },
} as const satisfies Record<Language, Record<string, string>>;

type Told = {
  state: string;
  last: number;
  findings?: readonly Found[];
  verdict?: Done | undefined;
  question?: { until: number; otherwise: 'nothing' | 'stop'; lapsed?: boolean | undefined } | undefined;
};
/** `held`: told by the kernel's tripwires, which stopped it (src/detect/flood/tripwires.ts). */
type Found = { evidence: { held?: unknown } };
type Done = {
  step: VerdictStep;
  blocks: readonly unknown[];
  until: number;
  released?: number | undefined;
  inForce?: string | undefined;
};

/** What SPIN does about it now, and until when: one to three sentences. */
export function verdictSentence(
  incident: Told,
  { language, device, time }: Pick<Teller, 'language' | 'device' | 'time'>,
): string {
  const words = VERDICTS[language];
  const { state, last, verdict, question, findings } = incident;
  const say = (text: string, at?: number) => fill(text, { device, ...(at !== undefined && { at: time(at) }) });
  if (state === 'clean') return say(words.clean, last);
  if (state === 'dismissed') return say(words.dismissed);
  if (verdict?.released !== undefined) return say(words.probation);
  if (verdict) {
    const { step, blocks, until, inForce } = verdict;
    const what = step === 'none' && blocks.length === 0 ? words.limits : STEPS[language][step];
    return [say(what), inForce === 'not-enforced' ? words['not-enforced'] : say(words.until, until)].join(' ');
  }
  if (question && !question.lapsed)
    return [say(words.asks, question.until), words[`then-${question.otherwise}`]].join(' ');
  return findings?.length && findings.every(({ evidence }) => evidence.held === true) ? words.held : words.watched;
}

/** What a household may answer, and what that means. */
export const ANSWER_WORDS = {
  en: {
    leave: 'Leave it alone: nothing is cut because of this incident',
    stop: 'Stop the harm: cut only what does it',
    quarantine: 'Quarantine: leave the device only what is essential',
  },
  nl: {
    leave: 'Laat het met rust: door dit incident wordt niets afgesneden',
    stop: 'Stop het kwaad: snijd alleen af wat het doet',
    quarantine: 'Quarantaine: laat het apparaat alleen het noodzakelijke',
  },
} as const;

/** Why an incident is not closed yet. */
export const WRONG_WORDS = {
  en: {
    'goes-on': 'Harm is still seen.',
    'too-soon': 'It stopped, but too short a time ago to be sure.',
    'mapping-open': 'A port to the internet is still open.',
  },
  nl: {
    'goes-on': 'Er wordt nog kwaad gezien.',
    'too-soon': 'Het is gestopt, maar te kort geleden om zeker te zijn.',
    'mapping-open': 'Er staat nog een poort naar internet open.',
  },
} as const;

const STORY: Record<Language, Record<StoryKind, string>> = {
  en: {
    'first-sign': 'First sign of something wrong with {device}.',
    finding: '{finding}',
    'stopped-by-itself': 'It has stopped: nothing more since {since}.',
    kindred: '{devices} more of the same kind or group do the same: that makes an infection more likely.',
    again: '{device} had been clean since {since}; now it does harm again.',
    relapse: 'It does harm again, after it had stopped at {since}.',
    asked: 'SPIN asked what to do. {otherwise}',
    answered: '{by} answered: {answer}.',
    unanswered: 'Nobody answered in time. {otherwise}',
    withdrawn: 'What SPIN did about it, or had asked, was taken back, as the preferences now say.',
    acted: 'SPIN acted. {step}',
    escalated: 'It went on, so SPIN went further. {step}',
    released: 'Quiet for long enough: what was cut is open again, under tight limits.',
    undone: '{by} undid it. Everything is as before, and these claims no longer count.',
    claimed: '{by} said that this is done: {title}.',
    doubted: 'This did not help: {title}.',
    seen: 'The traffic shows: {title}.',
    'not-enforced': 'It could not be enforced.',
    clean: 'Clean since {since}. The incident is closed.',
    dismissed: 'The incident is closed: the household says that this is fine.',
  },
  nl: {
    'first-sign': 'Eerste teken dat er iets mis is met {device}.',
    finding: '{finding}',
    'stopped-by-itself': 'Het is gestopt: niets meer sinds {since}.',
    kindred: '{devices} andere van dezelfde soort of groep doen hetzelfde: dat maakt een besmetting waarschijnlijker.',
    again: '{device} was schoon sinds {since}; nu doet het weer kwaad.',
    relapse: 'Het doet weer kwaad, nadat het om {since} was gestopt.',
    asked: 'SPIN vroeg wat te doen. {otherwise}',
    answered: '{by} antwoordde: {answer}.',
    unanswered: 'Niemand antwoordde op tijd. {otherwise}',
    withdrawn: 'Wat SPIN eraan deed, of had gevraagd, is teruggenomen, zoals de voorkeuren nu zeggen.',
    acted: 'SPIN greep in. {step}',
    escalated: 'Het ging door, dus ging SPIN verder. {step}',
    released: 'Lang genoeg rustig: wat was afgesneden is weer open, onder krappe grenzen.',
    undone: '{by} maakte het ongedaan. Alles is als eerst, en deze beweringen tellen niet meer.',
    claimed: '{by} zei dat dit gedaan is: {title}.',
    doubted: 'Dit hielp niet: {title}.',
    seen: 'Het verkeer laat zien: {title}.',
    'not-enforced': 'Het kon niet worden afgedwongen.',
    clean: 'Schoon sinds {since}. Het incident is gesloten.',
    dismissed: 'Het incident is gesloten: het huishouden zegt dat dit in orde is.',
  },
};

const WHO: Record<Language, Record<string, string>> = {
  en: { owner: 'You', 'command-line': 'Somebody at the command line', spin: 'SPIN' },
  nl: { owner: 'U', 'command-line': 'Iemand op de opdrachtregel', spin: 'SPIN' },
};

type Line = {
  at: number;
  kind: StoryKind;
  by?: string | undefined;
  with?: Readonly<Record<string, string | number | boolean>> | undefined;
};

/** One line of a story. */
export function storySentence({ kind, by, with: given = {} }: Line, teller: Teller): string {
  const { language, device } = teller;
  const words: Record<string, string> = { device };
  for (const [name, value] of Object.entries(given)) words[name] = String(value);
  if (typeof given.since === 'number') words.since = teller.time(given.since);
  if (typeof given.finding === 'string') words.finding = teller.finding(given.finding);
  if (typeof given.answer === 'string') words.answer = textOf(ANSWER_WORDS[language], given.answer);
  if (typeof given.otherwise === 'string') words.otherwise = textOf(VERDICTS[language], `then-${given.otherwise}`);
  if (typeof given.step === 'string') Object.assign(words, stepWords(kind, given.step, given.blocks === 0, teller));
  if (by !== undefined) words.by = textOf(WHO[language], by);
  return fill(STORY[language][kind], words);
}

/** A step of the clean-up, or of what SPIN does: which one, the kind of line says. */
function stepWords(kind: StoryKind, step: string, isBare: boolean, { language, device, step: titleOf }: Teller) {
  if (kind === 'claimed' || kind === 'doubted' || kind === 'seen') return { title: titleOf(step) };
  const isHeld = step === 'none' && isBare;
  return { step: isHeld ? VERDICTS[language].limits : fill(textOf(STEPS[language], step), { device }) };
}

function textOf(texts: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(texts, name) ? texts[name]! : name;
}

/** In one pass, so that what was filled in is never filled in itself. */
function fill(text: string, words: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, word: string) => (Object.hasOwn(words, word) ? words[word]! : ''));
}
