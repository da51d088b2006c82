import type { CorrectionView, PreferencesView } from '../../../src/contract/api.ts';
import { deviceName, groupNameById } from '../act/names.svelte.ts';
import { ApiError, api } from '../lib/api.ts';
import { plainName } from '../lib/format.ts';
import { home } from '../lib/home.svelte.ts';
import { news } from '../lib/news.svelte.ts';
import { refusalWords } from '../lib/refusal.ts';
import { text } from '../text/text.svelte.ts';
import {
  type Choice,
  type Edits,
  edited,
  isSame,
  problemAt,
  type QuestionName,
  type Scope,
  savedFor,
  scopeKey,
} from './choice.ts';

/** What the household wants, as it is saved, and what somebody is about to change. */
class Wishes {
  view = $state.raw<PreferencesView | undefined>();
  corrections = $state.raw<CorrectionView[]>([]);
  /** It could not be loaded, and nothing is here from before. */
  failed = $state(false);
  scope = $state.raw<Scope>({ home: true });
  /** Why an answer was refused, and which of its names. */
  problem = $state.raw<{ question: QuestionName; index?: number; words: string } | undefined>();
  /** By scope, so that looking at another one loses nothing. */
  private drafts = $state.raw<Readonly<Record<string, Edits>>>({});

  readonly saved: Choice = $derived(this.view ? savedFor(this.view, this.scope) : {});
  readonly wanted: Choice = $derived(edited(this.saved, this.drafts[scopeKey(this.scope)] ?? {}, this.scope));
  readonly changed: boolean = $derived(!isSame(this.saved, this.wanted));

  async load(): Promise<void> {
    try {
      [this.view, this.corrections] = await Promise.all([api.preferences(), api.corrections()]);
      this.failed = false;
    } catch {
      this.failed = this.view === undefined;
    }
  }

  look(scope: Scope): void {
    this.scope = scope;
    this.problem = undefined;
  }

  edit(edits: Edits): void {
    this.problem = undefined;
    const key = scopeKey(this.scope);
    this.drafts = { ...this.drafts, [key]: { ...this.drafts[key], ...edits } };
  }

  /** Everything of this scope as the less specific says; saved like any other change. */
  leave(scope: Scope): void {
    if (!this.view) return;
    this.look(scope);
    const names = Object.keys(savedFor(this.view, scope));
    this.edit(Object.fromEntries(names.map((name) => [name, undefined])));
  }

  /** Forgets what was changed but not saved. */
  discard(scope = this.scope): void {
    this.problem = undefined;
    const { [scopeKey(scope)]: _, ...others } = this.drafts;
    this.drafts = others;
  }

  problemOf(question: QuestionName): string {
    return this.problem?.question === question ? this.problem.words : '';
  }

  /** Why a choice was refused; beside its question where the refusal names one. @returns words for elsewhere, or none */
  refused(error: unknown, otherwise: string): string {
    const words = refusalWords(error, text.t, otherwise);
    const at = error instanceof ApiError ? problemAt(error.field) : undefined;
    const name = at?.question === 'critical' && this.wanted.critical?.[at.index ?? -1];
    this.problem = at && { ...at, words: name ? text.t.preferences.critical.bad(plainName(name)) : words };
    return at ? '' : words;
  }

  /** Saves a choice and tells of it, with its undo beside. @throws ApiError when refused; then nothing has changed */
  async save(): Promise<void> {
    const { scope, saved, wanted } = this;
    await this.choose(scope, wanted);
    this.discard(scope);
    const { change } = text.t.preferences;
    const name = scopeName(scope);
    const undo = () => void attempt(change.notSaved, () => this.choose(scope, saved), change.undone(name));
    news.show(change.saved(name), { label: change.undo, run: undo });
  }

  /** @throws ApiError when refused; then nothing has changed */
  async choose(scope: Scope, choice: Choice): Promise<void> {
    this.view = await api.prefer({ scope, choice });
  }

  /** A claim counts again; never throws. */
  async uncorrect({ id, device, label }: CorrectionView): Promise<void> {
    const { corrections, change } = text.t.preferences;
    await attempt(
      change.notSaved,
      async () => {
        this.corrections = await api.uncorrect(id);
      },
      corrections.removed(deviceName(device, label)),
    );
  }
}

/** Does something and tells that it is done, or why it was refused. */
export async function attempt(otherwise: string, deed: () => Promise<void>, told: string): Promise<void> {
  try {
    await deed();
    news.show(told);
  } catch (error) {
    news.show(refusalWords(error, text.t, otherwise));
  }
}

export function scopeName(scope: Scope): string {
  if ('home' in scope) return text.t.rules.home;
  return 'group' in scope ? groupNameById(scope.group) : deviceName(scope.device);
}

/** Asks again whenever something was changed elsewhere; returns how to stop. */
export function followWishes(): () => void {
  void wishes.load();
  return home.listen(({ kind }) => {
    if (kind === 'wishes' || kind === 'snapshot') void wishes.load();
  });
}

export const wishes = new Wishes();
