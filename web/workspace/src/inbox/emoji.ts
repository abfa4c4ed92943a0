/** A small set of emoji, found by words of both languages after a colon. */
const SET: readonly (readonly [emoji: string, words: string])[] = [
  ["🙂", "smile улыбка"],
  ["😊", "blush рад"],
  ["😀", "grin ура"],
  ["😂", "joy смех"],
  ["😉", "wink подмигнуть"],
  ["😍", "love влюблен"],
  ["🤗", "hug обнимаю"],
  ["🤔", "think думаю"],
  ["😅", "sweat неловко"],
  ["😔", "sad грустно"],
  ["😢", "cry плачу"],
  ["😡", "angry злость"],
  ["😱", "shock ужас"],
  ["🙏", "pray please пожалуйста спасибо"],
  ["👍", "thumbsup yes хорошо да"],
  ["👎", "thumbsdown no плохо нет"],
  ["👌", "ok ок"],
  ["👋", "wave привет пока"],
  ["👏", "clap браво"],
  ["🤝", "deal договорились"],
  ["💪", "strong сила"],
  ["✌️", "peace мир"],
  ["☝️", "point важно"],
  ["❤️", "heart сердце"],
  ["💔", "broken разбитое"],
  ["🔥", "fire огонь"],
  ["⭐", "star звезда"],
  ["✨", "sparkles блеск"],
  ["🎉", "party праздник"],
  ["🎁", "gift подарок"],
  ["✅", "check готово"],
  ["❌", "cross ошибка"],
  ["❗", "exclamation внимание"],
  ["❓", "question вопрос"],
  ["⏰", "alarm время"],
  ["⏳", "hourglass ждите"],
  ["📎", "clip вложение"],
  ["📦", "box посылка заказ"],
  ["🚚", "truck доставка"],
  ["💳", "card оплата карта"],
  ["🧾", "receipt чек"],
  ["📞", "phone звонок"],
  ["✉️", "mail письмо"],
  ["📍", "pin адрес"],
  ["🔗", "link ссылка"],
  ["🔑", "key ключ"],
  ["☕", "coffee кофе"],
  ["🌞", "sun солнце"],
];

export interface Emoji {
  emoji: string;
  name: string;
}

/** The best few for what stands after the colon. */
export function findEmoji(query: string, most = 8): Emoji[] {
  const wanted = query.toLowerCase();
  const found: (Emoji & { rank: number })[] = [];
  for (const [emoji, words] of SET) {
    const names = words.split(" ");
    const starts = names.find((name) => name.startsWith(wanted));
    const name = starts ?? names.find((one) => one.includes(wanted));
    if (name) found.push({ emoji, name, rank: starts ? 0 : 1 });
  }
  return found.sort((a, b) => a.rank - b.rank).slice(0, most).map(({ emoji, name }) => ({ emoji, name }));
}

/** What stands after a colon right before the caret: ":smi" → "smi"; null when nothing is being looked for. */
export function emojiQuery(text: string, caret: number): string | null {
  const found = /(?:^|\s):([\p{L}]{2,20})$/u.exec(text.slice(0, caret));
  return found?.[1] ?? null;
}
