import type { PreferencesTexts } from './preferences-en.ts';

const questions: PreferencesTexts['preferences']['questions'] = {
  autonomy: {
    ask: 'Hoe ver mag SPIN zelf gaan?',
    hint: 'Als een apparaat kwaad doet.',
    answers: {
      watch: {
        title: 'Toekijken',
        means:
          'SPIN vertelt wat het vindt en snijdt niets af, ook de remmen tegen overspoelen niet. U stopt wat u gestopt wilt.',
      },
      ask: {
        title: 'Eerst vragen',
        means: 'SPIN vraagt het u. Er wordt niets afgesneden tot u antwoordt, of tot de tijd hieronder om is.',
      },
      stop: {
        title: 'Het kwaad stoppen',
        means: 'SPIN snijdt af wat kwaad doet, met de mildste stap die het stopt. Al het andere werkt door.',
      },
      quarantine: {
        title: 'Quarantaine',
        means:
          'Een apparaat dat kwaad doet houdt alleen het noodzakelijke: namen, tijd, de maker, updates en het huis. Wat het huis zelf aanvalt, wordt afgesneden.',
      },
    },
  },
  certainty: {
    ask: 'Hoe zeker moet SPIN zijn?',
    hint: 'Voordat het ingrijpt, of vraagt.',
    answers: {
      certain: {
        title: 'Alleen als het zeker is',
        means: 'Het grijpt in bij wat geen onschuldige uitleg heeft. Al het andere vertelt het alleen.',
      },
      likely: {
        title: 'Als het waarschijnlijk is',
        means: 'Het grijpt in als kwaad veel waarschijnlijker is dan iets gewoons.',
      },
      suspected: {
        title: 'Al bij een vermoeden',
        means: 'Het grijpt in bij de eerste tekens. Dat stopt meer, en soms iets dat in orde was.',
      },
    },
  },
  unanswered: {
    ask: 'En als niemand antwoordt?',
    hint: 'Telt waar SPIN eerst vraagt.',
    answers: {
      nothing: { title: 'Niets doen', means: 'Er wordt niets afgesneden. U kunt later nog antwoorden.' },
      stop: {
        title: 'Het kwaad stoppen',
        means: 'SPIN snijdt af wat kwaad doet, zodat anderen veilig zijn voor dit huis.',
      },
    },
  },
  newDevices: {
    ask: 'Wat gebeurt er met een apparaat dat hier nooit was?',
    hint: 'Het staat op de eerste pagina, waar u over dat ene apparaat kunt beslissen.',
    answers: {
      admit: { title: 'Binnenlaten', means: 'Het mag vanaf het eerste moment alles.' },
      limit: {
        title: 'Binnenlaten met grenzen',
        means: 'Het werkt, maar kan niemand overspoelen. Na drie dagen telt het als bekend.',
      },
      hold: { title: 'Vasthouden', means: 'Het bereikt niets tot u het binnenlaat, ook de telefoon van een gast.' },
    },
  },
  kindred: {
    ask: 'Als een ander van dezelfde soort of groep kwaad doet?',
    hint: 'Wat er één besmet, besmet vaak ook de andere.',
    answers: {
      nothing: { title: 'Niets doen', means: 'Alleen bij wat zelf kwaad doet wordt ingegrepen.' },
      limit: {
        title: 'Krappe grenzen',
        means: 'De andere werken door, maar kunnen tot het over is niemand overspoelen.',
      },
    },
  },
  weak: {
    ask: 'Als een apparaat slecht beveiligd is?',
    hint: 'Voordat het enig kwaad heeft gedaan.',
    answers: {
      nothing: { title: 'Niets doen', means: 'Zijn pagina vertelt wat er slecht aan is; er wordt niets begrensd.' },
      limit: { title: 'Krappe grenzen', means: 'Het werkt door, maar kan niemand overspoelen zolang het zo is.' },
    },
  },
};

