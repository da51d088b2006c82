/** What is chosen and what is looked for: one state for the picture and for its table. */
class Selection {
  /** `d:` and a device's id, or `n:` and a far end's key (`picture/graph.ts`). */
  chosen = $state<string | undefined>();
  search = $state('');
  device = $state('');
  service = $state('');
  paused = $state(false);
  /** What the household wants hidden is shown all the same. */
  hidden = $state(false);

  get filtered(): boolean {
    return this.search !== '' || this.device !== '' || this.service !== '';
  }

  clearFilter(): void {
    this.search = '';
    this.device = '';
    this.service = '';
  }
}

export const selection = new Selection();
