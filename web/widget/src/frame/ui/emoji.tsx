import { useLayoutEffect, useRef } from "preact/hooks";

const EMOJI = [
  ..."😀 😄 😂 🤣 😊 😉 😍 😘 😎 🤔 😐 🙄 😅 😔 😢 😭 😡 😱 🥳 🤗 😴 🤒 👍 👎 👌 🙏 👏 💪 🤝 👋 🤷 🤦".split(" "),
  ..."❤️ 💔 🔥 ⭐ 🎉 🎁 🌹 ☀️ ☕ 🍰 🚗 🚚 ✈️ 🏠 📦 📎 📷 📞 📧 💳 💰 🧾 🕐 📅 ✅ ❌ ❗ ❓ 💡 🔑 🔧 🆘".split(" "),
];
const COLUMNS = 8;

export function Emoji({ label, pick, away }: { label: string; pick(emoji: string): void; away(): void }) {
  const root = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    root.current?.querySelector("button")?.focus();
    const outside = (event: Event) => {
      if (!(event.target as Element).closest(".emoji, .emoji-opener")) away();
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, []);
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    if (event.key === "Escape") away();
    else if (step) move(root.current, step);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={root} class="emoji sheet" role="dialog" aria-label={label} onKeyDown={keys}>
      {EMOJI.map((emoji) => (
        <button key={emoji} type="button" onClick={() => pick(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  );
}

function move(root: HTMLElement | null, step: number): void {
  const all = [...(root?.querySelectorAll("button") ?? [])];
  const to = all.indexOf(document.activeElement as HTMLButtonElement) + step;
  all[Math.max(0, Math.min(all.length - 1, to))]?.focus();
}