const preferences: PreferencesTexts['preferences'] = {
  title: 'Voorkeuren',
  lead: 'Er verandert niets voordat u hebt gezien wat het in uw huis had gedaan, en het hebt opgeslagen.',
  loading: 'SPIN wordt gevraagd …',
  failed: 'De voorkeuren konden niet worden geladen.',
  forWhom: 'Voor wie?',
  follows: (name) => `${name}: wat u “zoals het huis” laat, volgt het huis als dat verandert.`,
  questions,
  as: { home: 'Zoals het huis', groups: 'Zoals de groepen ervan' },
  now: (answer) => `Nu: ${answer}.`,
  after: 'Na hoe lang?',
  isAfter: (answer, time) => `${answer}, na ${time}`,
  critical: {
    ask: 'Wat mag nooit worden afgesneden?',
    hint: 'Namen en adressen die ook bereikbaar moeten zijn terwijl een apparaat kwaad doet, zoals alarm.example.org of 192.0.2.7.',
    none: 'Nog niets.',
    also: (names) => `Elders gekozen, en ook hier behouden: ${names}.`,
    field: 'Naam of adres',
    bad: (name) => `“${name}” is geen naam en geen adres.`,
    add: 'Toevoegen',
    remove: (name) => `${name} weghalen`,
  },
  change: {
    title: 'Nog niet opgeslagen',
    looks: 'Er wordt teruggekeken …',
    nothing: 'Er is in dit huis nog niets gevonden, dus er was niets anders gegaan.',
    same: (since, incidents) =>
      incidents === 1
        ? `Sinds ${since} was er één incident. Het was net zo gegaan.`
        : `Sinds ${since} waren er ${incidents} incidenten. Ze waren net zo gegaan.`,
    otherwise: (since, incidents) =>
      incidents === 1
        ? `Sinds ${since} was één incident anders gegaan:`
        : `Sinds ${since} waren ${incidents} incidenten anders gegaan:`,
    rest: (incidents) => (incidents === 1 ? 'Nog één was net zo gegaan.' : `Nog ${incidents} waren net zo gegaan.`),
    more: (count) => `en nog ${count}`,
    was: 'Zoals het is',
    would: 'Zoals u wilt',
    failed: 'Wat het had gedaan kon niet worden nagegaan.',
    again: 'Opnieuw terugkijken',
    save: 'Opslaan',
    discard: 'Weggooien',
    saved: (name) => `Opgeslagen voor ${name}.`,
    notSaved: 'Er is niets opgeslagen.',
    undo: 'Ongedaan maken',
    undone: (name) => `Ongedaan gemaakt voor ${name}. De voorkeuren zijn als eerst.`,
  },
  outcome: {
    told: 'verteld, niets afgesneden',
    asked: (when) => `gevraagd om ${when}`,
    unanswered: 'niets afgesneden',
    device: (state) => `apparaat ${state}`,
    blocks: (count) => (count === 1 ? 'één gesprek afgesneden' : `${count} gesprekken afgesneden`),
    limits: 'vragen naar namen begrensd',
    lasts: (time) => `${time} lang`,
    moment: 'heel even',
  },
  differences: {
    title: 'Anders voor een groep of een apparaat',
    none: 'Niets is anders. Kies bovenaan een groep of een apparaat om dat te veranderen.',
    change: (name) => `Veranderen voor ${name}`,
    show: 'Veranderen',
    back: 'Zoals het huis',
    backFor: (name) => `Zoals het huis: ${name}`,
  },
  corrections: {
    title: 'SPIN had het mis over',
    none: 'Nog niets. Als SPIN iets vindt en u zegt dat het in orde is, staat het hier.',
    said: (when, by) => `gezegd ${when}, ${by}`,
    remove: 'Er weer op letten',
    removeFor: (claim, name) => `Er weer op letten: ${claim}, ${name}`,
    removed: (name) => `SPIN let er bij ${name} weer op.`,
  },
};

const newcomers: PreferencesTexts['newcomers'] = {
  title: 'Nieuw in uw huis',
  limit: 'Het werkt, met grenzen: het kan niemand overspoelen.',
  hold: 'Het wordt vastgehouden: het bereikt niets tot u het binnenlaat.',
  since: (when) => `Voor het eerst gezien ${when}.`,
  until: (when) => `Telt vanzelf als bekend ${when}.`,
  admit: 'Ik ken het, laat het binnen',
  admitFor: (name) => `Ik ken het, laat het binnen: ${name}`,
  holdIt: 'Houd het vast',
  holdFor: (name) => `Houd het vast: ${name}`,
  limitIt: 'Binnenlaten met grenzen',
  limitFor: (name) => `Binnenlaten met grenzen: ${name}`,
  admitted: (name) => `${name} is binnengelaten.`,
  held: (name) => `${name} wordt vastgehouden: het bereikt niets.`,
  limited: (name) => `${name} is binnengelaten, met grenzen.`,
  others: (count) => `Nog ${count} nieuwe apparaten`,
  all: 'Wat met nieuwe apparaten gebeurt',
};

export const preferencesNl: PreferencesTexts = { preferences, newcomers };
