/** What a screen reader is told, and the one message with an undo that may stand at the foot of the page. */
class News {
  /** Text of the polite live region; a new one replaces the old one. */
  said = $state('');
  offer = $state.raw<{ text: string; undo?: () => void } | undefined>();

  say(text: string): void {
    this.said = text;
  }

  show(text: string, undo?: () => void): void {
    this.offer = undo ? { text, undo } : { text };
    this.say(text);
  }

  dismiss(): void {
    this.offer = undefined;
  }
}

export const news = new News();
