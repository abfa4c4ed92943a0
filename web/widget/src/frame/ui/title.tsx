import { Icon } from "./icons";

/** What a card is about, and a way to put it away. `id` is the title's; `away` is what putting it away means. */
export function Title({ id, text, away, act }: { id: string; text: string; away: string; act(): void }) {
  return (
    <div class="line">
      <b id={id}>{text}</b>
      <button type="button" class="icon small" aria-label={away} title={away} onClick={act}>
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}
