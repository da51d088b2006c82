import type { IncidentView, NoticedView } from '../../contract/api.ts';
import type { Language } from '../../model/finding-words.ts';
import { ANSWERS, type Answer } from '../../model/incident.ts';
import { verdictSentence } from '../../model/incident-words.ts';
import { visible } from '../../model/visible.ts';
import { Client, findRun, parseCommand } from '../client.ts';
import { timeText } from '../rules/words.ts';
import { EXIT, Failure, table } from '../terminal.ts';
import { aboutText, incidentLines, LANGUAGES, suspicionLine, tellerOf } from './text.ts';

const HELP = `Usage: spin incidents [--all] [--language en|nl] [--json] [--run DIR]
       spin incidents ID [--answer leave|stop|quarantine | --undo | --done STEP]

Lists devices that do harm and what SPIN does about it; or tells one incident as a story, with what to do.
  --all       those that are over, too
  --answer    decide: leave it alone, stop the harm, or quarantine the device
  --undo      it was none: everything as before, and this is no longer taken for harm (spin corrections)
  --done      say that a step of the clean-up is done; it is ticked when the traffic shows it
Exit codes: 0 done · 1 refused, or no answer · 4 SPIN does not run · 64 wrong usage`;

const OPTIONS = {
  all: { type: 'boolean' },
  answer: { type: 'string' },
  undo: { type: 'boolean' },
  done: { type: 'string' },
  language: { type: 'string' },
} as const;

export async function incidents(args: readonly string[]): Promise<number> {
  const options = parseCommand('incidents', args, HELP, OPTIONS, 1);
  if (!options) return EXIT.ok;
  const { values, json } = options;
  const [id] = options.rest;
  const language = readLanguage(values.language);
  const deeds = [values.answer, values.undo, values.done].filter((value) => value !== undefined);
  if (deeds.length > (id === undefined ? 0 : 1)) throw new Failure('one thing with one incident', EXIT.usage);
  const client = new Client(findRun(options.run).record);
  if (id === undefined) {
    const [views, noticed] = await Promise.all([client.incidents(values.all ?? false), client.noticed()]);
    console.log(json ? JSON.stringify(views) : listText(views, noticed, language));
    return EXIT.ok;
  }
  const view = await deedOn(client, id, values);
  console.log(json ? JSON.stringify(view) : incidentLines(view, language).join('\n'));
  return EXIT.ok;
}

type Deed = { answer?: string | undefined; undo?: boolean | undefined; done?: string | undefined };

function deedOn(client: Client, id: string, { answer, undo, done }: Deed): Promise<IncidentView> {
  if (undo) return client.undoIncident(id);
  if (done !== undefined) return client.claimStep(id, done);
  if (answer === undefined) return client.incident(id);
  if (!ANSWERS.includes(answer as Answer)) throw new Failure(`an answer is one of ${ANSWERS.join(', ')}`, EXIT.usage);
  return client.answerIncident(id, answer as Answer);
}

export function readLanguage(text = 'en'): Language {
  const language = LANGUAGES.find((one) => one === text);
  if (!language) throw new Failure(`--language is one of ${LANGUAGES.join(', ')}`, EXIT.usage);
  return language;
}

function listText(views: readonly IncidentView[], noticed: readonly NoticedView[], language: Language): string {
  const suspicion = suspicionLine(noticed);
  if (views.length === 0) return ['No device does harm, as far as SPIN sees.', ...suspicion].join('\n');
  const rows = views.map((view) => [
    visible(view.label),
    view.state,
    timeText(view.opened),
    aboutText(view, language),
    visible(view.id),
  ]);
  const done = views.map(
    (view) => `${visible(view.label)}: ${visible(verdictSentence(view, tellerOf(view, language)))}`,
  );
  return [table(['Device', 'State', 'Since', 'What', 'Id'], rows), '', ...done, ...suspicion].join('\n');
}
