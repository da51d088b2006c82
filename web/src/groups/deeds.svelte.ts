import type { GroupView } from '../../../src/contract/api.ts';
import { undoChange } from '../act/deeds.svelte.ts';
import { api } from '../lib/api.ts';
import { plainName } from '../lib/format.ts';
import { news } from '../lib/news.svelte.ts';
import { refusalWords } from '../lib/refusal.ts';
import { text } from '../text/text.svelte.ts';

export type GroupDraft = { name: string; members: string[] };

/** Makes a group, or gives one its name and members. @throws ApiError when refused; then nothing has changed */
export async function saveGroup(group: GroupView | undefined, draft: GroupDraft): Promise<void> {
  const { change } = group ? await api.changeGroup(group.id, draft) : await api.newGroup(draft);
  tell(text.t.groups.saved(plainName(draft.name)), change);
}

/** Its rules go with it; never throws. */
export async function removeGroup(group: GroupView): Promise<void> {
  try {
    const { change } = await api.removeGroup(group.id);
    tell(text.t.groups.removed(plainName(group.name)), change);
  } catch (error) {
    news.show(refusalWords(error, text.t, text.t.rules.failed));
  }
}

function tell(words: string, change: number | undefined): void {
  const act = change === undefined ? undefined : { label: text.t.rules.undo, run: () => void undoChange(change) };
  news.show(words, act);
}
