/** `act` is what the reader may do about it. */
export type Offer = { text: string; act?: { label: string; run: () => void } };

/** What a screen reader is told, and the one message with an undo that may stand at the foot of the page. */
class News {
  /** Text of the polite live region; a new one replaces the old one. */
  said = $state('');
  offer = $state.raw<Offer | undefined>();

  say(text: string): void {
    this.said = text;
  }

  show(text: string, act?: Offer['act']): void {
    this.offer = act ? { text, act } : { text };
    this.say(text);
  }

  dismiss(): void {
    this.offer = undefined;
  }
}

export const news = new News();
